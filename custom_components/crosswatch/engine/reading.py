"""The snapshots of a run: each account and feature is read once, and only if needed."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from .evidence import Informant
from .lookups import Lookups
from .model import Feature, Record, Snapshot, Value, Watched
from .pair import Account
from .plan import Action, Operation, Outcome, OutcomeKind
from .provider import ProtocolError
from .sightings import only_sightings
from .store import SnapshotState, Store

# Services keep the minute only, and round it or cut it.
_SAME_PLAY: Final = timedelta(minutes=1)

# The library of what is in none, or in none that the account may see.
NO_LIBRARY: Final = "-"


class Reading:
    """The records of one account and feature, as a run sees them.

    `version` moves with the records; 0 stands for records that are not stored. The
    records themselves are loaded only when somebody asks for them.
    """

    def __init__(self, version: int, load: Callable[[], Snapshot | None]) -> None:
        """Remember how to load the records."""
        self.version = version
        self._load = load
        self._snapshot: Snapshot | None = None

    @classmethod
    def of(cls, snapshot: Snapshot, version: int) -> Reading:
        """Return a reading whose records are at hand."""
        reading = cls(version, lambda: snapshot)
        reading._snapshot = snapshot
        return reading

    async def snapshot(self) -> Snapshot:
        """Return the records."""
        if self._snapshot is None:
            self._snapshot = await asyncio.to_thread(self._load)
        if self._snapshot is None:
            raise ProtocolError("The stored snapshot has vanished; run again")
        return self._snapshot


class Snapshots:
    """What one run, of one or several pairs, has read of each account.

    A snapshot is shared by the pairs of the run and reflects what the run wrote.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        informants: Sequence[Informant] = (),
    ) -> None:
        """Begin with nothing read, and with those who may be asked about items."""
        self.lookups = Lookups(informants, store, now)
        self._store = store
        self._now = now
        self._markers: dict[tuple[str, Feature], str] = {}
        self._readings: dict[tuple[str, Feature], Reading] = {}
        self._full: set[tuple[str, Feature]] = set()
        self._twice: set[tuple[str, Feature]] = set()
        self._added: dict[tuple[str, Feature], list[Outcome]] = {}
        # Accounts that a guard does not believe in this run.
        self.disbelieved: set[str] = set()

    async def fetch_markers(
        self, account: Account, features: Collection[Feature]
    ) -> None:
        """Ask an account once for the change markers of these features."""
        missing = [
            feature
            for feature in features
            if (account.account_id, feature) not in self._markers
        ]
        if not missing:
            return
        markers = await account.provider.activity(missing)
        for feature in missing:
            self._markers[account.account_id, feature] = markers.get(feature, "")

    async def read(
        self,
        account: Account,
        feature: Feature,
        *,
        keep: bool,
        full: bool = False,
        again: bool = False,
        sight: bool = False,
    ) -> Reading:
        """Return the records of an account, as this run has read them.

        With `keep` they are stored for later runs. `full` wants every record to have
        been listed afresh in this run, `again` to be so from now on. With `sight`
        a read that is needed anyway is a full one as long as the account has not
        listed all that was written there. Raises ProviderError.
        """
        key = (account.account_id, feature)
        reading = self._readings.get(key)
        if again or reading is None or (full and key not in self._full):
            full = full or again
            reading = await self._read(
                account, feature, full=full, keep=keep, sight=sight
            )
            if full:
                self._full.add(key)
        elif keep and not reading.version:
            # A dry run before this one has read it, and must not leave a trace.
            snapshot = await reading.snapshot()
            stored = await self._load(*key)
            reading = await self._save(account, snapshot, stored)
        self._readings[key] = reading
        return reading

    async def read_twice(
        self, account: Account, feature: Feature, *, keep: bool
    ) -> Reading:
        """Return the records of an account after a second, fresh and full read.

        Once a run is enough: what it removes then is gone from two reads in a row.
        """
        key = (account.account_id, feature)
        if key not in self._twice:
            await self.read(account, feature, keep=keep, again=True)
            self._twice.add(key)
        return self._readings[key]

    async def locate(
        self, account: Account, feature: Feature, *, keep: bool, afresh: bool
    ) -> Reading:
        """Return the records of an account, with the library that each is in.

        Asks only for those that it is not known of, or `afresh` for all. Raises
        ProviderError.
        """
        key = (account.account_id, feature)
        reading = self._readings[key]
        before = await reading.snapshot()
        unknown = [
            name
            for name, record in before.records.items()
            if afresh or not record.library
        ]
        if not unknown:
            return reading
        found = await account.provider.locate(unknown)
        records = dict(before.records)
        for name in unknown:
            records[name] = records[name].with_library(found.get(name, NO_LIBRARY))
        located = replace(before, records=records)
        if keep:
            stored = before if reading.version else await self._load(*key)
            self._readings[key] = await self._save(account, located, stored)
        else:
            self._readings[key] = Reading.of(located, 0)
        return self._readings[key]

    async def wrote(
        self, account: Account, feature: Feature, outcomes: Iterable[Outcome]
    ) -> Reading:
        """Bring what was read of an account up to date with our own writes."""
        key = (account.account_id, feature)
        reading = self._readings[key]
        before = await reading.snapshot()
        outcomes = list(outcomes)
        after = _with_writes(before, outcomes)
        self._added[key] = _still_added([*self._added.get(key, ()), *outcomes])
        state = await asyncio.to_thread(self._store.snapshot_state, *key)
        # A read that was cancelled may have stored what it read all the same.
        is_stored = state is not None and state.version == reading.version
        stored = before if is_stored else await self._load(*key)
        self._readings[key] = await self._save(account, after, stored)
        return self._readings[key]

    def _is_trusted(
        self, account: Account, feature: Feature, state: SnapshotState
    ) -> bool:
        """Tell whether an unchanged marker is proof enough, this long after a read."""
        bound = account.provider.capabilities[feature].trust_marker_for
        return bound is None or self._now() - state.full_read_at < bound

    async def _read(
        self,
        account: Account,
        feature: Feature,
        *,
        full: bool,
        keep: bool,
        sight: bool = False,
    ) -> Reading:
        """Read a feature: as stored where its marker is the same, else anew."""
        key = (account.account_id, feature)
        await self.fetch_markers(account, [feature])
        marker = self._markers[key]
        state = await asyncio.to_thread(self._store.snapshot_state, *key)
        if state and not full and marker and state.marker == marker:
            if self._is_trusted(account, feature, state):
                load = partial(self._store.load_snapshot, *key)
                return Reading(state.version, load)
        stored = await self._load(*key) if state else None
        if sight and stored and not all(each.seen for each in stored.records.values()):
            full = True
        snapshot = await account.provider.read(feature, None if full else stored)
        if not snapshot.complete:
            raise ProtocolError(f"{account.name} answered with a part of its records")
        snapshot = replace(snapshot, marker=marker)
        if added := self._added.get(key):
            # An account may be late with what another pair of this run gave it.
            unlisted = await asyncio.to_thread(_unlisted, snapshot, added)
            snapshot = _with_writes(snapshot, unlisted)
        if stored is not None:
            snapshot = await asyncio.to_thread(_keep_equal, snapshot, stored)
        if keep:
            return await self._save(account, snapshot, stored)
        return Reading.of(snapshot, 0)

    async def _load(self, account_id: str, feature: Feature) -> Snapshot | None:
        """Load a stored snapshot in a thread."""
        return await asyncio.to_thread(self._store.load_snapshot, account_id, feature)

    async def _save(
        self, account: Account, snapshot: Snapshot, stored: Snapshot | None
    ) -> Reading:
        """Store a snapshot, and return it as a reading of that version."""
        step = account.provider.capabilities[snapshot.feature].rating_step
        version = await asyncio.to_thread(
            self._save_in_thread, account.account_id, snapshot, stored, step
        )
        return Reading.of(snapshot, version)

    def _save_in_thread(
        self, account_id: str, snapshot: Snapshot, stored: Snapshot | None, step: float
    ) -> int:
        """Store a snapshot, and return its version."""
        as_before = stored is not None and only_sightings(snapshot, stored, step)
        return self._store.save_snapshot(
            account_id, snapshot, stored, as_before=as_before
        )


def _keep_equal(snapshot: Snapshot, stored: Snapshot) -> Snapshot:
    """Return the snapshot with the stored record wherever it is just the same.

    What is the same object afterwards need not be written again.
    """
    if snapshot.records is stored.records:
        return snapshot
    old = stored.records
    records = dict(snapshot.records)
    for name, record in snapshot.records.items():
        kept = old.get(name)
        if kept is None or kept is record:
            continue
        if kept.library and not record.library:
            # A read does not tell it; it was asked for apart.
            records[name] = record = record.with_library(kept.library)
        if kept == record:
            records[name] = kept
    return replace(snapshot, records=records)


def _with_writes(snapshot: Snapshot, outcomes: Iterable[Outcome]) -> Snapshot:
    """Return a snapshot that reflects what was written since it was read."""
    records = dict(snapshot.records)
    marker = snapshot.marker
    for outcome in outcomes:
        operation = outcome.operation
        if outcome.kind is OutcomeKind.APPLIED:
            # A marker that our own write does not move would hide that it got lost.
            marker = ""
        if outcome.kind not in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}:
            continue
        if operation.action is Action.REMOVE:
            for native_id in operation.native_ids:
                if record := records.pop(native_id, None):
                    records.update(_left(record, operation))
            continue
        native_id = outcome.address
        if record := _written(native_id, records.get(native_id), outcome):
            records[native_id] = record
    return replace(snapshot, records=records, marker=marker)


def _still_added(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return what was added and not removed again since."""
    added: list[Outcome] = []
    for outcome in outcomes:
        if outcome.kind is not OutcomeKind.APPLIED:
            continue
        if outcome.operation.action is Action.ADD:
            added.append(outcome)
        elif outcome.operation.action is Action.REMOVE:
            gone = set(outcome.operation.keys)
            added = [each for each in added if gone.isdisjoint(each.operation.keys)]
    return added


def _unlisted(snapshot: Snapshot, added: Sequence[Outcome]) -> list[Outcome]:
    """Return what was added and is not listed so far."""
    wanted = {key for outcome in added for key in outcome.operation.keys}
    held: dict[str, Record] = {}
    for record in snapshot.records.values():
        held.update(dict.fromkeys(wanted.intersection(record.keys), record))
    unlisted: list[Outcome] = []
    for outcome in added:
        keys = outcome.operation.keys
        found = next((held[key] for key in keys if key in held), None)
        if found is None or _lacks_plays(found.value, outcome.operation.value):
            name = found.native_id if found else outcome.native_id
            unlisted.append(replace(outcome, native_id=name))
    return unlisted


def _lacks_plays(held: Value, written: Value | None) -> bool:
    """Tell whether plays that were written are not among those listed."""
    if not isinstance(held, Watched) or not isinstance(written, Watched):
        return False
    return any(
        all(abs(play.at - each.at) > _SAME_PLAY for each in held.plays)
        for play in written.plays
    )


def _left(record: Record, operation: Operation) -> dict[str, Record]:
    """Return what is left of a record after a removal, by its native id."""
    held, removed = record.value, operation.before
    if not isinstance(held, Watched) or not isinstance(removed, Watched):
        return {}
    plays = tuple([play for play in held.plays if play not in removed.plays])
    if not plays:
        return {}
    value = Watched(plays[-1].at, plays, len(plays))
    return {record.native_id: record.with_value(value)}


def _written(native_id: str, old: Record | None, outcome: Outcome) -> Record | None:
    """Return a record as it is after a write, None where it tells nothing."""
    value = outcome.operation.value
    if value is None:
        return None
    if old is None:
        return Record(outcome.operation.item, value, native_id, seen=False)
    if isinstance(value, Watched) and isinstance(old.value, Watched):
        if outcome.kind is OutcomeKind.ALREADY_THERE:
            return old
        value = old.value.with_plays_of(value)
    # Until the account lists the new value, it is not seen.
    seen = old.seen and outcome.operation.action is not Action.UPDATE
    return Record(old.item, value, native_id, seen, old.library)
