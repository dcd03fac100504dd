"""What a pair is set to do: its mode, and the rules of each of its features."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from .model import Feature, MediaKind

DEFAULT_TOLERANCE: Final = timedelta(seconds=60)


class Mode(StrEnum):
    """Which side of a pair may be written."""

    ONE_WAY = "one_way"
    TWO_WAY = "two_way"


class RemoveMode(StrEnum):
    """What is removed from the target of a one-way pair.

    What was in the source and is gone from there; or, as a mirror, whatever is not
    in the source.
    """

    GONE_FROM_SOURCE = "gone_from_source"
    MIRROR = "mirror"


class Prefer(StrEnum):
    """Which value wins where both sides have changed since they agreed.

    The newer one wins first of all; the preferred side decides where the dates do
    not. `REPORT` leaves both as they are, for a person to sort out.
    """

    NEWEST = "newest"
    SOURCE = "source"
    TARGET = "target"
    REPORT = "report"


class ProgressPolicy(NamedTuple):
    """Which positions are worth copying.

    One below `min_position` or from `max_percent` on is left alone, and so is one
    that differs by less than `step`. `replay` copies a position also to where the
    item is watched already.
    """

    min_position: timedelta = timedelta(seconds=60)
    step: timedelta = timedelta(seconds=30)
    max_percent: float = 95.0
    replay: bool = False


class FeaturePolicy(NamedTuple):
    """How one feature of a pair is synced.

    `kinds` limits it to these kinds, None to none; `libraries` to items in these
    libraries of the source, and `target_libraries` in these of the target, where any
    are named. `since` leaves out records dated before that moment, and with `only_new`
    also ratings without a date that the first run found, until they change. With
    `rewatches` every play is copied, plays within `tolerance` of each other being the
    same one. Without `replace`, a rating that the target of a one-way pair has is
    replaced by a newer one only.
    """

    add: bool = True
    remove: bool = False
    remove_mode: RemoveMode = RemoveMode.GONE_FROM_SOURCE
    kinds: frozenset[MediaKind] | None = None
    libraries: frozenset[str] = frozenset()
    target_libraries: frozenset[str] = frozenset()
    since: datetime | None = None
    only_new: bool = False
    rewatches: bool = False
    tolerance: timedelta = DEFAULT_TOLERANCE
    progress: ProgressPolicy = ProgressPolicy()
    replace: bool = True


class Policy(NamedTuple):
    """What a pair is set to do.

    `shrink_guard` disbelieves a suddenly empty side. A run that would remove more
    than `delete_limit` records, and more than `delete_percent` of those there, waits
    for a person's approval.
    """

    mode: Mode = Mode.ONE_WAY
    features: Mapping[Feature, FeaturePolicy] = MappingProxyType({})
    prefer: Prefer = Prefer.NEWEST
    shrink_guard: bool = True
    delete_limit: int = 5
    delete_percent: float = 10.0
