"""The snapshots of a run: each account and feature is read once, and only if needed."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from .model import Feature, Record, Snapshot, Watched
from .pair import Account
from .plan import Action, Outcome, OutcomeKind
from .provider import ProtocolError
from .sightings import only_sightings
from .store import SnapshotState, Store


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

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Begin with nothing read."""
        self._store = store
        self._now = now
        self._markers: dict[tuple[str, Feature], str] = {}
        self._readings: dict[tuple[str, Feature], Reading] = {}
        self._full: set[tuple[str, Feature]] = set()

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
    ) -> Reading:
        """Return the records of an account, as this run has read them.

        With `keep` they are stored for later runs. `full` wants every record to have
        been listed afresh in this run, `again` to be so from now on. Raises
        ProviderError.
        """
        key = (account.account_id, feature)
        reading = self._readings.get(key)
        if again or reading is None or (full and key not in self._full):
            full = full or again
            reading = await self._read(account, feature, full=full, keep=keep)
            if full:
                self._full.add(key)
        elif keep and not reading.version:
            # A dry run before this one has read it, and must not leave a trace.
            snapshot = await reading.snapshot()
            stored = await self._load(*key)
            reading = await self._save(account, snapshot, stored)
        self._readings[key] = reading
        return reading

    async def wrote(
        self, account: Account, feature: Feature, outcomes: Iterable[Outcome]
    ) -> Reading:
        """Bring what was read of an account up to date with our own writes."""
        key = (account.account_id, feature)
        reading = self._readings[key]
        before = await reading.snapshot()
        after = _with_writes(before, outcomes)
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
        self, account: Account, feature: Feature, *, full: bool, keep: bool
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
            full = True
        stored = await self._load(*key) if state else None
        snapshot = await account.provider.read(feature, None if full else stored)
        if not snapshot.complete:
            raise ProtocolError(f"{account.name} answered with a part of its records")
        snapshot = replace(snapshot, marker=marker)
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
        if kept is not None and kept is not record and kept == record:
            records[name] = kept
    return replace(snapshot, records=records)


def _with_writes(snapshot: Snapshot, outcomes: Iterable[Outcome]) -> Snapshot:
    """Return a snapshot that reflects what was written since it was read."""
    records = dict(snapshot.records)
    for outcome in outcomes:
        operation = outcome.operation
        if outcome.kind not in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}:
            continue
        if operation.action is Action.REMOVE:
            for native_id in operation.native_ids:
                records.pop(native_id, None)
            continue
        native_id = outcome.address
        if record := _written(native_id, records.get(native_id), outcome):
            records[native_id] = record
    return replace(snapshot, records=records)


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
    return old.with_value(value)
