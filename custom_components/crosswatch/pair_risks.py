"""What a pair is newly set to that a person should think about twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .const import CONF_FEATURES, CONF_MODE, CONF_REMOVE, CONF_REMOVE_MODE, CONF_TARGET
from .engine.policy import Mode, RemoveMode


class RiskStep(StrEnum):
    """The steps that explain a risk, each with texts of its own."""

    TWO_WAY = "confirm_two_way"
    TWO_WAY_REMOVING = "confirm_two_way_removing"
    MIRROR = "confirm_mirror"


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk to a target, by its entry id, and the features that it is about."""

    step: RiskStep
    target: str
    features: tuple[str, ...]


def new_risk(before: Mapping[str, Any], after: Mapping[str, Any]) -> Risk | None:
    """Return the risk that a pair's settings bring and did not bring before.

    There is one at most, as a two-way pair cannot be a mirror.
    """
    if after[CONF_MODE] == Mode.TWO_WAY:
        return None if before[CONF_MODE] == Mode.TWO_WAY else _two_way(after)
    newly = {feature for feature, _ in {*_mirrored(after)} - {*_mirrored(before)}}
    features = tuple(feature for feature in after[CONF_FEATURES] if feature in newly)
    return Risk(RiskStep.MIRROR, after[CONF_TARGET], features) if features else None


def _two_way(settings: Mapping[str, Any]) -> Risk:
    """Return the risk of letting either account change the other."""
    target, features = settings[CONF_TARGET], tuple(settings[CONF_FEATURES])
    removing = tuple(each for each in features if settings[each][CONF_REMOVE])
    if removing:
        return Risk(RiskStep.TWO_WAY_REMOVING, target, removing)
    return Risk(RiskStep.TWO_WAY, target, features)


def _mirrored(settings: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the features that are set to mirror, and once more if they do remove.

    Removing may be switched on long after a mirror was chosen, and only then matters.
    """
    for feature in settings[CONF_FEATURES]:
        section = settings[feature]
        if section[CONF_REMOVE_MODE] == RemoveMode.MIRROR:
            yield feature, False
            if section[CONF_REMOVE]:
                yield feature, True
