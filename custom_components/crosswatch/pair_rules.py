"""What two accounts can do together, and what a pair of them may be set to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from homeassistant.config_entries import ConfigEntry

from .const import (
    BY_HAND,
    CONF_FEATURES,
    CONF_FROM_DATE,
    CONF_INTERVAL,
    CONF_KINDS,
    CONF_PROVIDER,
    CONF_REWATCHES,
    CONF_SINCE,
    MIN_INTERVAL,
    OFFERED_FEATURES,
    SINCE_FROM_DATE,
)
from .engine.model import Feature, MediaKind
from .engine.provider import FeatureSupport
from .providers.registry import PROVIDERS


@dataclass(frozen=True, slots=True)
class Refusal:
    """A setting that a pair cannot have, and the text that says why.

    `place` is the field, or `base`, which stands for the whole form: a field in a
    section cannot show its own error.
    """

    place: str
    key: str
    placeholders: Mapping[str, str] = field(default_factory=dict)


def supports(entry: ConfigEntry, feature: Feature) -> FeatureSupport | None:
    """Return what an account can do for a feature, None where it is nothing.

    An account that a newer release has added may be at a provider not known here.
    """
    spec = PROVIDERS.get(entry.data[CONF_PROVIDER])
    return None if spec is None else spec.capabilities.get(feature)


def can_give(entry: ConfigEntry, feature: Feature) -> bool:
    """Tell whether an account can be the source of a feature."""
    support = supports(entry, feature)
    return support is not None and support.read


def can_take(entry: ConfigEntry, feature: Feature) -> bool:
    """Tell whether an account can be the target; it is read before it is written."""
    support = supports(entry, feature)
    return support is not None and support.read and support.add


def shared_features(source: ConfigEntry, target: ConfigEntry) -> list[Feature]:
    """Return the features that can be synced from one account to the other."""
    return [
        feature
        for feature in OFFERED_FEATURES
        if can_give(source, feature) and can_take(target, feature)
    ]


def shared_kinds(
    source: ConfigEntry, target: ConfigEntry, feature: Feature
) -> list[MediaKind]:
    """Return the kinds of items that both accounts hold for a feature they share."""
    supported = (supports(source, feature), supports(target, feature))
    return [
        kind
        for kind in MediaKind
        if all(support is not None and kind in support.kinds for support in supported)
    ]


def both_keep_plays(source: ConfigEntry, target: ConfigEntry) -> bool:
    """Tell whether rewatches can be synced from one account to the other."""
    supported = (supports(source, Feature.HISTORY), supports(target, Feature.HISTORY))
    return all(support is not None and support.plays for support in supported)


def refusals(
    source: ConfigEntry, target: ConfigEntry, user_input: Mapping[str, Any]
) -> Iterator[Refusal]:
    """Yield what is wrong with the settings that every pair has."""
    if not user_input[CONF_FEATURES]:
        yield Refusal(CONF_FEATURES, "no_feature")
    shared = shared_features(source, target)
    for name in user_input[CONF_FEATURES]:
        if name not in shared:
            account = _account_lacking(name, source, target)
            yield Refusal(
                CONF_FEATURES,
                "feature_not_supported",
                {"feature": name, "account": account.title},
            )
            break
    if BY_HAND < user_input[CONF_INTERVAL] < MIN_INTERVAL:
        yield Refusal(
            CONF_INTERVAL, "interval_too_short", {"minutes": str(MIN_INTERVAL)}
        )


def section_refusals(
    source: ConfigEntry, target: ConfigEntry, settings: Mapping[str, Any], today: date
) -> Iterator[Refusal]:
    """Yield what is wrong with the settings in the sections of features."""
    history = settings.get(Feature.HISTORY)
    if history and history[CONF_REWATCHES] and not both_keep_plays(source, target):
        yield Refusal("base", "rewatches_not_supported")
        return
    if (ratings := settings.get(Feature.RATINGS)) is None:
        return
    if not ratings[CONF_KINDS]:
        yield Refusal("base", "no_kind")
    elif ratings[CONF_SINCE] == SINCE_FROM_DATE:
        if ratings[CONF_FROM_DATE] is None:
            yield Refusal("base", "from_date_missing")
        elif date.fromisoformat(ratings[CONF_FROM_DATE]) > today:
            yield Refusal("base", "from_date_in_future")


def errors_of(
    refused: Iterable[Refusal],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the errors for a form, and what stands in their texts.

    Refusals of one form share neither a place nor the name of a placeholder.
    """
    errors: dict[str, str] = {}
    placeholders: dict[str, str] = {}
    for refusal in refused:
        errors[refusal.place] = refusal.key
        placeholders.update(refusal.placeholders)
    return errors, placeholders


def in_order(features: Sequence[str]) -> list[Feature]:
    """Return the chosen features, each once, in the order they are synced in."""
    return [feature for feature in OFFERED_FEATURES if feature in features]


def _account_lacking(
    name: str, source: ConfigEntry, target: ConfigEntry
) -> ConfigEntry:
    """Return which of the two accounts cannot do its part for a feature."""
    for feature in OFFERED_FEATURES:
        if feature == name and can_give(source, feature):
            return target
    return source
