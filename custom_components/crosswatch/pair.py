"""The settings of a pair, read from its subentry."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isnan
from typing import Any, Final, NamedTuple

import voluptuous as vol

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .const import (
    BY_HAND,
    CONF_ADD,
    CONF_CONFLICTS,
    CONF_DELETE_LIMIT,
    CONF_DELETE_PERCENT,
    CONF_DELTA_SECONDS,
    CONF_DRY_RUN,
    CONF_ENABLED,
    CONF_FEATURES,
    CONF_FROM_DATE,
    CONF_GUARDS,
    CONF_INTERVAL,
    CONF_KINDS,
    CONF_LIBRARIES,
    CONF_MAX_PERCENT,
    CONF_MIN_SECONDS,
    CONF_MODE,
    CONF_PREFER,
    CONF_REMOVE,
    CONF_REMOVE_MODE,
    CONF_REPLAY,
    CONF_REWATCHES,
    CONF_SHRINK_GUARD,
    CONF_SINCE,
    CONF_TARGET,
    CONF_TOLERANCE,
    DEFAULT_DELETE_LIMIT,
    DEFAULT_DELETE_PERCENT,
    DEFAULT_DELTA_SECONDS,
    DEFAULT_INTERVAL,
    DEFAULT_MAX_PERCENT,
    DEFAULT_MIN_SECONDS,
    DEFAULT_TOLERANCE,
    MAX_DELETE_LIMIT,
    MAX_SECONDS,
    OF_TARGET,
    OFFERED_FEATURES,
    SINCE_ALL,
    SINCE_FROM_DATE,
    SINCE_ONLY_NEW,
)
from .engine.model import Feature, MediaKind
from .engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    Prefer,
    ProgressPolicy,
    RemoveMode,
)


class BrokenPairError(ValueError):
    """The stored settings of a pair cannot be understood."""


class PairSettings(NamedTuple):
    """When a pair runs, between whom and in what.

    `target` is the entry id of the other account. Without an `interval` the pair is
    run by hand only.
    """

    target: str
    features: tuple[Feature, ...]
    dry_run: bool
    interval: timedelta | None
    enabled: bool


def settings_from_data(data: Mapping[str, Any]) -> PairSettings:
    """Return the settings in a subentry's data; raises BrokenPairError."""
    checked = _checked(data)
    minutes = checked[CONF_INTERVAL]
    return PairSettings(
        target=checked[CONF_TARGET],
        features=tuple(checked[CONF_FEATURES]),
        dry_run=checked[CONF_DRY_RUN],
        interval=None if minutes == BY_HAND else timedelta(minutes=minutes),
        enabled=checked[CONF_ENABLED],
    )


def policy_from_data(data: Mapping[str, Any], created: datetime) -> Policy:
    """Return what the engine is to do; raises BrokenPairError.

    `created` is when the pair was made, which is where "only new" starts.
    """
    checked = _checked(data)
    return Policy(
        mode=checked[CONF_MODE],
        features={
            feature: _feature_policy(checked[feature.value], created)
            for feature in checked[CONF_FEATURES]
        },
        prefer=checked[CONF_CONFLICTS][CONF_PREFER],
        shrink_guard=checked[CONF_GUARDS][CONF_SHRINK_GUARD],
        delete_limit=checked[CONF_GUARDS][CONF_DELETE_LIMIT],
        delete_percent=checked[CONF_GUARDS][CONF_DELETE_PERCENT],
    )


def _feature_policy(section: Mapping[str, Any], created: datetime) -> FeaturePolicy:
    """Return the rules in the section of one feature."""
    kinds = section[CONF_KINDS]
    libraries = frozenset(section[CONF_LIBRARIES])
    of_target = frozenset(each for each in libraries if each.startswith(OF_TARGET))
    return FeaturePolicy(
        add=section[CONF_ADD],
        remove=section[CONF_REMOVE],
        remove_mode=section[CONF_REMOVE_MODE],
        kinds=None if kinds is None else frozenset(kinds),
        libraries=libraries - of_target,
        target_libraries=frozenset(each.removeprefix(OF_TARGET) for each in of_target),
        since=_since(section, created),
        only_new=section[CONF_SINCE] == SINCE_ONLY_NEW,
        rewatches=section[CONF_REWATCHES],
        tolerance=timedelta(seconds=section[CONF_TOLERANCE]),
        progress=ProgressPolicy(
            min_position=timedelta(seconds=section[CONF_MIN_SECONDS]),
            step=timedelta(seconds=section[CONF_DELTA_SECONDS]),
            max_percent=section[CONF_MAX_PERCENT],
            replay=section[CONF_REPLAY],
        ),
    )


def _since(section: Mapping[str, Any], created: datetime) -> datetime | None:
    """Return the moment before which records are left out."""
    since, from_date = section[CONF_SINCE], section[CONF_FROM_DATE]
    if since == SINCE_ONLY_NEW:
        return created
    if since == SINCE_FROM_DATE:
        return dt_util.as_utc(dt_util.start_of_local_day(from_date))
    return None


def _with_date(section: dict[str, Any]) -> dict[str, Any]:
    """Check that a section which starts at a date has one."""
    if section[CONF_SINCE] == SINCE_FROM_DATE and section[CONF_FROM_DATE] is None:
        raise vol.Invalid("no date is set")
    return section


def _with_sections(pair: dict[str, Any]) -> dict[str, Any]:
    """Check the sections of the chosen features; what the others say does not count."""
    for feature in pair[CONF_FEATURES]:
        pair = _SECTIONS[feature](pair)
    return pair


def _without_mirrors(pair: dict[str, Any]) -> dict[str, Any]:
    """Check that no account is to mirror the other where both may change."""
    if pair[CONF_MODE] is Mode.TWO_WAY and any(
        pair[feature.value][CONF_REMOVE_MODE] is RemoveMode.MIRROR
        for feature in pair[CONF_FEATURES]
    ):
        raise vol.Invalid("a two-way pair cannot be a mirror")
    return pair


def _checked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with defaults filled in; raises BrokenPairError."""
    try:
        checked: dict[str, Any] = _PAIR(dict(data))
    except vol.Invalid as err:
        raise BrokenPairError(str(err)) from err
    return checked


def _known_features(names: list[str]) -> list[Feature]:
    """Return the features among the names, in a fixed order.

    A later release may have stored names that this one does not know.
    """
    if found := [feature for feature in OFFERED_FEATURES if feature.value in names]:
        return found
    raise vol.Invalid("no known feature is chosen")


def _number(maximum: float) -> vol.All[float]:
    """Return a check for a number from 0 on, which brings others into the range."""

    def clamped(value: float) -> float:
        """Return the nearest number that makes sense."""
        if isnan(value):
            raise vol.Invalid("not a number")
        return min(max(value, 0.0), maximum)

    return vol.All(vol.Coerce(float), clamped)


_MINUTES: Final = vol.All(vol.Coerce(int), vol.Range(min=0))

# Data that a later release stored may hold more than this one knows.
_FIELDS: Final = vol.Schema(
    {
        vol.Optional(CONF_ADD, default=True): cv.boolean,
        vol.Optional(CONF_REMOVE, default=False): cv.boolean,
        vol.Optional(
            CONF_REMOVE_MODE, default=RemoveMode.GONE_FROM_SOURCE.value
        ): vol.Coerce(RemoveMode),
        vol.Optional(CONF_LIBRARIES, default=list): [cv.string],
        vol.Optional(CONF_KINDS, default=None): vol.Maybe([vol.Coerce(MediaKind)]),
        vol.Optional(CONF_SINCE, default=SINCE_ALL): vol.In(
            [SINCE_ALL, SINCE_FROM_DATE, SINCE_ONLY_NEW]
        ),
        vol.Optional(CONF_FROM_DATE, default=None): vol.Maybe(cv.date),
        vol.Optional(CONF_REWATCHES, default=False): cv.boolean,
        vol.Optional(CONF_TOLERANCE, default=DEFAULT_TOLERANCE): _number(MAX_SECONDS),
        vol.Optional(CONF_MIN_SECONDS, default=DEFAULT_MIN_SECONDS): _number(
            MAX_SECONDS
        ),
        vol.Optional(CONF_DELTA_SECONDS, default=DEFAULT_DELTA_SECONDS): _number(
            MAX_SECONDS
        ),
        vol.Optional(CONF_MAX_PERCENT, default=DEFAULT_MAX_PERCENT): _number(100),
        vol.Optional(CONF_REPLAY, default=False): cv.boolean,
    },
    extra=vol.ALLOW_EXTRA,
)

_SECTION: Final = vol.All(_FIELDS, _with_date)

_SECTIONS: Final = {
    feature: vol.Schema(
        {vol.Optional(feature.value, default=dict): _SECTION}, extra=vol.ALLOW_EXTRA
    )
    for feature in OFFERED_FEATURES
}

_GUARDS: Final = vol.Schema(
    {
        vol.Optional(CONF_DELETE_LIMIT, default=DEFAULT_DELETE_LIMIT): vol.All(
            _number(MAX_DELETE_LIMIT), vol.Coerce(int)
        ),
        vol.Optional(CONF_DELETE_PERCENT, default=DEFAULT_DELETE_PERCENT): _number(100),
        vol.Optional(CONF_SHRINK_GUARD, default=True): cv.boolean,
    },
    extra=vol.ALLOW_EXTRA,
)

_CONFLICTS: Final = vol.Schema(
    {vol.Optional(CONF_PREFER, default=Prefer.NEWEST.value): vol.Coerce(Prefer)},
    extra=vol.ALLOW_EXTRA,
)

_PAIR: Final = vol.All(
    vol.Schema(
        {
            vol.Required(CONF_TARGET): cv.string,
            vol.Optional(CONF_MODE, default=Mode.ONE_WAY.value): vol.Coerce(Mode),
            vol.Required(CONF_FEATURES): vol.All([cv.string], _known_features),
            vol.Optional(CONF_DRY_RUN, default=True): cv.boolean,
            vol.Optional(CONF_INTERVAL, default=DEFAULT_INTERVAL): _MINUTES,
            vol.Optional(CONF_ENABLED, default=True): cv.boolean,
            vol.Optional(CONF_GUARDS, default=dict): _GUARDS,
            vol.Optional(CONF_CONFLICTS, default=dict): _CONFLICTS,
        },
        extra=vol.ALLOW_EXTRA,
    ),
    _with_sections,
    _without_mirrors,
)
