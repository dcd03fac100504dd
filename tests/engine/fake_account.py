"""An account at a small service of its own: it keeps what it is told, and it can fail.

It fulfils the contract of `engine.provider` honestly. It numbers its items itself,
lists only the ids it knows of, rounds ratings to its own step, and keeps a second play
of the same moment as a second play: whoever writes twice is found out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Library,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    ALL_KINDS,
    AccountInfo,
    AccountLimitError,
    AuthenticationError,
    FeatureSupport,
    ProtocolError,
    ProviderUnavailableError,
    RateLimitedError,
)

from .fake_values import completes, kept, left, updated, written
from .faults import Fault, Requests
from .worlds import READ_AT, parse, shown

_SUPPORT: Final = FeatureSupport(kinds=ALL_KINDS)


@dataclass(slots=True, kw_only=True)
class FakeAccount:
    """One account; all its settings may be changed between runs.

    `lists` are the id namespaces that it shows. `limit` is how many records it may
    hold, `unknown` the keys of what it cannot find, `unremovable` those of what it
    refuses to remove, `clings` those of what it only says that it removes, `ghosts`
    those of what it only says that it adds, `mute` those of which it says nothing. An
    addition or a removal becomes visible after `lag` reads, and with `hides` never.
    `faults` are the faults of the n-th activity, read or write, from 1. `passing` is
    called around every request. With `lists_libraries` a read tells the library of
    each item.
    """

    name: str
    support: FeatureSupport = _SUPPORT
    features: Collection[Feature] = (
        Feature.HISTORY,
        Feature.WATCHLIST,
        Feature.RATINGS,
        Feature.PROGRESS,
    )
    lists: frozenset[str] | None = None
    has_marker: bool = True
    has_delta: bool = False
    tells_native_ids: bool = True
    limit: int | None = None
    unknown: frozenset[str] = frozenset()
    unremovable: frozenset[str] = frozenset()
    clings: frozenset[str] = frozenset()
    ghosts: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()
    lists_libraries: bool = False
    lag: int = 0
    hides: bool = False
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    passing: Callable[[], None] = lambda: None
    now: Callable[[], datetime] = lambda: READ_AT
    slug: str = "fake"
    requests: Requests = field(default_factory=Requests)
    _held: dict[Feature, dict[str, Record]] = field(default_factory=dict)
    _visible_from: dict[tuple[Feature, str], int] = field(default_factory=dict)
    _late: dict[tuple[Feature, str], tuple[Record, int]] = field(default_factory=dict)
    _changed_at: dict[tuple[Feature, str], int] = field(default_factory=dict)
    _changes: int = 0
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what it can do."""
        return dict.fromkeys(self.features, self.support)

    # What a person does to it

    def hold(self, feature: Feature, world: str) -> None:
        """Let it hold exactly this world; what stays keeps its native ids."""
        held = self._held.setdefault(feature, {})
        before = dict(held)
        held.clear()
        for sample in parse(world):
            value = sample.value(feature, plays=self.support.plays)
            native_id = sample.native_id or self._native_of(before, sample.item)
            old = before.pop(native_id, None)
            record = Record(sample.item, value, native_id, library=sample.library)
            self._put(feature, record, old)
        self._late = {at: late for at, late in self._late.items() if at[0] != feature}
        self._changes += 1

    def shown(self, feature: Feature) -> str:
        """Return what it holds as a world without ids, visible or not."""
        return shown(self._held.get(feature, {}).values(), feature)

    def _native_of(self, before: Mapping[str, Record], item: Item) -> str:
        for native_id, record in before.items():
            if (record.item.label, record.item.kind) == (item.label, item.kind):
                return native_id
        return f"{self.name}{next(self._numbers)}"

    def _put(self, feature: Feature, record: Record, old: Record | None) -> None:
        self._changes += 1
        self._held.setdefault(feature, {})[record.native_id] = self._own_view(
            record, old
        )
        self._changed_at[feature, record.native_id] = self._changes
        self._late.pop((feature, record.native_id), None)

    def _own_view(self, record: Record, old: Record | None) -> Record:
        item = record.item
        if self.lists is not None:
            show = item.show and replace(item.show, ids=self._listed(item.show))
            item = replace(item, ids=self._listed(item), show=show)
        before = old.value if old else None
        value = kept(record.value, self.support, self._name_play, before)
        return Record(item, value, record.native_id, library=record.library)

    def _name_play(self) -> str:
        return f"p{next(self._numbers)}"

    def _listed(self, item: Item) -> dict[str, str]:
        wanted = self.lists or frozenset()
        return {name: value for name, value in item.ids.items() if name in wanted}

    # The contract

    async def identify(self) -> AccountInfo:
        """Return who this is."""
        return AccountInfo(account_id=self.name, name=self.name)

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker that moves with every change."""
        self.requests.activity += 1
        await self._request("activity", self.requests.activity)
        if not self.has_marker:
            return {}
        return dict.fromkeys(features, f"{self._changes}")

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return what is visible, as a delta where it can."""
        bound = self.support.trust_marker_for
        if previous and bound and self.now() - previous.full_read_at >= bound:
            # Its changes do not tell everything.
            previous = None
        self.requests.reads.append((feature, previous is not None))
        fault = await self._request("read", len(self.requests.reads))
        visible = self._visible(feature)
        self.passing()
        if fault is Fault.PART:
            part = Snapshot.of(feature, list(visible.values())[::2], self.now())
            return replace(part, complete=False)
        if fault is Fault.EMPTY:
            return Snapshot.of(feature, (), self.now())
        if previous is None or not self.has_delta:
            return Snapshot.of(feature, visible.values(), self.now())
        gone = [name for name in previous.records if name not in visible]
        return previous.updated(visible.values(), gone)

    async def libraries(self) -> Sequence[Library]:
        """Return the libraries that anything it holds is in."""
        ids = {
            record.library for held in self._held.values() for record in held.values()
        }
        return [Library(each, f"Library {each}") for each in sorted(ids - {""})]

    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return the libraries that items are in."""
        assert self.support.libraries
        return {
            native_id: record.library
            for held in self._held.values()
            for native_id, record in held.items()
            if native_id in native_ids and record.library
        }

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Do what is asked, one operation after another."""
        assert 0 < len(operations) <= self.support.batch_size
        self.requests.writes.append(list(operations))
        fault = await self._request("write", len(self.requests.writes))
        half = len(operations) // 2
        for position, operation in enumerate(operations):
            if fault is Fault.CUT_HALFWAY and position >= half:
                raise ProviderUnavailableError("Cut", maybe_sent=True)
            outcome = self._do(feature, operation)
            if not self.mute.isdisjoint(operation.keys):
                continue
            if fault is Fault.FOREIGN:
                yield replace(outcome, operation=replace(operation))
            elif fault in {None, Fault.CUT_HALFWAY, Fault.SLOW}:
                yield outcome
        self.passing()
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        if fault is Fault.CUT_AFTER:
            raise ProviderUnavailableError("Cut", maybe_sent=True)
        if fault is Fault.NONSENSE:
            raise ProtocolError("Nonsense", maybe_sent=True)

    async def _request(self, what: str, number: int) -> Fault | None:
        self.passing()
        await asyncio.sleep(0)
        fault = self.faults.get((what, number))
        if fault is Fault.SLOW:
            await asyncio.sleep(0.05)
        if fault is Fault.CUT_BEFORE:
            raise ProviderUnavailableError("Cut")
        if fault is Fault.RATE_LIMIT:
            raise RateLimitedError("Too many requests", retry_after=60)
        if fault is Fault.SIGNED_OUT:
            raise AuthenticationError("Signed out")
        if what != "write":
            if fault in {Fault.CUT_AFTER, Fault.CUT_HALFWAY}:
                raise ProviderUnavailableError("Cut")
            if fault is Fault.NONSENSE:
                raise ProtocolError("Nonsense")
        return fault

    # What it lists

    def _visible(self, feature: Feature) -> dict[str, Record]:
        reads = len(self.requests.reads)
        visible = {
            native_id: record
            for native_id, record in self._held.get(feature, {}).items()
            if self._visible_from.get((feature, native_id), 0) <= reads
        }
        for (of, native_id), (record, until) in self._late.items():
            if of is feature and reads < until:
                visible[native_id] = record
        if self.lists_libraries:
            return visible
        return {name: record.with_library("") for name, record in visible.items()}

    # What a write does

    def _do(self, feature: Feature, operation: Operation) -> Outcome:
        held = self._held.setdefault(feature, {})
        native_id = self._find(held, operation)
        if operation.action is Action.REMOVE:
            return self._remove(feature, operation, native_id)
        assert operation.value is not None
        if not self.unknown.isdisjoint(operation.keys):
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        if not self.ghosts.isdisjoint(operation.keys):
            return Outcome(operation, OutcomeKind.APPLIED)
        sent = written(operation.value)
        if native_id is None:
            if self.limit is not None and len(held) >= self.limit:
                raise AccountLimitError(f"No more than {self.limit} records")
            native_id = f"{self.name}{next(self._numbers)}"
            self._hide(feature, native_id)
            self._put(feature, Record(operation.item, sent, native_id), None)
        else:
            value = updated(held[native_id].value, sent, self.support)
            if value is None:
                return self._answer(operation, OutcomeKind.ALREADY_THERE, native_id)
            copies = {native_id}
            if operation.action is Action.UPDATE:
                # All copies of an item are rated alike.
                copies |= set(operation.native_ids) & held.keys()
            for copy in copies:
                self._put(feature, held[copy].with_value(value), held[copy])
        if completes(sent, self.support):
            del held[native_id]
        return self._answer(operation, OutcomeKind.APPLIED, native_id)

    def _remove(
        self, feature: Feature, operation: Operation, found: str | None
    ) -> Outcome:
        held = self._held[feature]
        if not self.unremovable.isdisjoint(operation.keys):
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.REJECTED)
        if not self.clings.isdisjoint(operation.keys):
            return Outcome(operation, OutcomeKind.APPLIED)
        copies = {name for name in operation.native_ids if name in held}
        copies |= {found} if found and not copies else set()
        if not copies:
            return Outcome(operation, OutcomeKind.ALREADY_THERE)
        for native_id in copies:
            self._take(feature, native_id, operation)
        return Outcome(operation, OutcomeKind.APPLIED)

    def _take(self, feature: Feature, native_id: str, operation: Operation) -> None:
        held = self._held[feature]
        before = held[native_id]
        value = left(before.value, operation.before)
        if value is None:
            del held[native_id]
            self._changes += 1
        else:
            self._put(feature, before.with_value(value), before)
        if self.hides or self.lag:
            until = 10**9 if self.hides else len(self.requests.reads) + self.lag + 1
            self._late[feature, native_id] = (before, until)

    def _answer(
        self, operation: Operation, kind: OutcomeKind, native_id: str
    ) -> Outcome:
        told = native_id if self.tells_native_ids else ""
        return Outcome(operation, kind, native_id=told)

    def _find(self, held: Mapping[str, Record], operation: Operation) -> str | None:
        for native_id in operation.native_ids:
            if native_id in held:
                return native_id
        wanted = set(item_keys(operation.item))
        for native_id, record in held.items():
            if not wanted.isdisjoint(record.keys):
                return native_id
        return None

    def _hide(self, feature: Feature, native_id: str) -> None:
        if self.hides:
            self._visible_from[feature, native_id] = 10**9
        elif self.lag:
            seen_by = len(self.requests.reads) + self.lag + 1
            self._visible_from[feature, native_id] = seen_by
