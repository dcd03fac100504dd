"""A store and accounts that pass by the points at which a run may be killed."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
import json
from pathlib import Path
import sqlite3
from typing import override

import aiohttp

from custom_components.crosswatch.engine.codec import encode_value
from custom_components.crosswatch.engine.model import Feature, Library, Side, Snapshot
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
)
from custom_components.crosswatch.engine.provider import (
    AccountInfo,
    FeatureSupport,
    Provider,
)
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.engine.store import Change, Planned, Store

from .points import Death, Point


@dataclass(slots=True)
class Course:
    """How far a run has come, as far as it matters for the next point."""

    death: Death
    reads: Counter[tuple[Side, Feature]] = field(default_factory=Counter)
    written: set[tuple[Side, Feature]] = field(default_factory=set)
    batch: tuple[Feature, Side, bool] | None = None
    looks: list[Point] = field(default_factory=list)

    def first_read(self, side: Side, feature: Feature) -> None:
        """Pass the point after the first read of a side."""
        both = self.reads[side.other, feature]
        self.death.at(Point.BOTH_READ if both else Point.ONE_READ)

    def begin_look(self, side: Side, feature: Feature) -> None:
        """Begin to read a side once more."""
        wrote = (side, feature) in self.written
        self.looks.append(Point.LOOKING if wrote else Point.CONFIRMING)

    def look(self) -> None:
        """Pass the points in the middle of what is read once more."""
        while self.looks:
            self.death.at(self.looks.pop())

    def begin_batch(self, operation: Operation) -> None:
        """Pass what lies between the batch before and this one."""
        removes = operation.action is Action.REMOVE
        before, now = self.batch, (operation.feature, operation.side, removes)
        self.batch = now
        if before == now:
            self.death.at(Point.BETWEEN_BATCHES)
        elif before and before[0] is now[0]:
            same_side = before[1] is now[1]
            self.death.at(Point.AFTER_REMOVALS if same_side else Point.BETWEEN_SIDES)

    def tracing(self) -> aiohttp.TraceConfig:
        """Return what lets a session tell of every answer."""

        async def answered(*_: object) -> None:
            """Notice that a request of a look has been answered."""
            self.look()

        config = aiohttp.TraceConfig()
        config.on_request_end.append(answered)
        return config


class MortalStore(Store):
    """A store that passes points; give it its course before it is used."""

    course: Course
    recording = False

    @contextmanager
    @override
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with super()._transaction() as connection:
            yield connection
            if self.recording:
                self.course.death.at(Point.COMMITTING)

    @override
    def save_snapshot(
        self,
        account_id: str,
        snapshot: Snapshot,
        previous: Snapshot | None,
        *,
        as_before: bool = False,
    ) -> int:
        """Store a snapshot."""
        version = super().save_snapshot(
            account_id, snapshot, previous, as_before=as_before
        )
        self.course.death.at(Point.SNAPSHOT_SAVED)
        return version

    @override
    def open_journal(
        self,
        run_id: str,
        pair_id: str,
        operations: Sequence[Operation],
        at: datetime,
    ) -> range:
        """Write down operations."""
        self.course.begin_batch(operations[0])
        return super().open_journal(run_id, pair_id, operations, at)

    @override
    def settle_journal(self, outcomes: Mapping[int, Outcome]) -> None:
        """Write down what came of operations."""
        super().settle_journal(outcomes)
        self.course.death.at(Point.SETTLED)

    @override
    def record(
        self, pair_id: str, feature: Feature, change: Change, planned: Planned | None
    ) -> None:
        """Write the ledger."""
        self.course.death.at(Point.RECORDING)
        self.recording = True
        super().record(pair_id, feature, change, planned)
        self.recording = False
        self.course.death.at(Point.RECORDED)

    @override
    def save_report(self, report: Report) -> None:
        """Keep a report."""
        self.course.death.at(Point.REPORTING)
        super().save_report(report)
        self.course.death.at(Point.REPORTED)


@dataclass(slots=True)
class MortalProvider(Provider):
    """An account that passes points, and notes what its service has acknowledged."""

    inner: Provider
    side: Side
    course: Course
    notes: Path
    slug: str
    support: Mapping[Feature, FeatureSupport]

    @property
    @override
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what the account can do."""
        return self.support

    @override
    async def identify(self) -> AccountInfo:
        """Return who the account is."""
        return await self.inner.identify()

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the change markers."""
        return await self.inner.activity(features)

    @override
    async def libraries(self) -> Sequence[Library]:
        """Return the libraries."""
        return await self.inner.libraries()

    @override
    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return the libraries of items."""
        return await self.inner.locate(native_ids)

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records."""
        which = (self.side, feature)
        again = which in self.course.written or bool(self.course.reads[which])
        if again:
            self.course.begin_look(self.side, feature)
        snapshot = await self.inner.read(feature, previous)
        self.course.reads[which] += 1
        if again:
            # A tracker answers without a request.
            self.course.look()
        else:
            self.course.first_read(self.side, feature)
        return snapshot

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations."""
        self.course.written.add((self.side, feature))
        self.course.death.at(Point.JOURNALLED)
        first = True
        async for outcome in self.inner.write(feature, operations):
            self._note(outcome)
            if first and len(operations) > 1:
                self.course.death.at(Point.HALFWAY)
            first = False
            yield outcome
        self.course.death.at(Point.ANSWERED)

    def _note(self, outcome: Outcome) -> None:
        """Note what a service has acknowledged to have done."""
        if outcome.kind is not OutcomeKind.APPLIED:
            return
        each = outcome.operation
        told = each.before if each.action is Action.REMOVE else each.value
        note = [
            each.feature,
            each.side,
            each.action,
            each.item.kind,
            each.item.label,
            told and encode_value(told),
        ]
        with self.notes.open("a") as file:
            file.write(f"{json.dumps(note)}\n")
