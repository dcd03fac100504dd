"""The report of a run: exact counts, item-level outcomes and the summary line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from .model import Feature, Item, Side
from .plan import Action, Operation, Outcome, OutcomeKind, Plan, Reason, Skip

type JsonDict = dict[str, object]


class RunStatus(StrEnum):
    """How a run ended."""

    SUCCESS = "success"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Result(StrEnum):
    """What became of one item of a report.

    The first five are the outcomes of an operation that was sent.
    """

    APPLIED = "applied"
    ALREADY_THERE = "already_there"
    UNRESOLVED = "unresolved"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PLANNED = "planned"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    NOT_SENT = "not_sent"


class Counts(NamedTuple):
    """The numbers that a run is known by."""

    added: int = 0
    removed: int = 0
    updated: int = 0
    skipped: int = 0
    unresolved: int = 0
    errors: int = 0
    blocked: int = 0

    @classmethod
    def sum_of(cls, counts: Iterable[Self]) -> Self:
        """Return the sum, number by number."""
        return cls(*map(sum, zip(*counts, strict=True)))

    def as_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return self._asdict()

    @property
    def line(self) -> str:
        """Return the counts as they stand in the summary line."""
        return ", ".join(f"{name}: {count}" for name, count in self.as_dict().items())


class ReportItem(NamedTuple):
    """What became of one item; `action` is None where nothing was to be done."""

    feature: Feature
    side: Side
    action: Action | None
    result: Result
    reason: Reason | None
    item: Item

    def as_dict(self) -> JsonDict:
        """Return the item in the shape that the actions answer with."""
        return {
            "feature": self.feature.value,
            "side": self.side.value,
            "action": self.action.value if self.action else "skip",
            "outcome": self.result.value,
            "reason": self.reason.value if self.reason else None,
            **describe_item(self.item),
        }


def describe_item(item: Item) -> JsonDict:
    """Return an item in the shape that the actions answer with."""
    return {
        "title": item.show.title or item.title if item.show else item.title,
        "year": item.show.year if item.show else item.year,
        "kind": item.kind.value,
        "season": item.season,
        "episode": item.number,
        "ids": dict(item.ids) or (dict(item.show.ids) if item.show else {}),
    }


class Failure(NamedTuple):
    """Why a feature could not be synced, and on which side that was."""

    side: Side
    reason: Reason
    message: str


class FeatureReport(NamedTuple):
    """What a run did to one feature; `note` says what of its settings it cannot do."""

    counts: Counts = Counts()
    items: tuple[ReportItem, ...] = ()
    failure: Failure | None = None
    note: str = ""


class Report(NamedTuple):
    """The result of one run of one pair; `undo_of` is the id of the run it took back."""

    pair: str
    pair_id: str
    run_id: str
    status: RunStatus
    dry_run: bool
    started: datetime
    finished: datetime
    features: Mapping[Feature, FeatureReport]
    undo_of: str = ""

    @property
    def counts(self) -> Counts:
        """Return the counts over all features."""
        return Counts.sum_of(each.counts for each in self.features.values())

    @property
    def items(self) -> Iterable[ReportItem]:
        """Return what became of every item, feature by feature."""
        return (item for each in self.features.values() for item in each.items)

    @property
    def failures(self) -> list[Failure]:
        """Return why features could not be synced."""
        return [each.failure for each in self.features.values() if each.failure]

    @property
    def summary(self) -> str:
        """Return the line that every run ends with."""
        start = "Cancelled" if self.status is RunStatus.CANCELLED else "Done"
        return f"{start}. Total {self.counts.line}"

    def without_items(self) -> Report:
        """Return the report with its counts only; the items may be very many."""
        features = {
            feature: replace(each, items=()) for feature, each in self.features.items()
        }
        return replace(self, features=features)

    def as_dict(self, *, include_items: bool) -> JsonDict:
        """Return the report in the shape that the actions answer with."""
        answer: JsonDict = {
            "pair": self.pair,
            "pair_id": self.pair_id,
            "run_id": self.run_id,
            "status": self.status.value,
            "dry_run": self.dry_run,
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "duration": round((self.finished - self.started).total_seconds(), 3),
            **self.counts.as_dict(),
            "features": {
                feature.value: _feature_dict(each)
                for feature, each in self.features.items()
            },
        }
        if self.undo_of:
            answer["undo_of"] = self.undo_of
        if include_items:
            answer["items"] = [item.as_dict() for item in self.items]
        return answer


def _feature_dict(report: FeatureReport) -> JsonDict:
    """Return one feature's part of the public shape."""
    answer: JsonDict = {**report.counts.as_dict()}
    if report.failure:
        answer["error"] = report.failure.message
    if report.note:
        answer["note"] = report.note
    return answer


def report_dry_run(plan: Plan) -> FeatureReport:
    """Report what a plan would do."""
    return FeatureReport(
        counts=_tally(plan, (_DONE[each.action] for each in plan.operations)),
        items=(
            *_plan_items(plan),
            *(_operation_item(each, Result.PLANNED) for each in plan.operations),
        ),
    )


def report_run(
    plan: Plan,
    outcomes: Sequence[Outcome],
    not_sent: Sequence[Operation] = (),
    failure: Failure | None = None,
) -> FeatureReport:
    """Report what came of a plan; `not_sent` are operations a stop left undone."""
    return FeatureReport(
        counts=_tally(plan, map(_counted_as, outcomes)),
        items=(
            *_plan_items(plan),
            *map(_outcome_item, outcomes),
            *(_operation_item(each, Result.NOT_SENT) for each in not_sent),
        ),
        failure=failure,
    )


def report_unchanged(items: Sequence[ReportItem]) -> FeatureReport:
    """Report that nothing changed since items were last left alone."""
    results = Counter(item.result for item in items)
    counts = Counts(
        skipped=results[Result.SKIPPED],
        unresolved=results[Result.UNRESOLVED],
        blocked=results[Result.BLOCKED],
    )
    return FeatureReport(counts=counts, items=tuple(items))


def report_failure(failure: Failure) -> FeatureReport:
    """Report that a feature could not be synced at all."""
    return FeatureReport(counts=Counts(errors=1), failure=failure)


def status_of(features: Iterable[FeatureReport]) -> RunStatus:
    """Return how a run ended that was not cancelled."""
    reports = list(features)
    counts = Counts.sum_of(each.counts for each in reports)
    failed = [each for each in reports if each.failure]
    if any(map(_is_guarded, reports)):
        return RunStatus.BLOCKED
    done = counts.added or counts.updated or counts.removed
    if failed and len(failed) == len(reports) and not done:
        return RunStatus.FAILED
    if (
        failed
        or counts.errors
        or counts.unresolved
        or any(map(_is_unfinished, reports))
    ):
        return RunStatus.PARTIAL
    return RunStatus.SUCCESS


def _is_unfinished(report: FeatureReport) -> bool:
    """Tell whether a stop left something undone."""
    return any(item.result is Result.NOT_SENT for item in report.items)


def _is_guarded(report: FeatureReport) -> bool:
    """Tell whether a guard has held something back that a person has to see to."""
    failure = report.failure
    if failure is not None and failure.reason is Reason.SUSPICIOUS_SHRINK:
        return True
    return any(item.reason in _GUARDED for item in report.items)


# A guard's doing; what a person has blocked is no cause for alarm.
_GUARDED = frozenset({Reason.SUSPICIOUS_SHRINK, Reason.MASS_DELETE})

# Left alone for now, but still something that a person may want to sort out.
_UNRESOLVED_SKIPS = frozenset({Reason.QUARANTINED, Reason.ACCOUNT_LIMIT})


def _tally(plan: Plan, counted: Iterable[str]) -> Counts:
    """Return the counts of a plan, of which `counted` became of its operations."""
    unresolved = sum(skip.reason in _UNRESOLVED_SKIPS for skip in plan.skips)
    tally = Counter(counted)
    tally["skipped"] += len(plan.skips) - unresolved
    tally["unresolved"] += unresolved
    tally["blocked"] += len(plan.held)
    return Counts(**tally)


def _plan_items(plan: Plan) -> Iterable[ReportItem]:
    """Yield what a plan skips and what is held back."""
    for skip in plan.skips:
        yield _skip_item(skip)
    for operation, reason in plan.held:
        yield _operation_item(operation, Result.BLOCKED, reason)


def _skip_item(skip: Skip) -> ReportItem:
    """Return a skip as an item of the report."""
    unresolved = skip.reason in _UNRESOLVED_SKIPS
    return ReportItem(
        feature=skip.feature,
        side=skip.side,
        action=None,
        result=Result.UNRESOLVED if unresolved else Result.SKIPPED,
        reason=skip.reason,
        item=skip.item,
    )


def _operation_item(
    operation: Operation, result: Result, reason: Reason | None = None
) -> ReportItem:
    """Return an operation as an item of the report."""
    return ReportItem(
        feature=operation.feature,
        side=operation.side,
        action=operation.action,
        result=result,
        reason=reason or operation.reason,
        item=operation.item,
    )


def _outcome_item(outcome: Outcome) -> ReportItem:
    """Return an outcome as an item of the report."""
    return _operation_item(
        outcome.operation, Result(outcome.kind.value), outcome.reason
    )


_DONE = {Action.ADD: "added", Action.UPDATE: "updated", Action.REMOVE: "removed"}
_NOT_DONE = {
    OutcomeKind.ALREADY_THERE: "skipped",
    OutcomeKind.UNRESOLVED: "unresolved",
    OutcomeKind.FAILED: "errors",
    OutcomeKind.UNKNOWN: "errors",
}


def _counted_as(outcome: Outcome) -> str:
    """Return the count that an outcome adds to."""
    if outcome.kind is OutcomeKind.APPLIED:
        return _DONE[outcome.operation.action]
    return _NOT_DONE[outcome.kind]
