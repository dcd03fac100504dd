"""How far a run has come, for a person who waits for it."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from .model import Feature


class Phase(StrEnum):
    """What a run is busy with."""

    READING = "reading"
    LOOKING_UP = "looking_up"
    PLANNING = "planning"
    WRITING = "writing"
    RECORDING = "recording"


class Headway(NamedTuple):
    """What a run is busy with: `done` of `total` operations are behind it.

    Both are 0 where nothing is counted.
    """

    feature: Feature
    phase: Phase
    done: int = 0
    total: int = 0


type Watch = Callable[[Headway], None]


def nobody(headway: Headway) -> None:
    """Tell nobody."""
