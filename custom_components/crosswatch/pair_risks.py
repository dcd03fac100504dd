"""What a pair is newly set to that a person should think about twice."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from .const import CONF_FEATURES, CONF_MODE, CONF_REMOVE, CONF_REMOVE_MODE, CONF_TARGET
from .engine.policy import Mode, RemoveMode


class RiskStep(StrEnum):
    """The steps that explain what may happen, each with texts of its own."""

    TWO_WAY = "confirm_two_way"
    TWO_WAY_REMOVING = "confirm_two_way_removing"
    REMOVE = "confirm_remove"
    REMOVE_TWO_WAY = "confirm_remove_two_way"
    MIRROR = "confirm_mirror"
    MIRROR_AND_REMOVE = "confirm_mirror_and_remove"


class Risk(NamedTuple):
    """All that is newly at risk at a target, given by its entry id.

    `features` are those that the step is about; where it is about a mirror as well as
    about removals, `removing` are those of which only what is gone is removed.
    """

    step: RiskStep
    target: str
    features: tuple[str, ...]
    removing: tuple[str, ...] = ()


def new_risk(before: Mapping[str, Any], after: Mapping[str, Any]) -> Risk | None:
    """Return the risk that a pair's settings bring and did not bring before."""
    target = after[CONF_TARGET]
    removing = _not_in(_removing(before), _removing(after))
    if after[CONF_MODE] == Mode.TWO_WAY:
        if before[CONF_MODE] != Mode.TWO_WAY:
            return _two_way(after)
        return Risk(RiskStep.REMOVE_TWO_WAY, target, removing) if removing else None
    # Removing may be switched on long after a mirror was chosen, and then matters.
    mirrored = _mirrored(after)
    mirror = tuple(
        each
        for each in mirrored
        if each in removing or each in _not_in(_mirrored(before), mirrored)
    )
    plain = _not_in(mirror, removing)
    if mirror and plain:
        return Risk(RiskStep.MIRROR_AND_REMOVE, target, mirror, plain)
    if mirror:
        return Risk(RiskStep.MIRROR, target, mirror)
    return Risk(RiskStep.REMOVE, target, plain) if plain else None


def _two_way(settings: Mapping[str, Any]) -> Risk:
    """Return the risk of letting either account change the other."""
    target, features = settings[CONF_TARGET], tuple(settings[CONF_FEATURES])
    if removing := _removing(settings):
        return Risk(RiskStep.TWO_WAY_REMOVING, target, removing)
    return Risk(RiskStep.TWO_WAY, target, features)


def _removing(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the features of which a pair removes something."""
    return tuple(
        each for each in settings[CONF_FEATURES] if settings[each][CONF_REMOVE]
    )


def _mirrored(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the features that are set to mirror, whether or not they remove."""
    return tuple(
        each
        for each in settings[CONF_FEATURES]
        if settings[each][CONF_REMOVE_MODE] == RemoveMode.MIRROR
    )


def _not_in(known: tuple[str, ...], features: tuple[str, ...]) -> tuple[str, ...]:
    """Return the features that are new, in their order."""
    return tuple(each for each in features if each not in known)
