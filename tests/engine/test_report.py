"""Tests of reports: counts, status, the summary line and the public shape."""

from copy import replace
from datetime import timedelta
import logging

from hypothesis import given, strategies as st
import pytest

from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Plan,
    Reason,
    Skip,
)
from custom_components.crosswatch.engine.report import (
    Counts,
    Failure,
    FeatureReport,
    Report,
    RunStatus,
    report_dry_run,
    report_failure,
    report_run,
    report_unchanged,
    status_of,
)

from .conftest import MakeArena
from .worlds import READ_AT, parse

FAILURE = Failure(side=Side.TARGET, reason=Reason.UNAVAILABLE, message="Gone")
SHRUNK = replace(FAILURE, reason=Reason.SUSPICIOUS_SHRINK)


def _operation(token: str, action: Action = Action.ADD) -> Operation:
    return Operation(
        feature=Feature.RATINGS,
        side=Side.TARGET,
        action=action,
        item=parse(token)[0].item,
        reason=Reason.MISSING,
        keys=(token,),
    )


def _skip(token: str, reason: Reason) -> Skip:
    return Skip(
        feature=Feature.RATINGS,
        side=Side.TARGET,
        item=parse(token)[0].item,
        reason=reason,
    )


def _held(reason: Reason) -> Plan:
    return Plan(Feature.RATINGS, held=[(_operation("m1", Action.REMOVE), reason)])


@pytest.mark.parametrize(
    ("features", "status"),
    [
        pytest.param([], RunStatus.SUCCESS, id="nothing to do"),
        pytest.param([FeatureReport()], RunStatus.SUCCESS),
        pytest.param(
            [FeatureReport(counts=Counts(added=1, skipped=3))], RunStatus.SUCCESS
        ),
        pytest.param([FeatureReport(counts=Counts(unresolved=1))], RunStatus.PARTIAL),
        pytest.param([FeatureReport(counts=Counts(errors=1))], RunStatus.PARTIAL),
        pytest.param([report_failure(FAILURE)], RunStatus.FAILED),
        pytest.param([report_failure(FAILURE), FeatureReport()], RunStatus.PARTIAL),
        pytest.param(
            [FeatureReport(counts=Counts(added=1), failure=FAILURE)], RunStatus.PARTIAL
        ),
        pytest.param([report_dry_run(_held(Reason.MASS_DELETE))], RunStatus.BLOCKED),
        pytest.param([report_dry_run(_held(Reason.BLOCKED))], RunStatus.SUCCESS),
        pytest.param([report_dry_run(_held(Reason.KEPT))], RunStatus.SUCCESS),
        pytest.param([FeatureReport(failure=SHRUNK)], RunStatus.BLOCKED),
        pytest.param(
            [FeatureReport(failure=SHRUNK), report_failure(FAILURE)], RunStatus.BLOCKED
        ),
    ],
)
def test_status(features: list[FeatureReport], status: RunStatus) -> None:
    """How a run ended is told from its features."""
    assert status_of(features) is status


@given(
    outcomes=st.lists(
        st.tuples(st.sampled_from(Action), st.sampled_from(OutcomeKind)), max_size=12
    ),
    skipped=st.lists(st.sampled_from(Reason), max_size=5),
    not_sent=st.integers(0, 3),
)
def test_every_item_is_counted_once(
    outcomes: list[tuple[Action, OutcomeKind]], skipped: list[Reason], not_sent: int
) -> None:
    """The counts are those of the items; what was not sent counts as nothing."""
    sent = [Outcome(_operation("m1", action), kind) for action, kind in outcomes]
    rest = [_operation("m2")] * not_sent
    plan = Plan(
        Feature.RATINGS,
        operations=[*(each.operation for each in sent), *rest],
        skips=[_skip("m3", reason) for reason in skipped],
    )
    report = report_run(plan, sent, rest)
    assert sum(report.counts.as_dict().values()) == len(outcomes) + len(skipped)
    assert len(report.items) == len(outcomes) + len(skipped) + not_sent
    assert report_unchanged(
        report_dry_run(replace(plan, operations=())).items
    ).counts == (
        Counts(
            skipped=report_dry_run(plan).counts.skipped,
            unresolved=report_dry_run(plan).counts.unresolved,
        )
    )


# A report as the actions answer with it, and the items that it can be asked for.
COUNTS = ("added", "removed", "updated", "skipped", "unresolved", "errors", "blocked")
NONE = dict.fromkeys(COUNTS, 0)
ANSWER = {
    "pair": "A → B",
    "pair_id": "p",
    "run_id": "r",
    "status": "partial",
    "dry_run": True,
    "started": "2026-01-01T00:00:00+00:00",
    "finished": "2026-01-01T00:00:01.234560+00:00",
    "duration": 1.235,
    **NONE,
    "updated": 1,
    "skipped": 1,
    "errors": 1,
    "features": {
        "ratings": {**NONE, "updated": 1, "skipped": 1},
        "history": {**NONE, "errors": 1, "error": "Gone"},
    },
}
ITEMS = [
    {
        "feature": "ratings",
        "side": "target",
        "action": "skip",
        "outcome": "skipped",
        "reason": "no_ids",
        "title": "Film 1",
        "year": 2000,
        "kind": "movie",
        "season": None,
        "episode": None,
        "ids": {},
    },
    {
        "feature": "ratings",
        "side": "target",
        "action": "update",
        "outcome": "planned",
        "reason": "missing",
        "title": "Show 1",
        "year": 2010,
        "kind": "episode",
        "season": 2,
        "episode": 3,
        "ids": {"imdb": "tt20102003", "tvdb": "102003"},
    },
]


def test_the_public_shape() -> None:
    """The actions answer in this shape."""
    plan = Plan(
        Feature.RATINGS,
        [_operation("s1x2e3", Action.UPDATE)],
        [_skip("m1{}", Reason.NO_IDS)],
    )
    report = Report(
        pair="A → B",
        pair_id="p",
        run_id="r",
        status=RunStatus.PARTIAL,
        dry_run=True,
        started=READ_AT,
        finished=READ_AT + timedelta(seconds=1.23456),
        features={
            Feature.RATINGS: report_dry_run(plan),
            Feature.HISTORY: report_failure(FAILURE),
        },
    )
    assert report.as_dict(include_items=False) == ANSWER
    assert report.as_dict(include_items=True) == {**ANSWER, "items": ITEMS}
    assert report.failures == [FAILURE]


async def test_every_run_ends_with_one_line(
    arena: MakeArena, caplog: pytest.LogCaptureFixture
) -> None:
    """The summary stands in the log once."""
    world = arena()
    world.hold("m1 m2{}")
    with caplog.at_level(logging.INFO):
        await world.run()
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "Done. Total added: 1, removed: 0, updated: 0, skipped: 1,"
        " unresolved: 0, errors: 0, blocked: 0"
    ]
