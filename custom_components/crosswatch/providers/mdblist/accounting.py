"""From the answer to a write to one outcome for each operation in it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeIs

from ...engine.model import MediaKind, Value
from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ..http import Answer, JsonObject, JsonValue
from .missing import Index, Missed, find_missed, places_in
from .payload import Entry, moment_to_json
from .titles import Titles, moment_from, titled

# What the service lists now, by the keys of the titles.
type Listing = Mapping[str, Value]

NO_CONTENT = 204


class DoubtfulError(Exception):
    """Some things were not found, and only a look can tell which.

    `found` and `doubtful` are what the answer does tell; `lost` counts the rest.
    """

    def __init__(self, doubtful: Sequence[Entry], lost: int) -> None:
        """Remember what is in doubt."""
        super().__init__()
        self.doubtful = doubtful
        self.lost = lost


def outcome_of(operation: Operation, kind: OutcomeKind, native_id: str = "") -> Outcome:
    """Return an outcome with the reason that goes with it, if one does."""
    reasons = {
        OutcomeKind.UNKNOWN: Reason.NO_ANSWER,
        OutcomeKind.UNRESOLVED: Reason.NOT_FOUND,
    }
    return Outcome(operation, kind, reasons.get(kind), native_id)


def native_id_of(entry: Entry) -> str:
    """Return what a new title will be listed by, as far as its ids tell now."""
    if entry.operation.native_ids:
        return ""
    title: JsonObject = {"ids": dict(entry.ids), "title": "-"}
    if entry.season is None:
        if entry.kind in {MediaKind.MOVIE, MediaKind.SHOW}:
            return titled(entry.kind, title).native_id
        return ""
    place: dict[str, JsonValue] = {"show": dict(title), "season": entry.season}
    place["number"] = entry.season if entry.number is None else entry.number
    return Titles().read(entry.kind, place).native_id


def added(entries: Sequence[Entry], answer: Answer) -> list[Outcome]:
    """Return what came of adding, by the numbers in the answer; may be in doubt."""
    told = answer.object()
    missed = find_missed(entries, told)
    found = [entry for entry in entries if id(entry) not in missed.lost]
    outcomes = _lost(entries, missed)
    if missed.nameless:
        if missed.nameless < len(found):
            raise DoubtfulError(found, missed.nameless)
        return [outcome_of(each.operation, OutcomeKind.UNRESOLVED) for each in entries]
    sent = sum(len(entry.rows) for entry in found)
    new = _sum(told, "added") + _sum(told, "updated")
    existing = _sum(told, "existing")
    if new + existing != sent:
        kind = OutcomeKind.UNKNOWN
    else:
        # Of some that were there already and some that were not, nothing tells which.
        kind = OutcomeKind.ALREADY_THERE if existing else OutcomeKind.APPLIED
    return [
        *outcomes,
        *(outcome_of(entry.operation, kind, native_id_of(entry)) for entry in found),
    ]


def reported(entries: Sequence[Entry], answer: Answer) -> list[Outcome]:
    """Return what came of adding plays, of which the answer tells each one.

    A play that was not added was there: the service takes plays that are near each
    other as one.
    """
    told = answer.object()
    plays = told.get("plays")
    if not isinstance(plays, list):
        return added(entries, answer)
    flags = _flags(entries, plays)
    if not flags and isinstance(told.get("added"), dict):
        # Of plays that it names in a way of its own, the numbers still tell.
        return added(entries, answer)
    missed = find_missed(entries, told)
    rest = [
        entry
        for entry in entries
        if id(entry) not in missed.lost and id(entry) not in flags
    ]
    shows = {(entry.group, tuple(entry.ids.items())) for entry in rest}
    are_lost = bool(rest) and missed.nameless in {len(rest), len(shows)}
    outcomes: list[Outcome] = []
    for entry in entries:
        if (seen := flags.get(id(entry))) is not None:
            kind = OutcomeKind.APPLIED if any(seen) else OutcomeKind.ALREADY_THERE
        elif id(entry) in missed.lost or are_lost:
            kind = OutcomeKind.UNRESOLVED
        else:
            kind = OutcomeKind.UNKNOWN
        outcomes.append(outcome_of(entry.operation, kind, native_id_of(entry)))
    return outcomes


def _flags(
    entries: Sequence[Entry], plays: Sequence[JsonValue]
) -> Mapping[int, list[bool]]:
    """Return of each entry whether its plays were added, one after the other.

    A play that was not added may be told with the date of the one that it was taken
    for: it stands for one of its title that nothing else is told of.
    """
    index = Index(entries)
    open_dates = {id(each): [_date_in(row) for row in each.rows] for each in entries}
    flags: defaultdict[int, list[bool]] = defaultdict(list)
    unclear: list[list[Entry]] = []
    told = [play for play in plays if _is_told(play)]
    for play in sorted(told, key=lambda each: not each["added"]):
        meant = _meant(index, play)
        at = moment_from(play.get("watched_at"))
        date = None if at is None else moment_to_json(at)
        entry = next((each for each in meant if date in open_dates[id(each)]), None)
        if entry is None and play["added"] is False:
            unclear.append(meant)
        elif entry := entry or next(iter(meant), None):
            if date in open_dates[id(entry)]:
                open_dates[id(entry)].remove(date)
            flags[id(entry)].append(play["added"] is True)
    for meant in unclear:
        left = next((each for each in meant if open_dates[id(each)]), None)
        if left is not None:
            open_dates[id(left)].pop()
            flags[id(left)].append(False)
    return flags


def _is_told(play: JsonValue) -> TypeIs[dict[str, JsonValue]]:
    """Tell whether a row says of a play whether it was added."""
    return isinstance(play, dict) and isinstance(play.get("added"), bool)


def _date_in(row: JsonObject) -> JsonValue:
    """Return the date that a play was sent with."""
    return row.get("watched_at")


def _meant(index: Index, play: JsonObject) -> list[Entry]:
    """Return the entries of the title that a play is one of."""
    found: dict[int, Entry] = {}
    for name in ("movie", "episode"):
        if not isinstance(title := play.get(name), dict):
            continue
        if "show" not in title and isinstance(show := play.get("show"), dict):
            title = {**title, "show": show}
        own = {**title, "show": None}
        found |= {
            id(entry): entry
            for named in (title, own)
            for ids, place in places_in(named)
            for entry in index.find(f"{name}s", ids, place)
            if named is title or entry.season is None
        }
    return list(found.values())


def removed(entries: Sequence[Entry], answer: Answer) -> list[Outcome]:
    """Return what came of removing; what was not there is no error."""
    if answer.status == NO_CONTENT:
        return [outcome_of(each.operation, OutcomeKind.APPLIED) for each in entries]
    told = answer.object()
    missed = find_missed(entries, told)
    found = [entry for entry in entries if id(entry) not in missed.lost]
    block = "removed" if "removed" in told else "deleted"
    gone = _sum(told, block)
    if not isinstance(told.get(block), dict):
        kind = OutcomeKind.UNKNOWN
    elif gone == len(found) and not missed.nameless:
        kind = OutcomeKind.APPLIED
    else:
        kind = OutcomeKind.UNKNOWN if gone else OutcomeKind.ALREADY_THERE
    absent = [
        outcome_of(entry.operation, OutcomeKind.ALREADY_THERE)
        for entry in entries
        if id(entry) in missed.lost
    ]
    return [*absent, *(outcome_of(entry.operation, kind) for entry in found)]


def unplayed(
    plays: Mapping[int, Sequence[str]], operations: Sequence[Operation], answer: Answer
) -> list[Outcome]:
    """Return what came of removing plays, by their names for each operation."""
    if answer.status == NO_CONTENT:
        return [outcome_of(each, OutcomeKind.APPLIED) for each in operations]
    told = answer.object()
    gone, unknown = _names(told.get("removed")), _names(told.get("not_found"))
    outcomes: list[Outcome] = []
    for operation in operations:
        names = set(plays[id(operation)])
        if names <= unknown:
            kind = OutcomeKind.ALREADY_THERE
        elif names <= gone | unknown:
            kind = OutcomeKind.APPLIED
        else:
            kind = OutcomeKind.UNKNOWN
        outcomes.append(outcome_of(operation, kind))
    return outcomes


def looked_up(
    doubt: DoubtfulError, listing: Listing, agrees: Callable[[Value, Value], bool]
) -> Iterator[Outcome]:
    """Yield what came of doubtful additions, now that it is known what is listed.

    Only if exactly as many are not listed as were not found, these are the ones.
    """
    there: set[int] = set()
    for entry in doubt.doubtful:
        wanted = entry.operation.value
        values = [listing[key] for key in entry.operation.keys if key in listing]
        if wanted is not None and any(agrees(wanted, value) for value in values):
            there.add(id(entry))
    is_clear = len(doubt.doubtful) - len(there) == doubt.lost
    for entry in doubt.doubtful:
        if id(entry) in there:
            # Whether it was before is not told any more.
            kind = OutcomeKind.ALREADY_THERE
        else:
            kind = OutcomeKind.UNRESOLVED if is_clear else OutcomeKind.UNKNOWN
        yield outcome_of(entry.operation, kind, native_id_of(entry))


def _lost(entries: Sequence[Entry], missed: Missed) -> list[Outcome]:
    """Return the outcomes of what was not found."""
    return [
        outcome_of(entry.operation, OutcomeKind.UNRESOLVED)
        for entry in entries
        if id(entry) in missed.lost
    ]


def _sum(told: JsonObject, block: str) -> int:
    """Return a number over all kinds; what is not told is none."""
    numbers = told.get(block)
    if not isinstance(numbers, dict):
        return 0
    return sum(each for each in numbers.values() if type(each) is int and each > 0)


def _names(value: JsonValue) -> set[str]:
    """Return the names of plays in a list."""
    if not isinstance(value, list):
        return set()
    return {str(each) for each in value if type(each) is int or isinstance(each, str)}
