"""Times of watching something again, for accounts that have them.

SIMKL takes such a time only for what was watched before, and not within two days of
another one; it would drop it without a word. One such time alone cannot be taken back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ...engine.model import Watched
from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ..answer import JsonObject
from .accounting import find_missed, told
from .payload import Entry, Key, Payload, chunks, said_of, target_of
from .sending import Batch, Request

AGAIN: Final = {"allow_rewatch": "yes"}
_APART: Final = timedelta(days=2)


def first_times(
    operations: Iterable[Operation],
) -> tuple[list[Operation], list[Operation], list[Outcome]]:
    """Return what is watched for the first time, what again, and what cannot be.

    A date that is no play only says that something was watched: that is no other time.
    """
    first: list[Operation] = []
    again: list[Operation] = []
    refused: list[Outcome] = []
    dates: dict[Key, list[datetime]] = {}
    for operation in sorted(operations, key=_date_of):
        if isinstance(operation.value, Watched) and not operation.value.plays:
            first.append(operation)
            continue
        target = target_of(operation)
        assert target is not None
        at = _date_of(operation)
        known = dates.setdefault(target.key, [])
        is_again = bool(known) or isinstance(operation.before, Watched)
        moments = [*known, *_dates_before(operation)]
        if is_again and any(abs(at - each) < _APART for each in moments):
            refused.append(Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED))
            continue
        known.append(at)
        (again if is_again else first).append(operation)
    return first, again, refused


def again_batches(
    path: str, operations: Sequence[Operation], size: int
) -> Iterator[Batch]:
    """Yield batches in which nothing is watched twice, films and series apart.

    A request that got no answer is not repeated: it may have begun a time of its own.
    """
    rounds: list[dict[Key, Operation]] = []
    for operation in operations:
        target = target_of(operation)
        assert target is not None
        free = next((each for each in rounds if target.key not in each), None)
        if free is None:
            free = {}
            rounds.append(free)
        free[target.key] = operation
    for each in rounds:
        groups: dict[str, list[Operation]] = {}
        for (group, _, _), operation in each.items():
            groups.setdefault(group, []).append(operation)
        for alike in groups.values():
            for chunk in chunks(alike, size):
                yield Batch(partial(_request, path), chunk, AGAIN, idempotent=False)


def _request(path: str, operations: Sequence[Operation]) -> Request:
    """Return the request that names what was watched again."""
    payload = Payload()
    for operation in operations:
        target = target_of(operation)
        assert target is not None
        payload.add(operation, target, said_of(operation, target) or {})
    entries = list(payload.entries.values())
    return Request(path, payload.body(), operations, partial(_outcomes, entries))


def _outcomes(entries: Sequence[Entry], answer: JsonObject) -> Iterator[Outcome]:
    """Yield one outcome for each operation: done is what SIMKL names a time of."""
    missed = find_missed(entries, answer)
    named = set(_named_in(answer))
    for entry in entries:
        if id(entry) in missed.lost:
            yield from told(entry, OutcomeKind.UNRESOLVED)
        elif named.isdisjoint(entry.target.ids.items()):
            yield from told(entry, OutcomeKind.UNKNOWN)
        else:
            yield from told(entry, OutcomeKind.APPLIED)


def _named_in(answer: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield the ids of titles of which the answer names a time of watching again."""
    added = answer.get("added")
    statuses = added.get("statuses") if isinstance(added, dict) else None
    for each in statuses if isinstance(statuses, list) else ():
        if not isinstance(each, dict):
            continue
        request, response = each.get("request"), each.get("response")
        if not isinstance(request, dict) or not isinstance(response, dict):
            continue
        ids = request.get("ids")
        if response.get("rewatch_id") and isinstance(ids, dict):
            yield from _texts(ids)


def _texts(ids: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield ids as texts."""
    for name, value in ids.items():
        yield name, str(value)


def _date_of(operation: Operation) -> datetime:
    """Return when something was watched, which is known of all that is sent."""
    value = operation.value
    assert isinstance(value, Watched)
    assert value.at is not None
    return value.at


def _dates_before(operation: Operation) -> Collection[datetime]:
    """Return when something was watched before, as far as that is known."""
    before = operation.before
    if not isinstance(before, Watched):
        return ()
    return [play.at for play in before.plays] or ([before.at] if before.at else [])
