"""What is known of limits after a run, by feature and side."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.account_limits import (
    Limit,
    limit_texts,
    limits_by,
    limits_in,
)
from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Side
from custom_components.crosswatch.engine.plan import Action, Reason
from custom_components.crosswatch.engine.report import (
    Failure,
    FeatureReport,
    Report,
    ReportItem,
    Result,
    RunStatus,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FULL = Failure(side=Side.TARGET, reason=Reason.ACCOUNT_LIMIT, message="It is full")
AWAY = Failure(side=Side.TARGET, reason=Reason.UNAVAILABLE, message="It is away")
ACCOUNTS = {Side.SOURCE: "Home", Side.TARGET: "Cabin"}
BEFORE = {Feature.WATCHLIST: Limit("Said before", {Side.TARGET: 4})}


def waiting(side: Side, reason: Reason = Reason.ACCOUNT_LIMIT) -> ReportItem:
    """Return an item that was not taken."""
    return ReportItem(
        feature=Feature.WATCHLIST,
        side=side,
        action=Action.ADD,
        result=Result.UNRESOLVED,
        reason=reason,
        item=Item(MediaKind.MOVIE, {"imdb": "tt1"}, "Film", 2000),
    )


def report(watchlist: FeatureReport | None) -> Report:
    """Return the report of a run of the watchlist, or else of nothing."""
    return Report(
        pair="Pair",
        pair_id="pair",
        run_id="run",
        status=RunStatus.PARTIAL,
        dry_run=False,
        started=NOW,
        finished=NOW,
        features={Feature.WATCHLIST: watchlist} if watchlist else {},
    )


TARGET = (waiting(Side.TARGET),) * 2


@pytest.mark.parametrize(
    ("told", "before", "expected"),
    [
        pytest.param(
            FeatureReport(items=TARGET, failure=FULL),
            {},
            Limit("It is full", {Side.TARGET: 2}),
            id="refused",
        ),
        pytest.param(
            FeatureReport(items=TARGET),
            BEFORE,
            Limit("Said before", {Side.TARGET: 2}),
            id="not asked again",
        ),
        pytest.param(
            FeatureReport(items=TARGET, failure=AWAY),
            {},
            Limit("", {Side.TARGET: 2}),
            id="failed for something else",
        ),
        pytest.param(
            FeatureReport(items=(*TARGET, waiting(Side.SOURCE))),
            {},
            Limit("", {Side.TARGET: 2, Side.SOURCE: 1}),
            id="both sides",
        ),
        pytest.param(
            FeatureReport(items=(waiting(Side.TARGET, Reason.NOT_FOUND),)),
            BEFORE,
            None,
            id="something else is wrong",
        ),
        pytest.param(FeatureReport(), BEFORE, None, id="none left"),
        pytest.param(
            FeatureReport(failure=AWAY),
            BEFORE,
            BEFORE[Feature.WATCHLIST],
            id="could not be compared",
        ),
        pytest.param(FeatureReport(failure=FULL), {}, None, id="cannot be read"),
        pytest.param(None, BEFORE, BEFORE[Feature.WATCHLIST], id="other features"),
    ],
)
def test_limits_after_a_run(
    told: FeatureReport | None,
    before: Mapping[Feature, Limit],
    expected: Limit | None,
) -> None:
    """Count what waits now, with the words that the account had for it."""
    now = limits_by(report(told), before)
    assert now == ({} if expected is None else {Feature.WATCHLIST: expected})


def test_texts() -> None:
    """Name each account and feature, and what was said, if anything was."""
    limits = {
        Feature.WATCHLIST: Limit("It's *full*", {Side.TARGET: 2, Side.SOURCE: 1}),
        Feature.RATINGS: Limit("", {Side.TARGET: 3}),
    }
    assert limit_texts(limits, ACCOUNTS) == {
        "count": "6",
        "problems": (
            "- **Cabin, watchlist: 2** – It\\'s \\*full\\*\n"
            "- **Home, watchlist: 1** – It\\'s \\*full\\*\n"
            "- **Cabin, ratings: 3**"
        ),
    }


def test_no_limits_in_other_data() -> None:
    """Read nothing into data without features."""
    assert limits_in({"entry_id": "entry", "pair_id": "pair", "pair": "Pair"}) == {}
