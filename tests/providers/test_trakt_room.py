"""What a full account is told, and how few requests it takes to find out."""

from collections.abc import Sequence
import json

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    Play,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind as Kind,
    Reason,
)
from custom_components.crosswatch.engine.provider import AccountLimitError
from custom_components.crosswatch.providers.trakt.provider import TraktProvider
from tests.simulators.base import FaultKind
from tests.simulators.trakt import Title

from .operating import kinds
from .trakt_world import World, at, operation, trakt_world
from .worlds import world_of

APPLIED, UNRESOLVED, UNKNOWN = Kind.APPLIED, Kind.UNRESOLVED, Kind.UNKNOWN
SETTINGS = "/users/settings"

world = world_of(trakt_world)


def adding(titles: Sequence[Title], value: Value) -> list[Operation]:
    """Return operations that say the same of titles."""
    return [operation(title, value) for title in titles]


async def write(
    provider: TraktProvider, operations: Sequence[Operation]
) -> tuple[list[Outcome], str]:
    """Return all outcomes in order, and what is said of a full account."""
    outcomes: dict[int, Outcome] = {}
    words = ""
    try:
        async for outcome in provider.write(operations[0].feature, operations):
            assert id(outcome.operation) not in outcomes
            outcomes[id(outcome.operation)] = outcome
    except AccountLimitError as err:
        words = str(err)
    return [outcomes[id(each)] for each in operations], words


async def read(provider: TraktProvider, feature: Feature) -> None:
    """Read a feature as a run does: the marker first."""
    await provider.activity([feature])
    await provider.read(feature, None)


async def test_known_from_the_read(world: World) -> None:
    """After a read the limit is asked for once, and nothing is refused."""
    provider = world.provider()
    await read(provider, Feature.WATCHLIST)
    world.trakt.reset_requests()
    movies = world.movies
    for batch in (movies[:100], movies[100:200], movies[200:300], movies[300:320]):
        outcomes, words = await write(provider, adding(batch, Listed()))
        fits = kinds(outcomes).count(APPLIED)
        assert kinds(outcomes) == [APPLIED] * fits + [UNRESOLVED] * (len(batch) - fits)
        assert bool(words) is (fits < len(batch))
    assert len(world.trakt.alice.watchlist.live) == 250
    assert world.trakt.count("GET") == world.trakt.count("GET", SETTINGS) == 1
    assert (world.trakt.writes(), world.trakt.refusals[420]) == (3, 0)
    assert "250 titles on the watchlist" in words
    assert words.endswith("remove some there, or get VIP for a higher limit")
    # Another run asks again: somebody may have paid.
    world.trakt.alice.vip = True
    world.trakt.alice.limits.watchlist = 300
    await provider.activity([Feature.WATCHLIST])
    outcomes, words = await write(provider, adding(movies[250:], Listed()))
    assert kinds(outcomes) == [APPLIED] * 50 + [UNRESOLVED] * 20
    assert "300 titles on the watchlist" in words
    assert words.endswith("remove some there")


async def test_little_costs_nothing(world: World) -> None:
    """For what fits in any account nobody asks."""
    for feature, value in (
        (Feature.WATCHLIST, Listed()),
        (Feature.RATINGS, Rated(5)),
        (Feature.HISTORY, Watched(at(1))),
    ):
        provider = world.provider()
        await read(provider, feature)
        world.trakt.reset_requests()
        await write(provider, adding(world.movies[:80], value))
        assert world.trakt.count() == 1
    # Nor, without a read, for a few.
    world.trakt.reset_requests()
    await write(world.provider(), adding(world.movies[100:120], Listed()))
    assert world.trakt.count() == 1


async def test_vip_known_from_the_start(world: World) -> None:
    """A limit that was told when the account was loaded is not asked for again."""
    world.trakt.alice.limits.watchlist = 5000
    provider = world.provider()
    await provider.identify()
    await read(provider, Feature.WATCHLIST)
    world.trakt.reset_requests()
    for start in (0, 100, 200):
        batch = world.movies[start : start + 100]
        outcomes, words = await write(provider, adding(batch, Listed()))
        assert set(kinds(outcomes)) == {APPLIED}
        assert not words
    assert world.trakt.count() == world.trakt.writes() == 3


async def test_told_again(world: World) -> None:
    """A limit that was told once more counts for records that are there already."""
    provider = world.provider()
    await provider.identify()
    await read(provider, Feature.WATCHLIST)
    world.trakt.alice.limits.watchlist = 5000
    await provider.identify()
    world.trakt.reset_requests()
    for start in (0, 100, 200):
        await write(provider, adding(world.movies[start : start + 100], Listed()))
    assert len(world.trakt.alice.watchlist.live) == 300
    assert world.trakt.count() == world.trakt.writes() == 3


async def test_counted_without_a_read(world: World) -> None:
    """Where an unchanged account was not read, it is counted before much is sent."""
    for movie in world.movies[:245]:
        world.trakt.alice.put_on_watchlist(movie)
    outcomes, _ = await write(world.provider(), adding(world.movies[245:320], Listed()))
    assert kinds(outcomes) == [APPLIED] * 5 + [UNRESOLVED] * 70
    assert world.trakt.refusals[420] == 0
    assert world.trakt.count("GET", "/sync/watchlist") == 1


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
async def test_ratings(world: World, told: bool) -> None:
    """The limit of ratings stands in a refusal only; changes take no room."""
    alice = world.trakt.alice
    alice.limits.ratings = 130
    for movie in world.movies[:100]:
        alice.rate(movie, 3)
    if not told:
        world.trakt.faults.fail(path="/sync/ratings", method="POST", status=420)
    provider = world.provider()
    changes = [
        operation(movie, Rated(8), Action.UPDATE, before=Rated(3))
        for movie in world.movies[:100]
    ]
    outcomes, words = await write(
        provider, [*changes, *adding(world.movies[100:200], Rated(8))]
    )
    fits = 30 if told else 0
    assert kinds(outcomes[100:]) == [APPLIED] * fits + [UNRESOLVED] * (100 - fits)
    assert len(alice.ratings.live) == 100 + fits
    assert f"no more than {100 + fits} ratings" in words
    if told:
        assert kinds(outcomes[:100]) == [APPLIED] * 100
    # The rest of the run knows.
    world.trakt.reset_requests()
    await write(provider, adding(world.movies[200:260], Rated(8)))
    assert world.trakt.count() == 0


async def test_history_is_filled_later(world: World) -> None:
    """Refused plays are not sent again in parts, but later ones fill what is left."""
    world.trakt.alice.limits.history = 50
    provider = world.provider()
    first, words = await write(provider, adding(world.movies[:60], Watched(at(1))))
    assert set(kinds(first)) == {UNRESOLVED}
    assert "50 plays" in words
    twice = Watched(at(2), (Play(at(1)), Play(at(2))))
    outcomes, _ = await write(
        provider,
        [
            *adding(world.movies[60:109], Watched(at(1))),
            operation(world.movies[110], twice),
            operation(world.movies[111], Watched(at(3))),
        ],
    )
    assert kinds(outcomes) == [APPLIED] * 49 + [UNRESOLVED, APPLIED]
    assert len(world.trakt.alice.history) == 50
    assert world.trakt.refusals[420] == 1


async def test_refused_against_all_numbers(world: World) -> None:
    """An account that refuses what should fit in takes no more, for that run."""
    headers = {"X-Account-Limit": "1000"}
    world.trakt.faults.fail(
        path="/sync/watchlist", method="POST", status=420, headers=headers, times=9
    )
    provider = world.provider()
    outcomes, words = await write(provider, adding(world.movies[:90], Listed()))
    assert {(each.kind, each.reason) for each in outcomes} == {
        (UNRESOLVED, Reason.ACCOUNT_LIMIT)
    }
    assert world.trakt.writes() == 1
    assert "is full" in words
    await write(provider, adding(world.movies[90:180], Listed()))
    assert world.trakt.writes() == 1


async def test_refused_without_a_number(world: World) -> None:
    """A refusal that tells no limit has it asked for, once a run."""
    world.trakt.alice.limits.watchlist = 260
    for movie in world.movies[:230]:
        world.trakt.alice.put_on_watchlist(movie)
    provider = world.provider()
    await read(provider, Feature.WATCHLIST)
    for _ in range(2):
        world.trakt.faults.fail(path="/sync/watchlist", method="POST", status=420)
        outcomes, _ = await write(provider, adding(world.movies[230:240], Listed()))
        assert set(kinds(outcomes)) == {UNRESOLVED}
    assert world.trakt.count("GET", SETTINGS) == 1
    # The second time nothing was sent, as nothing had room.
    assert world.trakt.writes() == 1
    world.trakt.faults.clear()
    await provider.activity([Feature.WATCHLIST])
    outcomes, words = await write(provider, adding(world.movies[230:270], Listed()))
    assert kinds(outcomes) == [APPLIED] * 30 + [UNRESOLVED] * 10
    assert "260 titles" in words


async def test_limit_that_is_lower_than_told(world: World) -> None:
    """A part that should have fitted and is refused as well is the last try."""
    world.trakt.alice.limits.watchlist = 40
    headers = {"X-Account-Limit": "60"}
    world.trakt.faults.fail(
        path="/sync/watchlist", method="POST", status=420, headers=headers, times=2
    )
    outcomes, _ = await write(world.provider(), adding(world.movies[:90], Listed()))
    assert set(kinds(outcomes)) == {UNRESOLVED}
    assert world.trakt.writes() == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"user": {"vip_og": True}},
        {"user": 1, "limits": []},
        {"limits": {"watchlist": {"item_count": 0}}},
        {"limits": {"watchlist": 5}},
    ],
)
async def test_odd_settings(world: World, settings: dict[str, object]) -> None:
    """Settings that tell no limit leave that of a free account."""
    provider = world.provider()
    await read(provider, Feature.WATCHLIST)
    world.trakt.faults.fail(path=SETTINGS, status=200, body=json.dumps(settings))
    for start in (0, 100, 200):
        batch = world.movies[start : start + 100]
        outcomes, words = await write(provider, adding(batch, Listed()))
    assert kinds(outcomes).count(APPLIED) == 50
    assert ("VIP" in words) is ("vip_og" not in str(settings))


async def test_in_doubt_it_is_counted_again(world: World) -> None:
    """After a write without an answer nobody knows what the account holds."""
    world.trakt.alice.limits.watchlist = 120
    provider = world.provider()
    await read(provider, Feature.WATCHLIST)
    world.trakt.faults.fail(path="/sync/watchlist", kind=FaultKind.CUT_AFTER)
    lost, _ = await write(provider, adding(world.movies[:60], Listed()))
    assert set(kinds(lost)) == {UNKNOWN}
    world.trakt.reset_requests()
    outcomes, words = await write(provider, adding(world.movies[60:160], Listed()))
    assert kinds(outcomes) == [APPLIED] * 60 + [UNRESOLVED] * 40
    assert words
    assert world.trakt.count("GET", "/sync/watchlist") == 2
