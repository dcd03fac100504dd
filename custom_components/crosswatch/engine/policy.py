"""What a pair is set to do: its mode, and the rules of each of its features."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .model import Feature, MediaKind

DEFAULT_TOLERANCE: Final = timedelta(seconds=60)


class Mode(StrEnum):
    """Which side of a pair may be written."""

    ONE_WAY = "one_way"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturePolicy:
    """How one feature of a pair is synced.

    `kinds` limits it to these kinds, None to none. `since` leaves out records dated
    before that moment. With `rewatches` every play is copied, plays within
    `tolerance` of each other being the same one.
    """

    add: bool = True
    kinds: frozenset[MediaKind] | None = None
    since: datetime | None = None
    rewatches: bool = False
    tolerance: timedelta = DEFAULT_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a pair is set to do; `shrink_guard` disbelieves a suddenly empty side."""

    mode: Mode = Mode.ONE_WAY
    features: Mapping[Feature, FeaturePolicy] = field(default_factory=dict)
    shrink_guard: bool = True
