"""What is written to files, what could not be, and why."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from ..engine.model import Feature, Item, Record, Watched

type Records = Mapping[Feature, Sequence[Record]]


class Unfit(StrEnum):
    """Why something of an account cannot be put in a format."""

    FEATURE_NOT_IN_FORMAT = "feature_not_in_format"
    KIND_NOT_IN_FORMAT = "kind_not_in_format"
    NO_IDS = "no_ids"
    NO_DATE = "no_date"
    NO_RATING = "no_rating"
    NO_PLACE = "no_place"
    PLAYS_WITHOUT_DATE = "plays_without_date"
    ONE_STATUS = "one_status"
    ONLY_LAST_PLAY = "only_last_play"
    RATING_NEEDS_STATUS = "rating_needs_status"
    UNSAFE_TITLE = "unsafe_title"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that could not be put in a format."""

    feature: Feature
    item: Item
    reason: Unfit


@dataclass(slots=True)
class Tally:
    """What became of the records while files are written."""

    written: Counter[Feature] = field(default_factory=Counter)
    left_out: list[LeftOut] = field(default_factory=list)

    def write(self, feature: Feature, record: Record) -> None:
        """Count a record as written, with all plays of it whose date is known."""
        self.written[feature] += 1
        value = record.value
        if isinstance(value, Watched) and value.count > max(len(value.plays), 1):
            self.leave_out(feature, record.item, Unfit.PLAYS_WITHOUT_DATE)

    def leave_out(self, feature: Feature, item: Item, reason: Unfit) -> None:
        """Note that something could not be put in."""
        self.left_out.append(LeftOut(feature, item, reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """What writers are told beside the records.

    `zone` is where a day begins and ends, for formats that know days only.
    """

    account: str
    now: datetime
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file to write: the end of its name, and its text, piece by piece.

    The tally is filled in as the text is taken. With `member` the text is put in an
    archive under that name, unless a person wants the text itself.
    """

    suffix: str
    extension: str
    text: Callable[[Tally], Iterator[str]]
    member: str = ""


def stamp(moment: datetime) -> str:
    """Return a moment as services write it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
