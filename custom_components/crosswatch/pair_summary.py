"""What a pair does: one sentence, and those that say what it leaves or removes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from .const import (
    BY_HAND,
    CONF_ADD,
    CONF_DRY_RUN,
    CONF_ENABLED,
    CONF_FEATURES,
    CONF_INTERVAL,
    CONF_MODE,
    CONF_REMOVE,
    CONF_REMOVE_MODE,
)
from .engine.model import Feature
from .engine.policy import Mode, RemoveMode
from .pair_rules import in_order
from .pair_texts import PairTexts

# Minutes, the longest first.
_UNITS: Final = {"day": 1440, "hour": 60, "minute": 1}


def summary(
    texts: PairTexts, source: str, target: str, settings: Mapping[str, Any]
) -> str:
    """Return what a pair does between two accounts, given by their names."""
    return " ".join(_Summary(texts, source, target, settings).sentences())


class _Summary(NamedTuple):
    """The sentences about one pair."""

    texts: PairTexts
    source: str
    target: str
    settings: Mapping[str, Any]

    def sentences(self) -> Iterator[str]:
        """Yield what the pair does and when, and then what it leaves or removes."""
        features = in_order(self.settings[CONF_FEATURES])
        if not features:
            yield self.texts["nothing_chosen"]
            return
        adding = [each for each in features if self._section(each)[CONF_ADD]]
        yield self._main(features, adding)
        left = [each for each in features if each not in adding]
        if adding and left:
            yield self._say("adds_none", left)
        yield from self._removals(features)

    def _main(self, features: Sequence[Feature], adding: Sequence[Feature]) -> str:
        """Return what the pair does and when, and whether it writes."""
        key = str(self.settings[CONF_MODE]) if adding else "compare"
        if self.settings[CONF_DRY_RUN]:
            key += "_dry_run"
        return self._say(key, adding or features, when=self._when())

    def _removals(self, features: Sequence[Feature]) -> Iterator[str]:
        """Yield what the pair removes, or that it removes nothing."""
        removing = [each for each in features if self._section(each)[CONF_REMOVE]]
        mirrored = [
            each
            for each in removing
            if self._section(each)[CONF_REMOVE_MODE] == RemoveMode.MIRROR
        ]
        plain = [each for each in removing if each not in mirrored]
        if not removing:
            yield self.texts["removes_nothing"]
        if plain:
            is_two_way = self.settings[CONF_MODE] == Mode.TWO_WAY
            yield self._say("removes_two_way" if is_two_way else "removes", plain)
        if mirrored:
            yield self._say("mirrors", mirrored)

    def _when(self) -> str:
        """Return how often the pair runs; one that is switched off runs by hand."""
        minutes = self.settings[CONF_INTERVAL]
        if minutes == BY_HAND or not self.settings.get(CONF_ENABLED, True):
            return self.texts["by_hand"]
        unit = next(unit for unit, length in _UNITS.items() if minutes % length == 0)
        count = minutes // _UNITS[unit]
        key = f"every_{unit}" if count == 1 else f"every_{unit}s"
        return self.texts[key].format(count=count)

    def _section(self, feature: Feature) -> Mapping[str, Any]:
        """Return the settings of a feature."""
        section: Mapping[str, Any] = self.settings[feature]
        return section

    def _say(self, key: str, features: Sequence[Feature], **others: str) -> str:
        """Return a sentence about some features."""
        return self.texts[key].format(
            source=self.source,
            target=self.target,
            features=self.texts.listed(features),
            **others,
        )
