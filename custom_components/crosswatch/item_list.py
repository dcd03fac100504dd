"""Items as a list that a person reads, in Markdown and no longer than a page."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
import re
from typing import Final

from .engine.model import Feature, Side
from .engine.report import ReportItem

# The titles that a person is shown; the rest is counted.
SHOWN_TITLES: Final = 50

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text: str) -> str:
    """Return a text that stays as it is in Markdown."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def listed_titles(
    items: Sequence[ReportItem],
    accounts: Mapping[Side, str],
    *,
    unnamed: int = 0,
    reasons: bool = False,
) -> str:
    """Return items by the account that is written to, with or without the reasons.

    `unnamed` is how many more there are, of which nobody knows what they are.
    """
    lines = list(_lines(items, accounts, reasons=reasons))
    if unnamed:
        lines.append(f"- and {unnamed} more")
    return "\n".join(lines)


def _lines(
    items: Sequence[ReportItem], accounts: Mapping[Side, str], *, reasons: bool
) -> Iterator[str]:
    """Yield a heading for each account and feature, and the first titles."""
    left = SHOWN_TITLES
    in_order = sorted(items, key=lambda item: (*_place(item), _name(item)))
    for (side, feature), group in groupby(in_order, _place):
        alike = list(group)
        yield f"\n**{escaped(accounts[side])}, {feature}: {len(alike)}**\n"
        for item in alike[:left]:
            why = item.reason.replace("_", " ") if reasons and item.reason else ""
            yield f"- {escaped(_name(item))}" + (f" ({why})" if why else "")
        if hidden := len(alike[left:]):
            yield f"- and {hidden} more"
        left -= len(alike) - hidden


def _place(item: ReportItem) -> tuple[Side, Feature]:
    """Return where an item would be written or removed."""
    return item.side, item.feature


def _name(item: ReportItem) -> str:
    """Return what a person knows an item by, or else its ids."""
    ids = ", ".join(f"{name} {value}" for name, value in item.item.ids.items())
    return item.item.label or ids
