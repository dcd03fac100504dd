"""What was found in a file: records by feature, and the rows that say nothing usable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ..engine.ids import item_keys, title_key
from ..engine.model import Feature, Item, Play, Record, Value, Watched
from .formats import ImportFormat


class RowFault(StrEnum):
    """Why a row is left out; all others of its file count all the same."""

    WRONG_CELLS = "wrong_cells"
    NOT_UNDERSTOOD = "not_understood"
    NO_TITLE = "no_title"
    NO_KIND = "no_kind"
    NO_PLACE = "no_place"
    KIND_NOT_SUPPORTED = "kind_not_supported"
    BAD_DATE = "bad_date"
    BAD_RATING = "bad_rating"
    WHOLE_SHOW = "whole_show"
    EPISODES_UNKNOWN = "episodes_unknown"
    DROPPED = "dropped"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Where:
    """A row of a file, as a person finds it there."""

    file: str
    row: str


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that was left out, and why."""

    where: Where
    fault: RowFault
    detail: str


class RowError(Exception):
    """A row says nothing that can be used."""

    def __init__(self, fault: RowFault, detail: str) -> None:
        """Remember what is wrong with it."""
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that a file says.

    `records` has an entry for each feature that the file speaks of, be it empty.
    `unread` are the members of an archive that were not looked into. `precision` is
    how exactly the file tells when something was watched.
    """

    format: ImportFormat
    records: Mapping[Feature, Sequence[Record]]
    faults: Sequence[FaultyRow] = ()
    unread: Sequence[str] = ()
    precision: timedelta = timedelta()


@dataclass(slots=True)
class _Watched:
    """The plays of one item, as far as they were read."""

    item: Item
    plays: dict[datetime, Play] = field(default_factory=dict)
    claimed: int = 0


class Gathering:
    """Puts together what the rows of a file say, in the order in which they come."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.faults: list[FaultyRow] = []
        self._watched: dict[str, _Watched] = {}
        self._records: dict[Feature, dict[str, Record]] = {}

    def cover(self, *features: Feature) -> None:
        """Note that the file speaks of these features."""
        for feature in features:
            self._records.setdefault(feature, {})

    def leave_out(self, where: Where, fault: RowFault, detail: str) -> None:
        """Note that a row was left out."""
        self.faults.append(FaultyRow(where, fault, detail))

    def play(
        self,
        item: Item,
        at: datetime | None,
        where: Where,
        *,
        count: int = 0,
        apart: str = "",
    ) -> None:
        """Add a play; without a date it says no more than that the item was watched.

        `count` is how often it was watched in all, as far as the row tells. `apart`
        keeps items apart that have nothing to tell them from each other.
        """
        self.cover(Feature.HISTORY)
        held = self._watched.setdefault(_name(item, apart), _Watched(item))
        held.claimed = max(held.claimed, count)
        if at is None:
            return
        if at in held.plays:
            detail = f"{item.label} was played at {at.isoformat()} in another row too"
            self.leave_out(where, RowFault.DUPLICATE, detail)
            return
        held.plays[at] = Play(at)

    def value(
        self,
        feature: Feature,
        item: Item,
        value: Value,
        where: Where | None = None,
        *,
        apart: str = "",
    ) -> None:
        """Add what a row says of an item; of two rows the newer counts.

        With `where`, the row that does not count is told.
        """
        self.cover(feature)
        name = _name(item, apart)
        held = self._records[feature].get(name)
        if held is not None and where is not None:
            detail = f"{item.label} stands in another row too; the newer one counts"
            self.leave_out(where, RowFault.DUPLICATE, detail)
        if held is None or _is_newer(value, held.value):
            self._records[feature][name] = Record(item, value, name)

    def record(self, feature: Feature, record: Record, where: Where) -> None:
        """Add a record just as it is."""
        self.cover(feature)
        records = self._records[feature]
        if record.native_id in records:
            detail = f"{record.item.label} stands in another row too"
            self.leave_out(where, RowFault.DUPLICATE, detail)
            return
        records[record.native_id] = record

    def records(self) -> dict[Feature, list[Record]]:
        """Return everything."""
        found = {
            feature: list(records.values())
            for feature, records in self._records.items()
        }
        if self._watched:
            found[Feature.HISTORY] += [
                Record(held.item, _value(held), name)
                for name, held in self._watched.items()
            ]
        return found


def _name(item: Item, apart: str) -> str:
    """Return a name by which rows about the same item are put together."""
    key = next(iter(item_keys(item)), None) or title_key(item)
    if key is None:
        words = (item.kind.value, item.label, str(item.year), item.title)
        key = "|".join(words)
    return f"{key}|{apart}" if apart else key


def _value(held: _Watched) -> Watched:
    """Return what is known of an item that was watched."""
    plays = sorted(held.plays.values(), key=lambda play: play.at)
    newest = plays[-1].at if plays else None
    return Watched(newest, tuple(plays), max(len(plays), held.claimed, 1))


def _is_newer(value: Value, held: Value) -> bool:
    """Tell whether a value counts for more than one from a row before it."""
    if value.at is None or held.at is None:
        return held.at is None
    return value.at >= held.at
