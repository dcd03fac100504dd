"""Sends operations to TMDb, which takes them one by one."""

from collections.abc import Iterator
from typing import Final

from ...engine.model import Feature, MediaKind, Rated
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .capabilities import STEP
from .client import TmdbClient
from .mapping import MEDIA_TYPES, MOST, Target, is_id, target_from
from .refusal import ADDED, DELETED, UPDATED, RejectedError, UnknownTitleError, code_in

_ADDED: Final = {ADDED: OutcomeKind.APPLIED, UPDATED: OutcomeKind.ALREADY_THERE}
# Of a title that was rated before, it says that it was updated.
_RATED: Final = {ADDED: OutcomeKind.APPLIED, UPDATED: OutcomeKind.APPLIED}
# It says so too of what was not there.
_REMOVED: Final = {DELETED: OutcomeKind.APPLIED, UPDATED: OutcomeKind.ALREADY_THERE}


class Writer:
    """Carries out operations on one feature."""

    def __init__(self, client: TmdbClient, feature: Feature) -> None:
        """Take the API on behalf of the account."""
        self._client = client
        self._feature = feature

    async def carry_out(self, operation: Operation) -> Outcome:
        """Return what comes of an operation."""
        targets = targets_of(operation)
        if not targets:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        done = [await self._try(operation, target) for target in targets]
        # Of a title that stands there twice, both have to go.
        undone = [each for each in done if each.kind is not OutcomeKind.ALREADY_THERE]
        return undone[0] if undone else done[0]

    async def _try(self, operation: Operation, target: Target) -> Outcome:
        """Return what comes of an operation on one title."""
        try:
            return await self._send(operation, target)
        except UnknownTitleError:
            if operation.action is Action.REMOVE:
                return Outcome(operation, OutcomeKind.ALREADY_THERE)
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        except RejectedError:
            return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)

    async def _send(self, operation: Operation, target: Target) -> Outcome:
        """Send an operation, and believe only what the answer confirms."""
        removes = operation.action is Action.REMOVE
        if self._feature is Feature.WATCHLIST:
            if (media_type := MEDIA_TYPES.get(target.kind)) is None:
                return _not_supported(operation)
            answer = await self._client.put_on_watchlist(
                media_type, target.number, listed=not removes
            )
            meanings = _REMOVED if removes else _ADDED
        elif removes:
            answer = await self._client.unrate(target.path)
            meanings = _REMOVED
        elif isinstance(operation.value, Rated):
            rating = to_step(operation.value.rating)
            answer = await self._client.rate(target.path, rating)
            meanings = _RATED
        else:
            return _not_supported(operation)
        kind = meanings.get(code_in(answer))
        if kind is None:
            raise answer.nonsense("does not tell what was done")
        return Outcome(operation, kind, native_id=target.native_id)


def targets_of(operation: Operation) -> list[Target]:
    """Return what an operation is about: where it stands, or else by its ids."""
    found = [target_from(native_id) for native_id in operation.native_ids]
    there = [target for target in found if target is not None]
    if not there:
        there = list(_targets_by_ids(operation))[:1]
    return there if operation.action is Action.REMOVE else there[:1]


def _targets_by_ids(operation: Operation) -> Iterator[Target]:
    """Return the titles that the ids of either side name, the giver's first."""
    item = operation.item
    if item.kind in MEDIA_TYPES:
        prefix = f"{item.kind.value}:tmdb:"
        found = [item.ids.get("tmdb", "")]
        found += [key.removeprefix(prefix) for key in operation.keys if prefix in key]
        yield from (Target(item.kind, int(each)) for each in found if is_id(each))
    elif item.kind is MediaKind.EPISODE and item.show is not None:
        if item.season is not None and item.number is not None:
            number = item.show.ids.get("tmdb", "")
            if is_id(number):
                yield Target(item.kind, int(number), item.season, item.number)
        for key in operation.keys:
            yield from _episode_in(key)


def _episode_in(key: str) -> Iterator[Target]:
    """Return the episode that a key like tmdb:1399#s1e2 names."""
    show, _, place = key.partition("#s")
    namespace, _, number = show.partition(":")
    season, _, episode = place.partition("e")
    if namespace == "tmdb" and is_id(number):
        if season.isdecimal() and episode.isdecimal():
            numbers = int(number), int(season), int(episode)
            yield Target(MediaKind.EPISODE, *numbers)


def to_step(rating: float) -> float:
    """Return a rating as TMDb can hold it; there is no 0."""
    steps = int(rating / STEP + STEP)
    return min(max(steps * STEP, STEP), float(MOST))


def _not_supported(operation: Operation) -> Outcome:
    """Return the outcome of what TMDb has no place for."""
    return Outcome(operation, OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
