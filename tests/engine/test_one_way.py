"""The reference's rows for one-way watchlists, as far as this release goes.

Removals come later: where a row is about one, what counts here is that nothing is removed.
"""

from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import RunStatus

from .arena import did
from .conftest import MakeArena
from .fake_account import FakeAccount, Fault


@pytest.mark.parametrize(
    ("runs", "target"),
    [
        pytest.param([("m1 m3", "m1 m2", "+m3")], "m1 m2 m3", id="W1 first run"),
        pytest.param(
            [("m1 m3", "m1 m2", "+m3"), ("m1 m3", None, "")],
            "m1 m2 m3",
            id="W2 m2 was never at the source",
        ),
        pytest.param(
            [("m1 m3", "m1 m2", "+m3"), ("m1", None, "")],
            "m1 m2 m3",
            id="W3 m3 left the source: removals come later",
        ),
        pytest.param(
            [("m1 m3", "m1", "+m3"), ("m1", "m1", ""), ("m1 m3", None, "+m3")],
            "m1 m3",
            id="W4 m3 comes back after it was gone from both",
        ),
        pytest.param(
            [("m1", "", "+m1"), ("m1", "", ""), ("m1", None, "")],
            "",
            id="taken off the target before it was ever listed: not sent again",
        ),
        pytest.param(
            [("m1", "", "+m1"), ("m1", None, ""), ("m1", "", "+m1")],
            "m1",
            id="taken off the target after it was listed: the source still wants it",
        ),
        pytest.param([("", "m1 m2", "")], "m1 m2", id="W12 an empty source"),
        pytest.param([("m1{imdb,tmdb}", "m1{tmdb}", "")], "m1", id="W24 one shared id"),
        pytest.param(
            # Two ids that nobody links may be two films; adding one is undone easily,
            # leaving it out is not noticed.
            [("m1{imdb}", "m1{tmdb}", "+m1")],
            "m1 m1",
            id="W25 same title, other ids",
        ),
        pytest.param([("m1{imdb}", "m1{}", "")], "m1", id="W26 target has no ids"),
        pytest.param([("m1{}", "m1{tmdb}", "")], "m1", id="W26 source has no ids"),
        pytest.param(
            [("m1", "m1 m2", ""), ("m1 m3", None, "+m3")],
            "m1 m2 m3",
            id="W27 one more at the source",
        ),
        pytest.param(
            [("m1{imdb}", "m1{imdb}", ""), ("m1{imdb,tmdb}", None, "")],
            "m1",
            id="W36 the source gains an id",
        ),
        pytest.param(
            [("m1{imdb}", "m1{imdb}", ""), ("m1{tmdb}", None, "")],
            "m1",
            id="W37 the source changes to another id",
        ),
        pytest.param(
            [("m1{imdb}", "m1{imdb}", ""), ("m1{imdb}", "m1{tmdb}", "")],
            "m1",
            id="W37 the target changes to another id",
        ),
        pytest.param(
            [("m1#n", "m1", ""), ("m2#n", None, "+m2")],
            "m1 m2",
            id="the source takes its file for another film now",
        ),
        pytest.param(
            [("s1e1{|tvdb}#n", "s1e1", ""), ("s1e2{|tvdb}#n", None, "+s1e2")],
            "s1e1 s1e2",
            id="the source takes its file for another episode now",
        ),
        pytest.param(
            [
                ("s1e1{|tvdb}#a s1e2{|tvdb}#b", "s1e1 s1e2", ""),
                ("s1e2{|tvdb}#a s1e1{|tvdb}#b", None, ""),
            ],
            "s1e1 s1e2",
            id="the source had mixed up two episodes",
        ),
        pytest.param(
            [("m1{}#a m1{}#b m2", "", "+m2")],
            "m2",
            id="two items without ids that nothing tells apart",
        ),
    ],
)
@pytest.mark.parametrize("delta", [False, True], ids=["full", "delta"])
@pytest.mark.parametrize("marker", [False, True], ids=["no marker", "marker"])
async def test_one_way(
    arena: MakeArena,
    runs: list[tuple[str, str | None, str]],
    target: str,
    delta: bool,
    marker: bool,
) -> None:
    """Each run does what its row says, however the accounts are read."""
    world = arena()
    for account in world.accounts.values():
        account.has_delta, account.has_marker = delta, marker
    for source, at_target, expected in runs:
        world.hold(source, at_target)
        done = await world.did()
        assert [each for each in done.split() if each[0] in "+~-"] == expected.split()
        world.clock.advance(hours=12)
    assert world.target_shows == target
    # With nothing changed nothing is written.
    writes = len(world.target.requests.writes)
    assert (await world.run()).counts.added == 0
    assert len(world.target.requests.writes) == writes


@pytest.mark.parametrize(
    ("side", "request_", "fault", "reason"),
    [
        pytest.param(0, "read", Fault.NONSENSE, Reason.PROTOCOL_ERROR, id="W15"),
        pytest.param(0, "read", Fault.CUT_BEFORE, Reason.UNAVAILABLE, id="W16"),
        pytest.param(0, "read", Fault.PART, Reason.PROTOCOL_ERROR, id="W14 a part"),
        pytest.param(
            0, "activity", Fault.CUT_BEFORE, Reason.UNAVAILABLE, id="W16 early"
        ),
        pytest.param(1, "read", Fault.CUT_BEFORE, Reason.UNAVAILABLE, id="W17"),
        pytest.param(
            1, "activity", Fault.CUT_BEFORE, Reason.UNAVAILABLE, id="W17 early"
        ),
        pytest.param(0, "activity", Fault.SIGNED_OUT, Reason.AUTHENTICATION, id="W20"),
        pytest.param(
            1, "activity", Fault.SIGNED_OUT, Reason.AUTHENTICATION, id="W20 T"
        ),
        pytest.param(1, "read", Fault.RATE_LIMIT, Reason.RATE_LIMITED, id="G9"),
    ],
)
async def test_a_side_that_is_down_stops_the_run(
    arena: MakeArena, side: int, request_: str, fault: Fault, reason: Reason
) -> None:
    """Nothing is written without both sides; the next run makes up for it (W18)."""
    world = arena()
    world.hold("m1 m2", "m1")
    account = list(world.accounts.values())[side]
    account.faults[request_, 1] = fault
    report = await world.run()
    assert report.status is RunStatus.FAILED
    (failure,) = report.failures
    assert (failure.reason, failure.side.value) == (reason, ("source", "target")[side])
    assert report.counts.errors == 1
    assert world.target.requests.writes == []
    assert await world.did() == "+m2"


async def test_w21_dry_run_then_run(arena: MakeArena) -> None:
    """A dry run shows what the run then does, and changes nothing."""
    world = arena()
    world.hold("m1 m2 m3{}", "m1")
    await world.run()
    world.hold("m1 m2 m3{} m4 m5{}", "m1 m2")
    before = world.dump()
    dry = did(await world.run(dry_run=True))
    assert world.dump() == before
    assert len(world.target.requests.writes) == 1
    assert dry == did(await world.run()) == "+m4 skipped:m3:no_ids skipped:m5:no_ids"


async def test_w22_two_targets_in_one_run(arena: MakeArena) -> None:
    """Both pairs of a source do their work, and the source is read once."""
    world = arena(*(FakeAccount(name=name) for name in "ABC"))
    world.accounts["A"].hold(Feature.WATCHLIST, "m1 m2")
    snapshots = world.snapshots()
    for target in "BC":
        report = await world.run(pair=world.pair("A", target), snapshots=snapshots)
        assert did(report) == "+m1 +m2"
    assert len(world.accounts["A"].requests.reads) == 1
    assert world.accounts["A"].requests.activity == 1


async def test_w23_a_chain_in_one_run(arena: MakeArena) -> None:
    """What the first pair wrote, the second one carries on, without another read."""
    world = arena(*(FakeAccount(name=name) for name in "ABC"))
    world.accounts["A"].hold(Feature.WATCHLIST, "m1 m2")
    world.accounts["B"].hold(Feature.WATCHLIST, "m3")
    snapshots = world.snapshots()
    for source, target in ("AB", "BC"):
        await world.run(pair=world.pair(source, target), snapshots=snapshots)
    assert world.accounts["C"].shown(Feature.WATCHLIST) == "m1 m2 m3"
    for name in "ABC":
        assert len(world.accounts[name].requests.reads) == 1
        assert world.accounts[name].requests.activity == 1


@pytest.mark.parametrize("first_is_dry", [True, False])
async def test_a_dry_run_shares_its_reads_with_a_run(
    arena: MakeArena, first_is_dry: bool
) -> None:
    """What a dry run read is good for the next pair, and what is stored is whole."""
    world = arena(*(FakeAccount(name=name) for name in "ABC"))
    world.accounts["A"].hold(Feature.WATCHLIST, "m1 m2")
    world.accounts["C"].hold(Feature.WATCHLIST, "m3 m4")
    snapshots = world.snapshots()
    for source, dry_run in (("A", first_is_dry), ("B", not first_is_dry)):
        await world.run(
            pair=world.pair(source, "C"), snapshots=snapshots, dry_run=dry_run
        )
    await world.run(pair=world.pair("A", "C"), snapshots=snapshots)
    stored = world.store.load_snapshot("C", Feature.WATCHLIST)
    assert stored is not None
    names = sorted(record.item.title for record in stored.records.values())
    assert names == ["Film 1", "Film 2", "Film 3", "Film 4"]
    assert len(world.accounts["C"].requests.reads) == 1


async def test_w33_features_are_synced_in_a_fixed_order(arena: MakeArena) -> None:
    """History is first, whatever order the settings name (G8)."""
    world = arena()
    world.policies = dict.fromkeys(
        (Feature.WATCHLIST, Feature.RATINGS, Feature.HISTORY), FeaturePolicy()
    )
    report = await world.run()
    order = [Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS]
    assert list(report.features) == order
    assert [feature for feature, _ in world.source.requests.reads] == order
    narrowed = await world.run(features=frozenset({Feature.RATINGS}))
    assert list(narrowed.features) == [Feature.RATINGS]


@pytest.mark.parametrize(
    ("support", "source_holds", "expected"),
    [
        pytest.param({"kinds": frozenset()}, "m1", "skipped:m1:kind_not_supported"),
        pytest.param({"ids": frozenset({"tvdb"})}, "m1", "skipped:m1:no_ids"),
        pytest.param({}, "m1{}", "skipped:m1:no_ids", id="nothing to find it by"),
        pytest.param({"by_title": True}, "m1{}", "+m1", id="kept by title"),
        pytest.param({}, "s1e2{|}", "skipped:s1e2:no_ids"),
        pytest.param({}, "s1e2{|tmdb}", "+s1e2", id="found by its show"),
        pytest.param({}, "s1e2{tvdb|}", "+s1e2", id="found by its own id"),
        pytest.param(
            {"ids": frozenset({"tvdb"})},
            "s1e2{tvdb=5|tmdb}",
            "+s1e2",
            id="own id, show not known",
        ),
        pytest.param(
            {"ids": frozenset({"imdb"})},
            "s1e2{tvdb=5|tmdb}",
            "skipped:s1e2:no_ids",
            id="other ids",
        ),
    ],
)
async def test_what_the_target_cannot_take(
    arena: MakeArena,
    support: dict[str, frozenset[str] | bool],
    source_holds: str,
    expected: str,
) -> None:
    """It is skipped, and the reason is told again while nothing changes."""
    world = arena()
    held = replace(FeatureSupport(kinds=ALL_KINDS), **support)  # type: ignore[arg-type]
    world.target.support = held
    world.hold(source_holds)
    assert await world.did() == expected
    again = await world.did()
    assert again == ("" if expected.startswith("+") else expected)


async def test_two_alike_without_ids(arena: MakeArena) -> None:
    """Even a target that keeps items by title is not given two of a kind."""
    world = arena()
    world.target.support = replace(FeatureSupport(kinds=ALL_KINDS), by_title=True)
    world.hold("m1{} m1{} m2{}")
    alike = "skipped:m1:ambiguous skipped:m1:ambiguous"
    assert await world.did() == f"+m2 {alike}"
    assert await world.did() == alike


async def test_ids_that_two_items_claim(arena: MakeArena) -> None:
    """An item of which nothing is left but a contested id is not sent."""
    world = arena()
    world.hold("m1{imdb=tt1} m2{imdb=tt1,tmdb}")
    assert (await world.run()).counts.added == 1
    world.hold("s1e1{tvdb=5|} s1e2{tvdb=5|}")
    unclear = "skipped:s1e1:ambiguous skipped:s1e2:ambiguous"
    assert await world.did() == f"skipped:m1:removing_off {unclear}"


async def test_w35_never_found(arena: MakeArena) -> None:
    """What is not found three times in a row is left alone, and shown."""
    world = arena()
    world.target.unknown = frozenset({"movie:tmdb:1"})
    world.hold("m1")
    for _ in range(3):
        assert await world.did() == "unresolved:m1:not_found"
    assert await world.did() == "unresolved:m1:quarantined"
    assert await world.did(dry_run=True) == "unresolved:m1:quarantined"
    assert len(world.target.requests.writes) == 3


async def test_r24_adding_is_off(arena: MakeArena) -> None:
    """Without adding, the reason is told for each item."""
    world = arena(policy=FeaturePolicy(add=False))
    world.hold("m1 m2", "m2")
    assert await world.did() == "skipped:m1:adding_off"
    assert world.target.requests.writes == []
