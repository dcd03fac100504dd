"""What holds a plan back: a side that shrinks, quarantine, and limits on settings."""

from copy import replace
from datetime import timedelta

import pytest

from custom_components.crosswatch.engine.guards import hold_all, is_suspicious_shrink
from custom_components.crosswatch.engine.ledger import (
    LIMIT_RETRY_AFTER,
    QUARANTINE_AFTER,
    QUARANTINE_FOR,
    LedgerRow,
)
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Record,
    Side,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Plan,
    Reason,
    Skip,
)
from custom_components.crosswatch.engine.planning import plan_feature
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import (
    RunStatus,
    report_dry_run,
    report_run,
    status_of,
)

from .arena import Arena, moves
from .conftest import MakeArena
from .fake_account import Fault
from .worlds import READ_AT, parse, records


def _films(first: int, last: int) -> str:
    return " ".join(f"m{number}" for number in range(first, last + 1))


@pytest.mark.parametrize(
    ("had", "has", "suspicious"),
    [
        (19, 0, False),
        (20, 0, True),
        (20, 2, True),
        (20, 3, False),
        (100, 10, True),
        (100, 11, False),
        (1000, 1000, False),
    ],
)
def test_where_shrinking_is_suspicious(had: int, has: int, suspicious: bool) -> None:
    """A side of 20 or more that has a tenth or less left is not believed."""
    assert is_suspicious_shrink(had, has) is suspicious


@pytest.mark.parametrize("side", [0, 1], ids=["source", "target"])
@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("had", "has", "blocked"), [(20, 2, True), (20, 3, False), (19, 0, False)]
)
async def test_w13_a_side_that_shrinks(
    arena: MakeArena, side: int, dry_run: bool, had: int, has: int, blocked: bool
) -> None:
    """Nothing is written until it is back, or the guard is switched off."""
    world = arena()
    account = list(world.accounts.values())[side]
    world.hold(_films(1, had), _films(1, had))
    await world.run()
    world.source.hold(Feature.WATCHLIST, _films(1, had + 1))
    account.hold(Feature.WATCHLIST, _films(1, has))
    report = await world.run(dry_run=dry_run)
    if not blocked:
        assert report.status is not RunStatus.BLOCKED
        return
    assert report.status is RunStatus.BLOCKED
    (failure,) = report.failures
    assert failure.reason is Reason.SUSPICIOUS_SHRINK
    assert failure.side is (Side.SOURCE, Side.TARGET)[side]
    assert report.counts.blocked == sum(
        item.result.value == "blocked" for item in report.items
    )
    assert world.target.requests.writes == []
    # It is still not believed the next time, nor while nothing changes.
    for _ in range(2):
        assert (await world.run()).status is RunStatus.BLOCKED
    world.shrink_guard = False
    freed = await world.run()
    assert freed.status is RunStatus.SUCCESS
    world.shrink_guard = True
    assert (await world.run()).status is RunStatus.SUCCESS


async def test_a_side_that_comes_back(arena: MakeArena) -> None:
    """After a hiccup everything is as if nothing had happened."""
    world = arena()
    world.hold(_films(1, 30), _films(1, 30))
    await world.run()
    world.hold(_films(1, 30), "")
    report = await world.run()
    assert (report.status, report.counts.blocked) == (RunStatus.BLOCKED, 30)
    world.hold(_films(1, 31), _films(1, 30))
    assert await world.did() == "+m31"


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("liar", [0, 1], ids=["source", "target"])
async def test_nonsense_of_one_feature_removes_nothing_of_another(
    arena: MakeArena, liar: int, dry_run: bool
) -> None:
    """What an account lacks that cannot be believed stays where it is, until it can."""
    history, watchlist = Feature.HISTORY, Feature.WATCHLIST
    removing = FeaturePolicy(remove=True)
    policy = Policy(
        mode=Mode.TWO_WAY, features={history: removing, watchlist: removing}
    )
    world = arena(policy=policy)
    accounts = list(world.accounts.values())
    doubted, honest = accounts[liar], accounts[1 - liar]
    watched = " ".join(f"m{number}@2024-01-01" for number in range(1, 31))
    for account in accounts:
        account.hold(history, watched)
        account.hold(watchlist, "m1 m2 m3")
    await world.run()
    doubted.hold(history, "")
    doubted.hold(watchlist, "m2 m3 m4")
    honest.hold(watchlist, "m1 m2")
    mine, other = ("S", "T") if liar == 0 else ("T", "S")
    # What the other side has lost is removed, and what is new is given.
    wanted = sorted([f"{other}!m1:suspicious_shrink", f"{mine}-m3", f"{other}+m4"])
    for _ in range(2):
        report = await world.run(dry_run=dry_run)
        assert report.features[history].counts.blocked == 30
        told = replace(report, features={watchlist: report.features[watchlist]})
        assert moves(told).split() == wanted
        assert report.status is RunStatus.BLOCKED
        if not dry_run:
            assert honest.shown(watchlist) == "m1 m2 m4"
            assert doubted.shown(watchlist) == "m2 m4"
            # It goes on waiting while nothing changes.
            wanted = [f"{other}!m1:suspicious_shrink"]
    doubted.hold(history, watched)
    report = await world.run()
    assert f"{other}-m1" in moves(report).split()
    for account in accounts:
        assert account.shown(history).count("@") == 30
        assert account.shown(watchlist) == "m2 m4"


async def test_a_first_run_has_nothing_to_compare_with(arena: MakeArena) -> None:
    """An empty target is no shrinking on a first run; nor is what it lists late."""
    world = arena()
    world.target.lag = 1
    world.hold(_films(1, 30))
    assert (await world.run()).counts.added == 30
    second = await world.run()
    assert second.status is RunStatus.SUCCESS
    assert second.counts.skipped == 30
    assert len(world.target.requests.writes) == 1


async def _quarantined(arena: MakeArena) -> Arena:
    """Return a world in which m1 was not found three times."""
    world = arena()
    world.target.unknown = frozenset({"movie:tmdb:1"})
    world.hold("m1{tmdb} m2")
    for attempt in range(3):
        report = await world.run()
        assert report.counts.unresolved == 1
        assert len(world.target.requests.writes) == attempt + 1
    assert await world.did() == "unresolved:m1:quarantined"
    return world


async def test_g2_quarantine_ends_after_30_days(arena: MakeArena) -> None:
    """It is tried once more, and left alone again if that fails."""
    world = await _quarantined(arena)
    world.clock.advance(days=29, hours=23)
    assert await world.did() == "unresolved:m1:quarantined"
    world.clock.advance(hours=2)
    assert await world.did() == "unresolved:m1:not_found"
    assert await world.did() == "unresolved:m1:quarantined"
    world.clock.advance(days=31)
    world.target.unknown = frozenset()
    assert await world.did() == "+m1"
    assert await world.did() == ""


async def test_quarantine_ends_when_a_person_asks(arena: MakeArena) -> None:
    """A full refresh tries everything."""
    world = await _quarantined(arena)
    world.target.unknown = frozenset()
    assert await world.did(dry_run=True, full_refresh=True) == "+m1"
    assert await world.did(full_refresh=True) == "+m1"


@pytest.mark.parametrize("interrupted", [False, True])
async def test_quarantine_ends_with_a_new_id(
    arena: MakeArena, interrupted: bool
) -> None:
    """An id that was gained is a new chance, even if that chance is missed at first."""
    world = await _quarantined(arena)
    world.target.unknown = frozenset()
    world.hold("m1{tmdb,imdb} m2 m3@2020-01-01")
    if interrupted:
        world.target.support = replace(world.target.support, batch_size=1)
        sent = len(world.target.requests.writes)
        for each in (1, 2):
            world.target.faults["write", sent + each] = Fault.CUT_BEFORE
        await world.run()
        await world.run()
    assert "+m1" in await world.did()


async def test_quarantine_of_what_is_gone_is_forgotten(arena: MakeArena) -> None:
    """It keeps nothing from being cheap: what is gone is no work to come back to."""
    world = await _quarantined(arena)
    world.hold("m2")
    await world.run()
    assert len(world.store.load_ledger("S>T", Feature.WATCHLIST)) == 1
    world.clock.advance(days=31)
    await world.run()
    planned = world.store.load_planned("S>T", Feature.WATCHLIST)
    assert planned is not None
    assert planned.valid_until is None


def _outcome(kind: OutcomeKind, reason: Reason | None) -> Outcome:
    return Outcome(_operation(), kind, reason)


def _operation(action: Action = Action.ADD, keys: str = "a") -> Operation:
    return Operation(
        feature=Feature.WATCHLIST,
        side=Side.TARGET,
        action=action,
        item=parse("m1")[0].item,
        reason=Reason.MISSING,
        keys=tuple(keys.split()),
    )


NOT_FOUND = _outcome(OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
CUT = _outcome(OutcomeKind.FAILED, Reason.UNAVAILABLE)


@pytest.mark.parametrize(
    ("outcomes", "held"),
    [
        pytest.param([NOT_FOUND] * 2, None, id="twice"),
        pytest.param([NOT_FOUND] * 3, Reason.QUARANTINED, id="three times"),
        pytest.param([NOT_FOUND, CUT, NOT_FOUND, CUT, NOT_FOUND], Reason.QUARANTINED),
        pytest.param([CUT] * 9, None, id="bad luck is no quarantine"),
        pytest.param(
            [_outcome(OutcomeKind.UNRESOLVED, Reason.REJECTED)] * 3, Reason.QUARANTINED
        ),
        pytest.param(
            [NOT_FOUND, NOT_FOUND, _outcome(OutcomeKind.APPLIED, None), NOT_FOUND],
            None,
            id="not in a row",
        ),
        pytest.param(
            [NOT_FOUND] * 3 + [_outcome(OutcomeKind.ALREADY_THERE, None)],
            None,
            id="over",
        ),
        pytest.param(
            [_outcome(OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)],
            Reason.ACCOUNT_LIMIT,
            id="a full account",
        ),
        pytest.param([_outcome(OutcomeKind.FAILED, None)], None, id="no reason told"),
        pytest.param(
            [_outcome(OutcomeKind.UNRESOLVED, None)] * 3,
            Reason.QUARANTINED,
            id="not resolved, and no reason told",
        ),
    ],
)
def test_what_the_ledger_holds_back(
    outcomes: list[Outcome], held: Reason | None
) -> None:
    """Only what a service cannot place is left alone, and only for its time."""
    row = LedgerRow(keys="a b")
    for outcome in outcomes:
        row = row.after(outcome, READ_AT)
    operation = _operation()
    assert row.holds_back(READ_AT, operation) is held
    assert row.holds_back(READ_AT, _operation(keys="a c")) is None
    for_now = LIMIT_RETRY_AFTER if held is Reason.ACCOUNT_LIMIT else QUARANTINE_FOR
    just_before = READ_AT + for_now - timedelta(seconds=1)
    assert row.holds_back(just_before, operation) is held
    assert row.holds_back(READ_AT + for_now, operation) is None
    assert QUARANTINE_AFTER == 3


def test_what_cannot_be_removed_can_be_written() -> None:
    """An account that keeps an item is not asked to remove it, but given what is new."""
    row = LedgerRow(keys="a")
    for _ in range(QUARANTINE_AFTER):
        row = row.after(_outcome(OutcomeKind.UNRESOLVED, Reason.NOT_REMOVED), READ_AT)
    assert row.holds_back(READ_AT, _operation(Action.REMOVE)) is Reason.QUARANTINED
    assert row.holds_back(READ_AT, _operation(Action.ADD)) is None


def _known_on_both(keys: str, *, target_native: str) -> LedgerRow:
    """Return what the ledger knows of an item that both sides had on their lists."""
    return LedgerRow(
        row_id=1,
        keys=keys,
        source_native="s1",
        target_native=target_native,
        source_value="[null]",
        target_value="[null]",
        source_seen_at=1.0,
        target_seen_at=1.0,
    )


def _removing(mode: Mode) -> Rules:
    """Return the rules of watchlists from which what is gone is removed."""
    able = FeatureSupport(kinds=ALL_KINDS)
    return Rules(
        feature=Feature.WATCHLIST,
        policy=FeaturePolicy(remove=True),
        source=able,
        target=able,
        mode=mode,
    )


def test_what_was_never_listed_is_not_removed() -> None:
    """Who wrote it is told, both sides are looked at again, and it stays wanted."""
    (film,) = records("m1", Feature.WATCHLIST)
    own = Record(film.item, film.value, "own:m1", seen=False)
    row = _known_on_both(" ".join(film.keys), target_native="own:m1")
    rules = _removing(Mode.ONE_WAY)
    source, target = (
        Snapshot.of(Feature.WATCHLIST, held, READ_AT) for held in ((), (own,))
    )
    draft = plan_feature(source, target, [row], rules, now=READ_AT)
    assert list(draft.plan) == []
    assert draft.plan.reasons() == {Reason.NOT_LISTED: 1}
    assert draft.doubtful == {*Side}
    (match,) = draft.join.matches
    assert draft.open == {id(match)}


@pytest.mark.parametrize("order", [1, -1], ids=["as listed", "the other way round"])
def test_an_item_of_two_titles_is_not_removed_while_one_is_there(order: int) -> None:
    """What was lost may be what the side has under other ids, by any of its titles."""
    film = Item(MediaKind.SHOW, {"tvdb": "2"}, "Film", 2001)
    listed = [
        Record(each, Listed(), native_id)
        for each, native_id in ((film, "s1"), (replace(film, year=2000), "s2"))
    ]
    row = _known_on_both("show:tvdb:2", target_native="t1")
    twin = Record(Item(MediaKind.SHOW, {"tvdb": "1"}, "Film", 2000), Listed(), "t2")
    rules = _removing(Mode.TWO_WAY)
    source, target = (
        Snapshot.of(Feature.WATCHLIST, held, READ_AT)
        for held in (listed[::order], [twin])
    )
    plan = plan_feature(source, target, [row], rules, now=READ_AT).plan
    assert plan.count(Action.REMOVE) == 0
    assert plan.reasons()[Reason.AMBIGUOUS] == 1


def test_held_operations_are_reported_as_blocked() -> None:
    """Each of them is told, with the guard's reason, and counts as blocked."""
    skips = [
        Skip(
            feature=Feature.WATCHLIST,
            side=Side.TARGET,
            item=parse("m2")[0].item,
            reason=Reason.NO_IDS,
        )
    ]
    plan = Plan(Feature.WATCHLIST, [_operation(), _operation(Action.REMOVE)], skips)
    assert (plan.count(Action.ADD), plan.reasons()) == (1, {Reason.NO_IDS: 1})
    held = hold_all(plan, Reason.MASS_DELETE)
    assert list(held) == []
    report = report_run(held, ())
    assert (report.counts.blocked, report.counts.skipped) == (2, 1)
    assert {item.reason for item in report.items} == {Reason.NO_IDS, Reason.MASS_DELETE}
    assert status_of([report]) is RunStatus.BLOCKED
    assert report_dry_run(plan).counts.removed == 1
