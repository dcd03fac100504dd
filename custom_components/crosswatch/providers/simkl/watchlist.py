"""Writing the watchlist, which is only one of the lists that a title can be on.

A title is on exactly one list. So a title that is being watched, or was, is not moved
to the planned ones; and what is taken off keeps what else is known of it.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Final

from ...engine.model import Listed
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ..answer import JsonObject, JsonValue
from .accounting import find_missed, outcomes, told
from .capabilities import TITLES
from .client import SimklClient
from .library import Held, Library
from .options import COMPLETED, PLANNED, WATCHING, Lists
from .payload import Entry, Payload, Row, chunks, is_date, target_of
from .sending import Batch, Request, send
from .stamps import BUCKETS, text_of
from .writing import HISTORY

ADD: Final = "/sync/add-to-list"
BATCH_SIZE: Final = 100


class Way(Enum):
    """What is to be done for an operation."""

    ADD = auto()
    MOVE = auto()
    DELETE = auto()


type Echoes = Mapping[tuple[str, str, str], str]


@dataclass(frozen=True, slots=True)
class WatchlistWriter:
    """Writes the watchlist of one account; `lists` are those that count as such."""

    client: SimklClient
    lists: Lists

    async def outcomes(self, operations: Sequence[Operation]) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation."""
        if not operations:
            return
        library = await Library.fetch(self.client, BUCKETS)
        work: defaultdict[Way, list[Operation]] = defaultdict(list)
        held: dict[int, Held] = {}
        for operation in operations:
            title = library.find(operation)
            decided = decide(operation, title, self.lists)
            if isinstance(decided, Outcome):
                yield decided
                continue
            work[decided].append(operation)
            if title is not None:
                held[id(operation)] = title
        async for outcome in send(self.client, self._batches(work, held)):
            yield outcome

    def _batches(
        self, work: Mapping[Way, Sequence[Operation]], held: Mapping[int, Held]
    ) -> Iterator[Batch]:
        """Yield the batches, removals first."""
        for chunk in chunks(work.get(Way.DELETE, ()), BATCH_SIZE):
            yield Batch(partial(_deletion, held), chunk)
        for way in (Way.MOVE, Way.ADD):
            for chunk in chunks(work.get(way, ()), BATCH_SIZE):
                yield Batch(partial(_placing, way, held, self.lists), chunk)


def decide(operation: Operation, held: Held | None, lists: Lists) -> Outcome | Way:
    """Return how an operation is done, or its outcome if it is not sent at all."""
    if operation.item.kind not in TITLES:
        return Outcome(operation, OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
    removes = operation.action is Action.REMOVE
    listed = held is not None and held.status in lists
    if removes is not listed and (removes or listed):
        return Outcome(operation, OutcomeKind.ALREADY_THERE)
    if held is None:
        if target_of(operation) is None:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        return Way.ADD
    if not removes:
        # It is on another list, which says more of it than that it is planned.
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    if held.is_plain:
        return Way.DELETE
    if place_for(held) in {None, *lists}:
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    return Way.MOVE


def place_for(held: Held) -> str | None:
    """Return the list for a title that must not be lost, None where none is true of it.

    A film that was rated but not watched has none: to be completed would say that it
    was watched.
    """
    if held.bucket != "movies":
        return WATCHING
    return COMPLETED if held.is_watched else None


def _deletion(held: Mapping[int, Held], operations: Sequence[Operation]) -> Request:
    """Return the request that takes titles out of the library."""
    payload = Payload()
    for operation in operations:
        payload.add(operation, held[id(operation)].target, {})
    entries = list(payload.entries.values())
    read = partial(outcomes, entries, block="deleted")
    return Request(f"{HISTORY}/remove", payload.body(), operations, read)


def _placing(
    way: Way, held: Mapping[int, Held], lists: Lists, operations: Sequence[Operation]
) -> Request:
    """Return the request that puts titles on a list."""
    payload = Payload()
    for operation in operations:
        title = held.get(id(operation))
        target = title.target if title else target_of(operation)
        assert target is not None
        payload.add(operation, target, _said(operation, title))
    entries = list(payload.entries.values())
    read = partial(_placed, entries, lists, way is Way.ADD)
    return Request(ADD, payload.body(), operations, read)


def _said(operation: Operation, held: Held | None) -> Row:
    """Return the list that a title is to be on, and since when."""
    if held is None:
        at = operation.value.at if isinstance(operation.value, Listed) else None
        row: Row = {"to": PLANNED}
        return {**row, "added_at": text_of(at)} if is_date(at) else row
    row = {"to": place_for(held)}
    at = held.watched_at
    return {**row, "watched_at": text_of(at)} if is_date(at) else row


def _placed(
    entries: Sequence[Entry], lists: Lists, wanted: bool, answer: JsonObject
) -> Iterator[Outcome]:
    """Yield one outcome for each operation, by the list that each title came to.

    SIMKL puts a title on another list than was asked for where it knows better.
    """
    missed = find_missed(entries, answer)
    echoes = _echoes_in(answer)
    for entry in entries:
        places = {
            echoes[key]
            for name, value in entry.target.ids.items()
            if (key := (entry.target.group, name, value)) in echoes
        }
        if id(entry) in missed.lost:
            yield from told(entry, OutcomeKind.UNRESOLVED)
        elif len(places) != 1:
            yield from told(entry, OutcomeKind.UNKNOWN)
        elif (places <= lists) is wanted:
            yield from told(entry, OutcomeKind.APPLIED)
        else:
            for operation in entry.operations:
                yield Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)


def _echoes_in(answer: JsonObject) -> Echoes:
    """Return the lists that titles came to, by the ids that they were sent with."""
    added = answer.get("added")
    echoes: dict[tuple[str, str, str], str] = {}
    for group, rows in added.items() if isinstance(added, dict) else ():
        for row in rows if isinstance(rows, list) else ():
            ids, to = _named(row)
            for name, value in ids.items():
                echoes[group, name, str(value)] = to
    return echoes


def _named(row: JsonValue) -> tuple[Mapping[str, JsonValue], str]:
    """Return the ids and the list in an echo."""
    ids = row.get("ids") if isinstance(row, dict) else None
    to = row.get("to") if isinstance(row, dict) else None
    if isinstance(ids, dict) and isinstance(to, str):
        return ids, to
    return {}, ""
