"""The data of a pair: what was answered, with defaults for what was not."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry

from .const import (
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
    SINCE_ALL,
    SINCE_FROM_DATE,
)
from .engine.model import Feature
from .engine.policy import Mode, Prefer, RemoveMode
from .pair_rules import accounts_with_libraries, in_order, shared_kinds

type Settings = dict[str, Any]


def default_settings(target: ConfigEntry, features: Iterable[Feature]) -> Settings:
    """Return the settings that a new pair starts with."""
    return {
        CONF_TARGET: target.entry_id,
        CONF_MODE: Mode.ONE_WAY.value,
        CONF_FEATURES: [feature.value for feature in features],
        CONF_DRY_RUN: True,
        CONF_INTERVAL: DEFAULT_INTERVAL,
    }


def settings_from(
    source: ConfigEntry,
    target: ConfigEntry,
    user_input: Mapping[str, Any],
    stored: Mapping[str, Any],
) -> Settings:
    """Return the data of a pair: what was answered, else was stored, else the default.

    It holds sections for the chosen features only.
    """
    features = in_order(user_input[CONF_FEATURES])
    settings: Settings = {
        CONF_TARGET: target.entry_id,
        CONF_MODE: user_input[CONF_MODE],
        CONF_FEATURES: [feature.value for feature in features],
        CONF_DRY_RUN: user_input[CONF_DRY_RUN],
        CONF_INTERVAL: user_input[CONF_INTERVAL],
        CONF_ENABLED: stored.get(CONF_ENABLED, True),
    }
    defaults = _sections(source, target, Mode(user_input[CONF_MODE]), features)
    for name, section_defaults in defaults.items():
        known = {**section_defaults, **stored.get(name, {})}
        if name in user_input:
            # A date that was emptied is not in the answer at all.
            known |= {CONF_FROM_DATE: None, **user_input[name]}
        settings[name] = {key: known[key] for key in section_defaults}
    if (ratings := settings.get(Feature.RATINGS)) is not None:
        _mend_ratings(ratings, defaults[Feature.RATINGS][CONF_KINDS])
    return settings


def stored_settings(
    source: ConfigEntry, target: ConfigEntry, stored: Mapping[str, Any]
) -> Settings:
    """Return the data of a pair with defaults for what it does not say."""
    return settings_from(
        source, target, {**default_settings(target, []), **stored}, stored
    )


def _mend_ratings(ratings: Settings, kinds: list[str]) -> None:
    """Drop what the accounts do not hold, and a date that nothing asks for."""
    ratings[CONF_KINDS] = [kind for kind in kinds if kind in ratings[CONF_KINDS]]
    if ratings[CONF_SINCE] != SINCE_FROM_DATE:
        ratings[CONF_FROM_DATE] = None


def _sections(
    source: ConfigEntry, target: ConfigEntry, mode: Mode, features: Iterable[Feature]
) -> dict[str, Settings]:
    """Return the sections that a pair has, each with what it starts with."""
    sections = {
        feature.value: _feature_section(source, target, mode, feature)
        for feature in features
    }
    sections[CONF_GUARDS] = {
        CONF_DELETE_LIMIT: DEFAULT_DELETE_LIMIT,
        CONF_DELETE_PERCENT: DEFAULT_DELETE_PERCENT,
        CONF_SHRINK_GUARD: True,
    }
    if mode is Mode.TWO_WAY:
        sections[CONF_CONFLICTS] = {CONF_PREFER: Prefer.NEWEST.value}
    return sections


def _feature_section(
    source: ConfigEntry, target: ConfigEntry, mode: Mode, feature: Feature
) -> Settings:
    """Return the settings that a newly chosen feature starts with."""
    settings: Settings = {
        CONF_ADD: True,
        CONF_REMOVE: False,
        CONF_REMOVE_MODE: RemoveMode.GONE_FROM_SOURCE.value,
    }
    if accounts_with_libraries(source, target, mode, feature):
        settings[CONF_LIBRARIES] = []
    if feature is Feature.HISTORY:
        settings |= {CONF_REWATCHES: False, CONF_TOLERANCE: DEFAULT_TOLERANCE}
    elif feature is Feature.RATINGS:
        settings |= {
            CONF_KINDS: [kind.value for kind in shared_kinds(source, target, feature)],
            CONF_SINCE: SINCE_ALL,
            CONF_FROM_DATE: None,
        }
    elif feature is Feature.PROGRESS:
        settings |= {
            CONF_MIN_SECONDS: DEFAULT_MIN_SECONDS,
            CONF_DELTA_SECONDS: DEFAULT_DELTA_SECONDS,
            CONF_MAX_PERCENT: DEFAULT_MAX_PERCENT,
            CONF_REPLAY: False,
        }
    return settings
