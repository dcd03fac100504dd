"""Writing history and ratings: batches of what is to be there, or not any more."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .accounting import outcomes
from .again import again_batches, first_times
from .capabilities import BATCH_SIZES, PLAYED, TITLES
from .client import SimklClient
from .library import Library
from .options import COMPLETED
from .payload import MOVIES, Payload, Target, chunks, said_of, target_of
from .rows import bucket_of
from .sending import Batch, Request, send
from .stamps import BUCKETS

HISTORY: Final = "/sync/history"
PATHS: Final[Mapping[Feature, str]] = {
    Feature.HISTORY: HISTORY,
    Feature.RATINGS: "/sync/ratings",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the history or the ratings of one account; `every` play, if it has them."""

    client: SimklClient
    feature: Feature
    every: bool = False

    async def outcomes(self, operations: Sequence[Operation]) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation."""
        removals: list[Operation] = []
        others: list[Operation] = []
        for operation in operations:
            if objection := _objection(operation):
                yield objection
            elif operation.action is Action.REMOVE:
                removals.append(operation)
            else:
                others.append(operation)
        again: list[Operation] = []
        films: dict[int, Target] = {}
        if self.feature is Feature.HISTORY:
            refused = await self._vet(removals, films)
            if self.every:
                others, again, too_near = first_times(others)
                refused += too_near
            for outcome in refused:
                yield outcome
            settled = {id(outcome.operation) for outcome in refused}
            removals = [each for each in removals if id(each) not in settled]
        batches = self._batches(removals, others, again, films)
        async for outcome in send(self.client, batches):
            yield outcome

    def _batches(
        self,
        removals: Sequence[Operation],
        others: Sequence[Operation],
        again: Sequence[Operation],
        films: Mapping[int, Target],
    ) -> Iterator[Batch]:
        """Yield the batches, removals first; `films` are told as they were found."""
        path, size = PATHS[self.feature], BATCH_SIZES[self.feature]
        gone = partial(items_request, f"{path}/remove", "deleted", films)
        for chunk in chunks(removals, size):
            yield Batch(gone, chunk)
        there = partial(items_request, path, "added", {})
        for chunk in chunks(others, size):
            yield Batch(there, chunk)
        yield from again_batches(path, again, size)

    async def _vet(
        self, removals: Sequence[Operation], films: dict[int, Target]
    ) -> list[Outcome]:
        """Return the outcomes of removals that must not be sent, or need not be.

        A film leaves the history together with its rating and its place on a list:
        that is done only where there is nothing of that to be lost. And what was
        watched several times would lose all of them. `films` takes in what exactly is
        to be sent: other ids might be those of another title.
        """
        looked_at = [
            each for each in removals if self.every or each.item.kind is MediaKind.MOVIE
        ]
        if not looked_at:
            return []
        library = await Library.fetch(
            self.client, _buckets_of(looked_at), again=self.every
        )
        found: list[Outcome] = []
        for operation in looked_at:
            held = library.find(operation)
            is_film = operation.item.kind is MediaKind.MOVIE
            if is_film and (held is None or not held.is_watched):
                found.append(Outcome(operation, OutcomeKind.ALREADY_THERE))
            elif held is not None and (
                library.is_again(held)
                or (is_film and (held.is_rated or held.status != COMPLETED))
            ):
                found.append(Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED))
            elif held is not None and is_film:
                films[id(operation)] = held.target
        return found


def _buckets_of(operations: Sequence[Operation]) -> Sequence[str]:
    """Return the parts of the library in which things may be: mostly one."""
    names = [each.native_ids[:1] for each in operations]
    if all(name and bucket_of(name[0]) == MOVIES for name in names):
        return [MOVIES]
    return list(BUCKETS)


def _objection(operation: Operation) -> Outcome | None:
    """Return the outcome of an operation that cannot be sent."""
    if operation.feature is Feature.HISTORY:
        allowed = operation.item.kind in PLAYED
    else:
        allowed = operation.item.kind in TITLES
    if not allowed:
        return Outcome(operation, OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
    target = target_of(operation)
    if target is None:
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    if said_of(operation, target) is None:
        return Outcome(operation, OutcomeKind.FAILED, Reason.NO_DATE)
    return None


def items_request(
    path: str,
    block: str,
    targets: Mapping[int, Target],
    operations: Sequence[Operation],
) -> Request:
    """Return the request that names what operations are about, some by `targets`."""
    payload = Payload()
    for operation in operations:
        target = targets.get(id(operation)) or target_of(operation)
        assert isinstance(target, Target)
        payload.add(operation, target, said_of(operation, target) or {})
    entries = list(payload.entries.values())
    read = partial(outcomes, entries, block=block)
    return Request(path, payload.body(), operations, read)
