"""Tests of listings of our own writes: no news, and no second write while late."""

import pytest

from custom_components.crosswatch.engine.model import Feature, Record, Snapshot
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Result
from custom_components.crosswatch.engine.sightings import only_sightings

from .arena import moves
from .conftest import MakeArena
from .fake_account import FakeAccount, Fault
from .worlds import READ_AT, records, snapshot

WATCHLIST, HISTORY, RATINGS = Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS


def _with_own(listed: str, written: str, feature: Feature) -> Snapshot:
    """Return what was listed before, with what we wrote ourselves since."""
    own = [
        Record(record.item, record.value, f"own:{record.keys[0]}", seen=False)
        for record in records(written, feature)
    ]
    kept = snapshot(listed, feature).records.values()
    return Snapshot.of(feature, [*kept, *own], READ_AT)


def _listed_now(before: Snapshot, world: str) -> Snapshot:
    """Return a read in which what was listed before is the same object still."""
    now = snapshot(world, before.feature)
    kept = {
        name: before.records[name] if before.records.get(name) == record else record
        for name, record in now.records.items()
    }
    return Snapshot.of(before.feature, kept.values(), READ_AT)


@pytest.mark.parametrize(
    ("feature", "before", "written", "now", "expected"),
    [
        pytest.param(WATCHLIST, "m1", "m2", "m1 m2", True, id="listed"),
        pytest.param(WATCHLIST, "m1", "m2", "m1 m2 m3", False, id="one more"),
        pytest.param(WATCHLIST, "m1", "m2 m3", "m1 m2", False, id="one never listed"),
        pytest.param(WATCHLIST, "m1 m2", "m3", "m1 m3", False, id="another one gone"),
        pytest.param(WATCHLIST, "m1", "", "m1", False, id="nothing written"),
        pytest.param(WATCHLIST, "", "m1{tmdb}", "m1{imdb}", False, id="another id"),
        pytest.param(
            HISTORY,
            "",
            "m1@2024-01-01T10:00:40",
            "m1@2024-01-01T10:00",
            True,
            id="cut to the minute",
        ),
        pytest.param(
            HISTORY, "", "m1@2024-01-01", "m1@2024-01-02", False, id="another play"
        ),
        pytest.param(
            HISTORY,
            "",
            "m1@2024-01-01",
            "m1@2023-01-01,2024-01-01",
            False,
            id="a second play",
        ),
        pytest.param(HISTORY, "", "m1@2024-01-01", "m1", False, id="without its date"),
        pytest.param(RATINGS, "", "m1:7.6", "m1:8", True, id="rounded"),
        pytest.param(RATINGS, "", "m1:7.6", "m1:3", False, id="rated anew"),
    ],
)
def test_what_is_no_news(
    feature: Feature, before: str, written: str, now: str, expected: bool
) -> None:
    """Only the listing of what we wrote ourselves is none."""
    stored = _with_own(before, written, feature)
    read = _listed_now(stored, now)
    assert only_sightings(read, stored, rating_step=1.0) is expected


def test_a_record_that_is_still_not_listed_is_no_sighting() -> None:
    """Our own write under another address says nothing new of the account."""
    before = _with_own("", "m1", WATCHLIST)
    (record,) = before.records.values()
    moved = Record(record.item, record.value, "own:other", seen=False)
    now = Snapshot.of(WATCHLIST, [moved], READ_AT)
    assert not only_sightings(now, before, rating_step=1.0)


async def test_sightings_are_kept_but_nothing_is_planned(arena: MakeArena) -> None:
    """The run after a first sync reads, and finds that there is nothing to plan."""
    world = arena(FakeAccount(name="S"), FakeAccount(name="T", tells_native_ids=False))
    world.hold("m1 m2", "m3")
    assert await world.did() == "+m1 +m2"
    planned = world.store.load_planned("S>T", WATCHLIST)
    assert await world.did() == ""
    again = world.store.load_planned("S>T", WATCHLIST)
    assert planned is not None
    assert again == planned
    stored = world.store.load_snapshot("T", WATCHLIST)
    assert stored is not None
    assert [record.seen for record in stored.records.values()] == [True] * 3


async def test_late_listing_after_a_lost_answer(arena: MakeArena) -> None:
    """A play that arrived without an answer, and is listed late, is there once."""
    world = arena(
        FakeAccount(name="S"),
        FakeAccount(name="T", lag=1),
        feature=HISTORY,
        policy=FeaturePolicy(rewatches=True),
    )
    world.hold("m1@2024-01-01", "")
    world.target.faults["write", 1] = Fault.CUT_AFTER
    report = await world.run()
    assert [item.result for item in report.items] == [Result.UNKNOWN]
    assert await world.did() == ""
    assert await world.did() == ""
    assert world.target_shows == "m1@2024-01-01"


async def test_nothing_follows_a_batch_without_an_answer(arena: MakeArena) -> None:
    """What was not sent yet waits until it is clear what came of the first batch."""
    support = FeatureSupport(kinds=ALL_KINDS, batch_size=2)
    world = arena(FakeAccount(name="S"), FakeAccount(name="T", support=support))
    world.hold("m1 m2 m3 m4", "")
    world.target.faults["write", 1] = Fault.SILENT
    report = await world.run()
    assert len(world.target.requests.writes) == 1
    assert report.counts.added == 2
    results = sorted(item.result for item in report.items)
    assert results == [Result.APPLIED] * 2 + [Result.NOT_SENT] * 2
    assert OutcomeKind.UNKNOWN.value not in results
    assert await world.did() == "+m3 +m4"


@pytest.mark.parametrize(
    ("feature", "given", "listed", "told"),
    [
        (Feature.PROGRESS, "m1+600", "m1+1800", "T:m1:newer"),
        (Feature.RATINGS, "m1:7", "m1:9", "T:m1:newer"),
        (Feature.WATCHLIST, "m1@2025-12-01", "m1@2026-02-01", "T:m1:newer"),
        (Feature.RATINGS, "m1:7", "m1:7", "T-m1"),
        (Feature.WATCHLIST, "m1@2025-12-01", "m1@2025-12-01", "T-m1"),
    ],
)
async def test_what_is_listed_first_may_be_newer(
    arena: MakeArena, feature: Feature, given: str, listed: str, told: str
) -> None:
    """What a person says at the target before our write was listed there, stays."""
    world = arena(feature=feature, policy=FeaturePolicy(remove=True))
    rest = " ".join(f"m{number}:5+900@2024-01-01" for number in range(2, 6))
    world.hold(f"{given} {rest}", rest)
    assert moves(await world.run()) == "T+m1"
    world.clock.advance(hours=12)
    world.hold(rest, f"{listed} {rest}")
    said = []
    for _ in range(3):
        said.append(moves(await world.run(full_refresh=True)))
        world.clock.advance(hours=12)
    gone = told == "T-m1"
    assert said == ([told, "", ""] if gone else [told] * 3)
    assert ("m1" in world.target_shows) is not gone
