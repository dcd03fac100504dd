"""What two accounts can do together, and what a pair of them may be set to."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .const import (
    BY_HAND,
    CONF_FEATURES,
    CONF_FROM_DATE,
    CONF_INTERVAL,
    CONF_KINDS,
    CONF_MODE,
    CONF_PROVIDER,
    CONF_REMOVE,
    CONF_REMOVE_MODE,
    CONF_REWATCHES,
    CONF_SINCE,
    CONF_TARGET,
    MIN_INTERVAL,
    OFFERED_FEATURES,
    SINCE_FROM_DATE,
    SUBENTRY_TYPE_PAIR,
)
from .engine.model import Feature, MediaKind
from .engine.policy import Mode, RemoveMode
from .engine.provider import FeatureSupport
from .providers.registry import PROVIDERS


class Refusal(NamedTuple):
    """A setting that a pair cannot have, and the text that says why.

    `place` is the field, or `base`, which stands for the whole form: a field in a
    section cannot show its own error.
    """

    place: str
    key: str
    placeholders: Mapping[str, str] = MappingProxyType({})


def supports(entry: ConfigEntry, feature: Feature) -> FeatureSupport | None:
    """Return what an account can do for a feature, None where it is nothing.

    An account that a newer release has added may be at a provider not known here.
    """
    spec = PROVIDERS.get(entry.data[CONF_PROVIDER])
    return None if spec is None else spec.load().capabilities.get(feature)


def can_give(entry: ConfigEntry, feature: Feature) -> bool:
    """Tell whether an account can be the source of a feature."""
    support = supports(entry, feature)
    return support is not None and support.read


def can_take(entry: ConfigEntry, feature: Feature) -> bool:
    """Tell whether an account can be the target; it is read before it is written."""
    support = supports(entry, feature)
    return support is not None and support.read and support.add


def is_read_only(entry: ConfigEntry) -> bool:
    """Tell whether an account can be a source, but never a target."""
    return any(can_give(entry, feature) for feature in OFFERED_FEATURES) and not any(
        can_take(entry, feature) for feature in OFFERED_FEATURES
    )


def shared_features(source: ConfigEntry, target: ConfigEntry) -> list[Feature]:
    """Return the features that can be synced from one account to the other."""
    return [
        feature
        for feature in OFFERED_FEATURES
        if can_give(source, feature) and can_take(target, feature)
    ]


def modes_between(source: ConfigEntry, target: ConfigEntry) -> list[Mode]:
    """Return the modes that a pair of two accounts can have."""
    back = shared_features(target, source)
    is_mutual = any(feature in back for feature in shared_features(source, target))
    return list(Mode) if is_mutual else [Mode.ONE_WAY]


def accounts_with_libraries[Entry: ConfigEntry](
    source: Entry, target: Entry, mode: Mode, feature: Feature
) -> list[Entry]:
    """Return the accounts whose libraries a pair can be limited to.

    A one-way pair takes from its source only, so that its target's do not matter.
    """
    asked = [source, target] if mode is Mode.TWO_WAY else [source]
    return [
        account
        for account in asked
        if (support := supports(account, feature)) is not None and support.libraries
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


def accounts_without_removing[Entry: ConfigEntry](
    source: Entry, target: Entry, mode: Mode, feature: Feature
) -> list[Entry]:
    """Return the accounts of which a pair would have to remove, and which cannot."""
    written = [source, target] if mode is Mode.TWO_WAY else [target]
    return [
        account
        for account in written
        if (support := supports(account, feature)) is None or not support.remove
    ]


def both_keep_plays(source: ConfigEntry, target: ConfigEntry) -> bool:
    """Tell whether rewatches can be synced from one account to the other."""
    supported = (supports(source, Feature.HISTORY), supports(target, Feature.HISTORY))
    return all(support is not None and support.plays for support in supported)


def refusals(
    source: ConfigEntry, target: ConfigEntry, user_input: Mapping[str, Any]
) -> Iterator[Refusal]:
    """Yield what is wrong with the settings that every pair has."""
    features = user_input[CONF_FEATURES]
    if not features:
        yield Refusal(CONF_FEATURES, "no_feature")
    mode = Mode(user_input[CONF_MODE])
    yield from _unsupported_feature(source, target, mode, features)
    if (pair := _way_back(source, target, mode, features)) is not None:
        yield Refusal(CONF_MODE, "way_back", {"pair": pair.title})
    if BY_HAND < user_input[CONF_INTERVAL] < MIN_INTERVAL:
        yield Refusal(
            CONF_INTERVAL, "interval_too_short", {"minutes": str(MIN_INTERVAL)}
        )


def section_refusals(
    source: ConfigEntry, target: ConfigEntry, settings: Mapping[str, Any], today: date
) -> Iterator[Refusal]:
    """Yield what is wrong with the settings in the sections, one thing at a time."""
    yield from islice(
        chain(
            _wrong_removals(source, target, settings),
            _wrong_rewatches(source, target, settings),
            _wrong_ratings(settings, today),
        ),
        1,
    )


def _unsupported_feature(
    source: ConfigEntry, target: ConfigEntry, mode: Mode, features: Sequence[str]
) -> Iterator[Refusal]:
    """Yield the first feature that one of the accounts cannot do its part for."""
    there, back = shared_features(source, target), shared_features(target, source)
    for name in features:
        if name not in there:
            named = {"feature": name, "account": _lacking(name, source, target).title}
            yield Refusal(CONF_FEATURES, "feature_not_supported", named)
            return
        if mode is Mode.TWO_WAY and name not in back:
            named = {"feature": name, "account": _lacking(name, target, source).title}
            yield Refusal(CONF_FEATURES, "feature_one_way_only", named)
            return


def _lacking(name: str, source: ConfigEntry, target: ConfigEntry) -> ConfigEntry:
    """Return which of the two accounts cannot do its part for a feature."""
    for feature in OFFERED_FEATURES:
        if feature == name and can_give(source, feature):
            return target
    return source


def _way_back(
    source: ConfigEntry, target: ConfigEntry, mode: Mode, features: Sequence[str]
) -> ConfigSubentry | None:
    """Return a pair that would do what a two-way pair does, a second time."""
    for pair in target.get_subentries_of_type(SUBENTRY_TYPE_PAIR):
        if (
            pair.data.get(CONF_TARGET) == source.entry_id
            and Mode.TWO_WAY in (mode, pair.data.get(CONF_MODE))
            and not set(features).isdisjoint(pair.data.get(CONF_FEATURES, ()))
        ):
            return pair
    return None


def _wrong_removals(
    source: ConfigEntry, target: ConfigEntry, settings: Mapping[str, Any]
) -> Iterator[Refusal]:
    """Yield mirrors in a two-way pair, and removals that an account cannot do."""
    mode = Mode(settings[CONF_MODE])
    for feature in in_order(settings[CONF_FEATURES]):
        section = settings[feature]
        is_mirror = section[CONF_REMOVE_MODE] == RemoveMode.MIRROR
        if is_mirror and mode is Mode.TWO_WAY:
            yield Refusal("base", "mirror_in_two_way", {"feature": feature.value})
        if not section[CONF_REMOVE]:
            continue
        for account in accounts_without_removing(source, target, mode, feature):
            named = {"feature": feature.value, "account": account.title}
            yield Refusal("base", "remove_not_supported", named)


def _wrong_rewatches(
    source: ConfigEntry, target: ConfigEntry, settings: Mapping[str, Any]
) -> Iterator[Refusal]:
    """Yield rewatches that one of the accounts cannot hold."""
    history = settings.get(Feature.HISTORY)
    if history and history[CONF_REWATCHES] and not both_keep_plays(source, target):
        yield Refusal("base", "rewatches_not_supported")


def _wrong_ratings(settings: Mapping[str, Any], today: date) -> Iterator[Refusal]:
    """Yield a choice of ratings that leaves none, or that lacks its date."""
    if (ratings := settings.get(Feature.RATINGS)) is None:
        return
    if not ratings[CONF_KINDS]:
        yield Refusal("base", "no_kind")
    elif ratings[CONF_SINCE] == SINCE_FROM_DATE:
        if ratings[CONF_FROM_DATE] is None:
            yield Refusal("base", "from_date_missing")
        elif date.fromisoformat(ratings[CONF_FROM_DATE]) > today:
            yield Refusal("base", "from_date_in_future")


def in_order(features: Sequence[str]) -> list[Feature]:
    """Return the chosen features, each once, in the order they are synced in."""
    return [feature for feature in OFFERED_FEATURES if feature in features]
