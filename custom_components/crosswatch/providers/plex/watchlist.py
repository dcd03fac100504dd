"""The watchlist of an account: read, and written to."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Final

from ...engine.ids import ids_conflict, item_keys
from ...engine.model import Feature, Item, MediaKind, Snapshot
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..mediabrowser.writing import carry_out_all
from .capabilities import ID_NAMESPACES
from .catalogue import PAGE, Catalogue
from .mapping import listed_from_row
from .notes import Notes
from .paging import Page, gather, read_all
from .probe import Kept, digest
from .rows import Row
from .targets import PATIENCE, unconfirmed

type Listing = tuple[Row, int]
type Ids = Mapping[str, str]

# The order in which ids are tried: films and shows have one of these most likely.
_ORDER: Final = ("tmdb", "imdb", "tvdb")
_KINDS: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
_ONE_YEAR: Final = 1
# After so many titles that had to be asked for, what was found is kept.
TITLES_AT_ONCE: Final = 50


class Watchlist:
    """The watchlist; the ids of a title are asked for once, and noted."""

    def __init__(self, catalogue: Catalogue, notes: Notes) -> None:
        """Start without having asked anything."""
        self._catalogue = catalogue
        self._notes = notes
        self._ids: dict[str, Ids] = {}
        self._loaded = False
        # What the operations of a batch have taken off the list.
        self._taken: dict[int, Sequence[str]] = {}
        self._head: Kept[Page[Listing]] = Kept()

    async def marker(self) -> str:
        """Return the length of the list, and a digest of its newest titles.

        Of most people's lists that is all there is.
        """
        page = self._head.put(await self._catalogue.watchlist(0, PAGE))
        return f"{page.total}:{digest(row.key for row, _ in page.rows)}"

    async def read(self, previous: Snapshot | None, now: datetime) -> Snapshot:
        """Return the watchlist."""
        listed = await self._list()
        known = previous.records if previous is not None else {}
        for row, _ in listed:
            record = known.get(row.key)
            if row.ids:
                self._ids[row.key] = row.ids
            elif record is not None and record.seen and record.item.ids:
                self._ids.setdefault(row.key, record.item.ids)
        await self._find_ids([row for row, _ in listed])
        records = [
            listed_from_row(row, self._ids.get(row.key, {}), at) for row, at in listed
        ]
        return Snapshot.of(Feature.WATCHLIST, records, now)

    async def holds(self, key: str) -> bool:
        """Tell whether a title stands on the list, by what is said of itself."""
        return await self._catalogue.is_listed(key)

    async def write(self, operations: Sequence[Operation]) -> AsyncIterator[Outcome]:
        """Carry out operations; what was accepted is believed when it shows."""
        self._head.take()
        there = {row.key for row, _ in await self._list()}
        self._taken.clear()
        accepted: list[Outcome] = []
        failure: ProviderError | None = None
        try:
            async for outcome in carry_out_all(
                operations, lambda operation: self._carry_out(operation, there)
            ):
                if outcome.kind is OutcomeKind.APPLIED:
                    accepted.append(outcome)
                else:
                    yield outcome
        except ProviderError as err:
            failure = err
        for outcome in await self._confirmed(accepted):
            yield outcome
        if failure is not None:
            raise failure

    async def _confirmed(self, accepted: Sequence[Outcome]) -> list[Outcome]:
        """Return what has become of changes, by what the list shows after a while."""
        if not accepted:
            return []
        shown: set[str] = set()
        try:
            for pause in PATIENCE:
                if pause:
                    await self._catalogue.sleep(pause)
                shown = {row.key for row, _ in await self._list()}
                if all(self._shows(shown, outcome) for outcome in accepted):
                    break
        except ProviderError:
            return [unconfirmed(outcome.operation) for outcome in accepted]
        return [
            outcome if self._shows(shown, outcome) else unconfirmed(outcome.operation)
            for outcome in accepted
        ]

    def _shows(self, shown: set[str], outcome: Outcome) -> bool:
        """Tell whether the list shows what a change was to do."""
        if outcome.operation.action is Action.REMOVE:
            return shown.isdisjoint(self._taken[id(outcome.operation)])
        return outcome.native_id in shown

    async def _carry_out(self, operation: Operation, there: set[str]) -> Outcome:
        """Put a title on the list, or take it off."""
        if operation.item.kind not in _KINDS:
            kind, reason = OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED
            return Outcome(operation, kind, reason)
        if operation.action is Action.REMOVE:
            return await self._remove(operation, there)
        keys = await self._find(operation)
        if not keys:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        if len(keys) > 1:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        (key,) = keys
        if key in there or not await self._catalogue.put(key):
            return Outcome(operation, OutcomeKind.ALREADY_THERE, native_id=key)
        there.add(key)
        return Outcome(operation, OutcomeKind.APPLIED, native_id=key)

    async def _remove(self, operation: Operation, there: set[str]) -> Outcome:
        """Take a title off the list, by all keys that it has there."""
        keys = [key for key in operation.native_ids if key in there]
        if not keys and not any(map(_is_key, operation.native_ids)):
            keys = [key for key in await self._find(operation) if key in there]
        taken = [await self._catalogue.take(key) for key in keys]
        there.difference_update(keys)
        self._taken[id(operation)] = keys
        applied = any(taken)
        kind = OutcomeKind.APPLIED if applied else OutcomeKind.ALREADY_THERE
        return Outcome(operation, kind)

    async def _list(self) -> list[Listing]:
        """Return the whole list; most of the time it is at hand."""
        head = self._head.take()
        if head is not None and head.listed == head.total:
            return list(head.rows)
        return await read_all(
            self._catalogue.watchlist, lambda listing: listing[0].key, PAGE
        )

    async def _find_ids(self, rows: Iterable[Row]) -> None:
        """Find out the ids of titles whose rows tell none, each once and for all."""
        if not self._loaded:
            self._ids = {**await self._notes.titles(), **self._ids}
            self._loaded = True
        missing = [row.key for row in rows if row.key not in self._ids]
        # Some at a time: what was found is kept, should the catalogue tire of it.
        for some in batched(missing, TITLES_AT_ONCE, strict=False):
            found = await gather(self._catalogue.title(key) for key in some)
            new = {
                key: row.ids
                for key, row in zip(some, found, strict=True)
                if row is not None and row.ids
            }
            # One without ids may get some yet: it is asked about after a restart.
            self._ids |= {key: new.get(key, {}) for key in some}
            await self._notes.keep_titles(new)

    async def _find(self, operation: Operation) -> set[str]:
        """Return the keys of the title in the catalogue, verified by its ids."""
        item = operation.item
        wanted = _ids_of(operation)
        for namespace in _ORDER:
            if (value := wanted.get(namespace)) is None:
                continue
            rows = await self._catalogue.matches(item.kind, namespace, value, item.year)
            if keys := await self._verified(rows, item, wanted):
                return keys
        if not wanted or not item.title:
            return set()
        rows = await self._catalogue.search(item.title)
        near = [row for row in rows if _is_of_its_time(row, item)]
        return await self._verified(near, item, wanted)

    async def _verified(self, rows: Iterable[Row], item: Item, wanted: Ids) -> set[str]:
        """Return the keys of those titles that have one of the ids, and no other."""
        keys: set[str] = set()
        for row in rows:
            if row.kind is not item.kind:
                continue
            ids = row.ids
            if not ids and (title := await self._catalogue.title(row.key)) is not None:
                ids = title.ids
            shared = any(wanted.get(name) == value for name, value in ids.items())
            if shared and not ids_conflict(wanted, ids):
                keys.add(row.key)
                self._ids.setdefault(row.key, ids)
                # The first is the best.
                break
        return keys


def _ids_of(operation: Operation) -> Ids:
    """Return the ids that either side knows a title by, the giver's first."""
    ids = {
        name: value
        for name, value in operation.item.ids.items()
        if name in ID_NAMESPACES
    }
    for key in (*item_keys(operation.item), *operation.keys):
        parts = key.split(":")
        if len(parts) == 3 and parts[1] in ID_NAMESPACES:
            ids.setdefault(parts[1], parts[2])
    return ids


def _is_of_its_time(row: Row, item: Item) -> bool:
    """Tell whether a title is of about the same year."""
    if row.year is None or item.year is None:
        return True
    return abs(row.year - item.year) <= _ONE_YEAR


def _is_key(native_id: str) -> bool:
    """Tell whether a native id is one of the catalogue, not one that was made up."""
    return ":" not in native_id
