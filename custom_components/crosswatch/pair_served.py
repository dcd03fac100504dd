"""What of a pair's settings makes no difference between its two accounts."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry

from .const import (
    CONF_KINDS,
    CONF_MODE,
    CONF_REMOVE,
    CONF_REMOVE_MODE,
    CONF_REWATCHES,
    CONF_TOLERANCE,
)
from .engine.model import Feature
from .engine.policy import Mode, RemoveMode
from .pair_rules import accounts_without_removing, both_keep_plays, shared_kinds


def unserved_settings(
    source: ConfigEntry,
    target: ConfigEntry,
    settings: Mapping[str, Any],
    feature: Feature,
) -> frozenset[str]:
    """Return the settings of a feature that a form need not show.

    One that is set to what the accounts cannot do is shown, so that it can be mended.
    """
    section, mode = settings[feature], Mode(settings[CONF_MODE])
    hidden = {*_removals(source, target, section, mode, feature)}
    if feature is Feature.HISTORY:
        hidden |= {*_plays(source, target, section)}
    elif feature is Feature.RATINGS:
        hidden |= {*_kinds(source, target, section)}
    return frozenset(hidden)


def _removals(
    source: ConfigEntry,
    target: ConfigEntry,
    section: Mapping[str, Any],
    mode: Mode,
    feature: Feature,
) -> Iterator[str]:
    """Yield what is about removing, where nothing can be or there is no choice."""
    is_mirror = section[CONF_REMOVE_MODE] == RemoveMode.MIRROR
    if not section[CONF_REMOVE] and accounts_without_removing(
        source, target, mode, feature
    ):
        yield CONF_REMOVE
        yield CONF_REMOVE_MODE
    elif mode is Mode.TWO_WAY and not is_mirror:
        yield CONF_REMOVE_MODE


def _plays(
    source: ConfigEntry, target: ConfigEntry, section: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what is about plays, where one of the accounts keeps only the last."""
    if not section[CONF_REWATCHES] and not both_keep_plays(source, target):
        yield CONF_REWATCHES
        yield CONF_TOLERANCE


def _kinds(
    source: ConfigEntry, target: ConfigEntry, section: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the kinds, where there is one only to choose."""
    kinds = shared_kinds(source, target, Feature.RATINGS)
    if len(kinds) == 1 and section[CONF_KINDS] == kinds:
        yield CONF_KINDS
