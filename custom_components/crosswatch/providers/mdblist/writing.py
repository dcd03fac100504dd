"""Sending operations to MDBList in as few requests as it takes."""

from collections import deque
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from itertools import batched
from typing import Final

from ...engine.model import Feature, Rated, Value
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError, RateLimitedError
from ..http import Answer, JsonValue, StatusError
from .accounting import (
    DoubtfulError,
    Listing,
    added,
    looked_up,
    outcome_of,
    removed,
    reported,
    unplayed,
)
from .capabilities import PLAYED
from .client import UNKNOWN, MdblistClient
from .payload import Body, Entry, chunks, entry_for, rating_to_json

PATHS: Final = {
    Feature.HISTORY: "/sync/watched",
    Feature.RATINGS: "/sync/ratings",
    Feature.WATCHLIST: "/watchlist/items",
}
PLAYS: Final = "/sync/watched/plays/remove"
# The most of which a request can be told play by play.
REQUEST_SIZE: Final = 100
# How often one call may halve what it sends.
MAX_HALVINGS: Final = 20
# How many things that fail all alone one call puts up with: then the service is down.
MAX_ALONE: Final = 3
_FAILED: Final = 500

type Names = Mapping[int, Sequence[str]]
type Look = Callable[[], Awaitable[Listing]]
type FindPlays = Callable[[Sequence[Operation]], Awaitable[Names]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries to be sent in one request; `in_doubt` says that they may have been."""

    entries: Sequence[Entry]
    in_doubt: bool = False

    @property
    def is_removal(self) -> bool:
        """Return whether something is taken away."""
        return is_removal(self.entries[0].operation)


class Writer:
    """One call of write: what is still to be sent, and how often it was refused.

    `look` lists what is there now; `find_plays` returns the names of the plays that
    removals are about, none of one that is not there.
    """

    def __init__(
        self,
        client: MdblistClient,
        feature: Feature,
        operations: Sequence[Operation],
        look: Look,
        find_plays: FindPlays,
    ) -> None:
        """Take what is to be written."""
        self._client = client
        self._feature = feature
        self._operations = operations
        self._look = look
        self._find_plays = find_plays
        self._pending: deque[Batch] = deque()
        self._halvings = 0
        self._alone = 0

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation."""
        by_name: list[Operation] = []
        entries: dict[bool, list[Entry]] = {True: [], False: []}
        for operation in self._operations:
            plays = self._feature is Feature.HISTORY
            if plays and operation.item.kind not in PLAYED:
                yield Outcome(operation, OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
            elif plays and is_removal(operation):
                by_name.append(operation)
            elif isinstance(entry := entry_for(operation), Entry):
                entries[is_removal(operation)].append(entry)
            else:
                yield entry
        # Removals first, as they make room.
        for alike in (entries[True], entries[False]):
            self._pending.extend(map(Batch, chunks(alike, REQUEST_SIZE)))
        if by_name or self._pending:
            await self._client.check_quota()
        if by_name:
            async for outcome in self._unwatched(by_name):
                yield outcome
        async for outcome in self._sent():
            yield outcome

    async def _sent(self) -> AsyncIterator[Outcome]:
        """Send what is pending.

        After a request without an answer nothing more is sent. Then the error stands
        for what was not sent at all; the rest may have been.
        """
        while self._pending:
            batch = self._pending.popleft()
            try:
                outcomes = await self._send(batch)
            except ProviderError as err:
                doubt = Batch(batch.entries, batch.in_doubt or err.maybe_sent)
                rest = [doubt, *self._pending]
                for each in rest:
                    if each.in_doubt:
                        for outcome in _all(each, OutcomeKind.UNKNOWN):
                            yield outcome
                err.maybe_sent = False
                if isinstance(err, RateLimitedError) or not all(
                    each.in_doubt for each in rest
                ):
                    raise
                return
            for outcome in outcomes:
                yield outcome

    async def _send(self, batch: Batch) -> Iterable[Outcome]:
        """Send a request and return the outcomes that are certain by that."""
        try:
            answer = await self._post(batch)
        except StatusError as err:
            if err.status != _FAILED:
                raise
            # It is known to fail for some shows, and for all that stands beside them.
            # What was done all the same is not done again when it is repeated.
            if self._halve(batch, in_doubt=True):
                return ()
            self._alone += 1
            if self._alone > MAX_ALONE:
                raise
            return _all(batch, OutcomeKind.UNKNOWN)
        if answer.status == UNKNOWN and len(batch.entries) == 1:
            return _all(batch, OutcomeKind.UNRESOLVED)
        if not answer.ok:
            if self._halve(batch):
                return ()
            # Of several, most are good: it is only the one alone that is to blame.
            alone = len(batch.entries) == 1
            reason = Reason.REJECTED if alone else Reason.PROTOCOL_ERROR
            return _all(batch, OutcomeKind.FAILED, reason)
        try:
            return self._read(batch, answer)
        except DoubtfulError as doubt:
            return await self._looked_up(batch, doubt)

    async def _post(self, batch: Batch) -> Answer:
        """Send a request."""
        watchlist = self._feature is Feature.WATCHLIST
        body = Body(bare=watchlist)
        for entry in batch.entries:
            body.add(entry)
        path = PATHS[self._feature]
        if batch.is_removal:
            return await self._client.post(f"{path}/remove", body.json())
        if self._feature is Feature.HISTORY:
            return await self._client.post(path, body.json(), report_added="true")
        return await self._client.post(
            f"{path}/add" if watchlist else path, body.json()
        )

    def _halve(self, batch: Batch, *, in_doubt: bool = False) -> bool:
        """Have the two halves of a batch sent instead, if there are any."""
        if len(batch.entries) < 2 or self._halvings == MAX_HALVINGS:
            return False
        self._halvings += 1
        middle = len(batch.entries) // 2
        for half in (batch.entries[middle:], batch.entries[:middle]):
            self._pending.appendleft(Batch(half, batch.in_doubt or in_doubt))
        return True

    def _read(self, batch: Batch, answer: Answer) -> Iterable[Outcome]:
        """Return what an answer says; raises DoubtfulError."""
        if batch.is_removal:
            return removed(batch.entries, answer)
        if self._feature is Feature.HISTORY:
            return reported(batch.entries, answer)
        return added(batch.entries, answer)

    async def _looked_up(self, batch: Batch, doubt: DoubtfulError) -> Iterable[Outcome]:
        """Return what came of a request of which only a look can tell."""
        doubtful = {id(entry) for entry in doubt.doubtful}
        lost = [each for each in batch.entries if id(each) not in doubtful]
        try:
            listing = await self._look()
        except ProviderError:
            # The request was answered: the run reads back what is not known of it.
            return [
                *_all(Batch(lost), OutcomeKind.UNRESOLVED),
                *_all(Batch(doubt.doubtful), OutcomeKind.UNKNOWN),
            ]
        return [
            *_all(Batch(lost), OutcomeKind.UNRESOLVED),
            *looked_up(doubt, listing, _agrees),
        ]

    async def _unwatched(
        self, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Remove plays, one by one: the service would take away all of a title."""
        names = await self._find_plays(operations)
        there: list[Operation] = []
        for operation in operations:
            if names[id(operation)]:
                there.append(operation)
            else:
                yield outcome_of(operation, OutcomeKind.ALREADY_THERE)
        chunks_of_plays = list(batched(there, REQUEST_SIZE, strict=False))
        for number, chunk in enumerate(chunks_of_plays, 1):
            ids: list[JsonValue] = [
                int(name) for each in chunk for name in names[id(each)]
            ]
            try:
                answer = await self._client.post(PLAYS, {"play_ids": ids})
            except ProviderError as err:
                if not err.maybe_sent:
                    raise
                for operation in chunk:
                    yield outcome_of(operation, OutcomeKind.UNKNOWN)
                err.maybe_sent = False
                if number < len(chunks_of_plays) or self._pending:
                    raise
                return
            if not answer.ok:
                for operation in chunk:
                    yield Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
                continue
            for outcome in unplayed(names, chunk, answer):
                yield outcome


def is_removal(operation: Operation) -> bool:
    """Tell whether an operation takes something away."""
    return operation.action is Action.REMOVE


def _agrees(wanted: Value, found: Value) -> bool:
    """Tell whether what is listed is what was to be written."""
    if isinstance(wanted, Rated) and isinstance(found, Rated):
        return rating_to_json(wanted.rating) == found.rating
    return type(wanted) is type(found)


def _all(
    batch: Batch, kind: OutcomeKind, reason: Reason | None = None
) -> Iterable[Outcome]:
    """Return the same outcome for all of a batch."""
    if reason is not None:
        return [Outcome(each.operation, kind, reason) for each in batch.entries]
    return [outcome_of(each.operation, kind) for each in batch.entries]
