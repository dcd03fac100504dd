"""Items as a list that a person reads, in Markdown and no longer than a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.model import Feature, Side
from .engine.plan import Reason
from .engine.report import ReportItem

# The titles that a person is shown; the rest is counted.
SHOWN_TITLES: Final = 50

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text: str) -> str:
    """Return a text that stays as it is in Markdown."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class ListWords:
    """The words of a list, in the language of Home Assistant."""

    _options: Mapping[str, str]

    def feature(self, feature: Feature) -> str:
        """Return the name of a feature."""
        return self._option("feature", feature)

    def reason(self, reason: Reason) -> str:
        """Return the sentence that says why."""
        return self._option("reason", reason)

    def more(self, count: int) -> str:
        """Return the line that stands for items which are not listed."""
        return "- " + self._option("item_list", "more").format(count=count)

    def _option(self, selector: str, option: str) -> str:
        """Return the text of an option."""
        return self._options[f"component.{DOMAIN}.selector.{selector}.options.{option}"]


async def async_list_words(hass: HomeAssistant) -> ListWords:
    """Return the words of lists."""
    language = hass.config.language
    return ListWords(await async_get_translations(hass, language, "selector", [DOMAIN]))


def listed_titles(
    items: Sequence[ReportItem],
    accounts: Mapping[Side, str],
    words: ListWords,
    *,
    unnamed: int = 0,
    reasons: bool = False,
) -> str:
    """Return items by the account that is written to, with or without the reasons.

    `unnamed` is how many more there are, of which nobody knows what they are.
    """
    lines = list(_lines(items, accounts, words, reasons=reasons))
    if unnamed:
        lines.append(words.more(unnamed))
    return "\n".join(lines)


def _lines(
    items: Sequence[ReportItem],
    accounts: Mapping[Side, str],
    words: ListWords,
    *,
    reasons: bool,
) -> Iterator[str]:
    """Yield a heading for each account, feature and reason, and the first titles."""
    left = SHOWN_TITLES

    def place(item: ReportItem) -> tuple[Side, Feature, str]:
        """Return under which heading an item stands."""
        why = words.reason(item.reason) if reasons and item.reason else ""
        return item.side, item.feature, why

    in_order = sorted(items, key=lambda item: (*place(item), _name(item)))
    for (side, feature, why), group in groupby(in_order, place):
        alike = list(group)
        name = words.feature(feature)
        yield f"\n**{escaped(accounts[side])}, {name}: {len(alike)}**"
        yield f"{escaped(why)}\n" if why else ""
        yield from (f"- {escaped(_name(item))}" for item in alike[:left])
        if hidden := len(alike[left:]):
            yield words.more(hidden)
        left -= len(alike) - hidden


def _name(item: ReportItem) -> str:
    """Return what a person knows an item by, or else its ids."""
    ids = ", ".join(f"{name} {value}" for name, value in item.item.ids.items())
    return item.item.label or ids
