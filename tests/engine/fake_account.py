"""An account at a small service of its own: it keeps what it is told, and it can fail.

It fulfils the contract of `engine.provider` honestly. It numbers its items itself, lists
only the ids it knows of, rounds ratings to its own step, and keeps a second play of the
same moment as a second play: whoever writes twice is found out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from itertools import count
from typing import Final

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Play,
    Rated,
    Record,
    Snapshot,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.planning.rating import rounded
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

from .worlds import READ_AT, parse, shown

_SUPPORT: Final = FeatureSupport(kinds=ALL_KINDS)


class Fault(Enum):
    """How one request fails."""

    CUT_BEFORE = auto()
    """The connection breaks before the request arrives."""
    CUT_AFTER = auto()
    """The request is done, but its answer is lost."""
    CUT_HALFWAY = auto()
    """Half of a write is done and answered, the rest is lost on the way."""
    SILENT = auto()
    """A write is done, and the answer says nothing of any item."""
    FOREIGN = auto()
    """A write is done, and the answer speaks of other items."""
    NONSENSE = auto()
    """The answer cannot be read; the request may have been done."""
    RATE_LIMIT = auto()
    """The service asks to wait."""
    SIGNED_OUT = auto()
    """The login has ended."""
    PART = auto()
    """A read answers with a part of the records, and says so."""
    SLOW = auto()
    """The request takes its time, and is done."""
    HANG = auto()
    """The request is done, but never answered."""


@dataclass(slots=True)
class Requests:
    """What an account was asked so far."""

    activity: int = 0
    reads: list[tuple[Feature, bool]] = field(default_factory=list)
    writes: list[list[Operation]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class FakeAccount:
    """One account; all its settings may be changed between runs.

    `lists` are the id namespaces that it shows. `limit` is how many records it may
    hold, `unknown` the keys of what it cannot find. A write becomes visible after
    `lag` reads, and with `hides` never. `faults` are the faults of the n-th
    activity, read or write, from 1. `passing` is called around every request.
    """

    name: str
    support: FeatureSupport = _SUPPORT
    features: Collection[Feature] = (
        Feature.HISTORY,
        Feature.WATCHLIST,
        Feature.RATINGS,
    )
    lists: frozenset[str] | None = None
    has_marker: bool = True
    has_delta: bool = False
    tells_native_ids: bool = True
    limit: int | None = None
    unknown: frozenset[str] = frozenset()
    lag: int = 0
    hides: bool = False
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    passing: Callable[[], None] = lambda: None
    now: Callable[[], datetime] = lambda: READ_AT
    slug: str = "fake"
    requests: Requests = field(default_factory=Requests)
    _held: dict[Feature, dict[str, Record]] = field(default_factory=dict)
    _visible_from: dict[tuple[Feature, str], int] = field(default_factory=dict)
    _changed_at: dict[tuple[Feature, str], int] = field(default_factory=dict)
    _changes: int = 0
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what it can do."""
        return dict.fromkeys(self.features, self.support)

    # What a person does to it

    def hold(self, feature: Feature, world: str) -> None:
        """Let it hold exactly this world; items that stay keep their native ids."""
        held = self._held.setdefault(feature, {})
        before = dict(held)
        held.clear()
        for sample in parse(world):
            value = sample.value(feature, plays=self.support.plays)
            native_id = sample.native_id or self._native_of(before, sample.item)
            before.pop(native_id, None)
            self._put(feature, native_id, Record(sample.item, value, native_id))
        self._changes += 1

    def shown(self, feature: Feature) -> str:
        """Return what it holds as a world without ids, visible or not."""
        return shown(self._held.get(feature, {}).values(), feature)

    def _native_of(self, before: Mapping[str, Record], item: Item) -> str:
        for native_id, record in before.items():
            if (record.item.label, record.item.kind) == (item.label, item.kind):
                return native_id
        return f"{self.name}{next(self._numbers)}"

    def _put(self, feature: Feature, native_id: str, record: Record) -> None:
        self._changes += 1
        self._held.setdefault(feature, {})[native_id] = self._own_view(record)
        self._changed_at[feature, native_id] = self._changes

    def _own_view(self, record: Record) -> Record:
        item = record.item
        if self.lists is not None:
            show = item.show and replace(item.show, ids=self._listed(item.show))
            item = replace(item, ids=self._listed(item), show=show)
        value = record.value
        if isinstance(value, Watched) and not self.support.plays:
            value = Watched(value.at)
        elif isinstance(value, Watched):
            named = tuple(
                replace(play, native_id=play.native_id or f"p{next(self._numbers)}")
                for play in value.plays
            )
            value = replace(value, plays=named, count=max(1, len(named)))
        if isinstance(value, Rated) and value.rating > 0:
            value = replace(
                value, rating=rounded(value.rating, self.support.rating_step)
            )
        return Record(item, value, record.native_id)

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
        self.requests.reads.append((feature, previous is not None))
        fault = await self._request("read", len(self.requests.reads))
        visible = {
            native_id: record
            for native_id, record in self._held.get(feature, {}).items()
            if self._visible_from.get((feature, native_id), 0)
            <= len(self.requests.reads)
        }
        self.passing()
        if fault is Fault.PART:
            part = Snapshot.of(feature, list(visible.values())[::2], self.now())
            return replace(part, complete=False)
        if previous is None or not self.has_delta:
            return Snapshot.of(feature, visible.values(), self.now())
        gone = [name for name in previous.records if name not in visible]
        return previous.updated(visible.values(), gone)

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

    # What a write does

    def _do(self, feature: Feature, operation: Operation) -> Outcome:
        assert operation.action is not Action.REMOVE
        assert operation.value is not None
        if not self.unknown.isdisjoint(operation.keys):
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        held = self._held.setdefault(feature, {})
        native_id = self._find(held, operation)
        if native_id is None:
            if self.limit is not None and len(held) >= self.limit:
                raise AccountLimitError(f"No more than {self.limit} records")
            native_id = f"{self.name}{next(self._numbers)}"
            self._hide(feature, native_id)
            self._put(
                feature, native_id, Record(operation.item, operation.value, native_id)
            )
        else:
            value = self._updated(held[native_id].value, operation.value)
            if value is None:
                return self._answer(operation, OutcomeKind.ALREADY_THERE, native_id)
            self._put(feature, native_id, held[native_id].with_value(value))
            if operation.action is Action.UPDATE:
                # All copies of an item are rated alike.
                for copy in set(operation.native_ids) & held.keys() - {native_id}:
                    self._put(feature, copy, held[copy].with_value(value))
        return self._answer(operation, OutcomeKind.APPLIED, native_id)

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

    def _updated(self, held: Value, wanted: Value) -> Value | None:
        """Return what becomes of a value, None where nothing does."""
        if isinstance(held, Watched) and isinstance(wanted, Watched):
            if not self.support.plays:
                return None
            added = wanted.plays or ((Play(wanted.at),) if wanted.at else ())
            plays = tuple(sorted((*held.plays, *added), key=lambda play: play.at))
            return Watched(plays[-1].at, plays, len(plays))
        if isinstance(held, Rated):
            return wanted
        return None

    def _hide(self, feature: Feature, native_id: str) -> None:
        if self.hides:
            self._visible_from[feature, native_id] = 10**9
        elif self.lag:
            seen_by = len(self.requests.reads) + self.lag + 1
            self._visible_from[feature, native_id] = seen_by
