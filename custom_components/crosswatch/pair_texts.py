"""Texts of a pair's forms that only the moment tells."""

from collections.abc import Iterable, Mapping, Sequence

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .pair_rules import Refusal, in_order


class PairTexts:
    """What stands in the texts of forms where these have placeholders for it.

    It is in the language of Home Assistant: a form does not know who looks at it.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        """Take the texts of the choices in all forms."""
        self._options = options

    def __getitem__(self, key: str) -> str:
        """Return a sentence about a pair, or what stands in one."""
        return self._options[f"component.{DOMAIN}.selector.pair_summary.options.{key}"]

    def listed(self, features: Sequence[str]) -> str:
        """Return features, if any is known, as they stand within a sentence."""
        words = [self[each] for each in in_order(features)]
        if len(words) < 2:
            return "".join(words)
        return self["list"].format(first=", ".join(words[:-1]), last=words[-1])


async def async_pair_texts(hass: HomeAssistant) -> PairTexts:
    """Return the texts in the language of Home Assistant."""
    language = hass.config.language
    return PairTexts(await async_get_translations(hass, language, "selector", [DOMAIN]))


def errors_of(
    refused: Iterable[Refusal], texts: PairTexts
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the errors for a form, and what stands in their texts.

    Of two at the same place the later one is shown. Refusals of one form do not share
    the name of a placeholder.
    """
    errors: dict[str, str] = {}
    placeholders: dict[str, str] = {}
    for refusal in refused:
        errors[refusal.place] = refusal.key
        placeholders.update(refusal.placeholders)
    if (feature := placeholders.get("feature")) is not None:
        # One of a later release has no words here but its own name.
        placeholders["feature"] = texts.listed([feature]) or feature
    return errors, placeholders
