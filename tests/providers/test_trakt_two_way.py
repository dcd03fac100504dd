"""A Trakt account as either side of a two-way pair: removals and taking them back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    Play,
    Rated,
    Record,
    Snapshot,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, OutcomeKind
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.trakt.capabilities import (
    FULL_READ_EVERY,
    TRUST_FOR,
)
from custom_components.crosswatch.providers.trakt.provider import TraktProvider
from tests.simulators.trakt import Title

from .operating import kinds
from .trakt_world import World, at, operation, own, trakt_world, write

APPLIED = OutcomeKind.APPLIED
THERE = OutcomeKind.ALREADY_THERE
FEATURES = (Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a Trakt with an account that holds more than a page of everything."""
    async with trakt_world(session, limiters) as world:
        world.trakt.behaviour.watched_leaves_watchlist = False
        world.trakt.alice.limits.watchlist = 1000
        for number, movie in enumerate(world.movies[:300]):
            day = datetime(2026, 4, 1 + number % 28, 12, number % 60, tzinfo=UTC)
            world.trakt.alice.watch(movie, day)
            world.trakt.alice.rate(movie, 7, day)
            world.trakt.alice.put_on_watchlist(movie, day)
        yield world


def take_away(world: World, feature: Feature, title: Title) -> None:
    """Let a person take a title out of a feature on the web site."""
    alice = world.trakt.alice
    match feature:
        case Feature.HISTORY:
            alice.unwatch(title)
        case Feature.RATINGS:
            alice.unrate(title)
        case _:
            alice.take_off_watchlist(title)


async def read(
    provider: TraktProvider, feature: Feature, previous: Snapshot | None = None
) -> Snapshot:
    """Read a feature as a run does: the marker first."""
    markers = await provider.activity([feature])
    snapshot = await provider.read(feature, previous)
    return replace(snapshot, marker=markers[feature])


async def test_it_has_no_libraries(world: World) -> None:
    """There is one place for everything."""
    provider = world.provider()
    assert await provider.libraries() == ()
    assert await provider.locate(["movie:1"]) == {}
    assert not any(support.libraries for support in provider.capabilities.values())
    assert world.trakt.count() == 0


@pytest.mark.parametrize("feature", FEATURES)
async def test_what_a_person_removes_is_gone(world: World, feature: Feature) -> None:
    """The marker moves, and the next read does not list it any more."""
    provider = world.provider()
    before = await read(provider, feature)
    later(world)
    gone = world.movies[3]
    take_away(world, feature, gone)
    after = await read(provider, feature, before)
    assert after.marker != before.marker
    assert after.records.keys() == before.records.keys() - {f"movie:{gone.trakt}"}


async def test_one_play_of_several_is_gone(world: World) -> None:
    """The title stays with its other plays."""
    provider, alice, movie = world.provider(), world.trakt.alice, world.movies[3]
    newest, *_ = alice.watch(movie, at(9))
    before = await read(provider, Feature.HISTORY)
    alice.remove_plays([newest])
    after = await read(provider, Feature.HISTORY, before)
    value = after.records[f"movie:{movie.trakt}"].value
    assert isinstance(value, Watched)
    assert (len(value.plays), value.count) == (1, 1)
    assert value.at == datetime(2026, 4, 4, 12, 3, tzinfo=UTC)


def later(world: World) -> None:
    """Let some time pass at Trakt, so that its stamps differ."""
    now = world.trakt.clock() + timedelta(seconds=5)
    world.trakt.clock = lambda: now


async def test_an_exchange_out_of_sight(world: World) -> None:
    """A play goes and an old one comes: the stamps tell that something happened."""
    provider, alice = world.provider(), world.trakt.alice
    before = await read(provider, Feature.HISTORY)
    later(world)
    # One of the last page goes, so that the first one stays as it is.
    gone, new = world.movies[0], world.episodes[0]
    alice.unwatch(gone)
    alice.watch(new, datetime(2020, 1, 1, tzinfo=UTC))
    after = await read(provider, Feature.HISTORY, before)
    assert f"movie:{gone.trakt}" not in after.records
    assert f"episode:{new.trakt}" in after.records
    assert len(after.records) == 300


async def test_an_exchange_beside_a_new_play(world: World) -> None:
    """What a new play explains is taken for all, until the next full read."""
    provider, alice = world.provider(), world.trakt.alice
    before = await read(provider, Feature.HISTORY)
    later(world)
    gone = world.movies[0]
    alice.unwatch(gone)
    alice.watch(world.episodes[0], datetime(2020, 1, 1, tzinfo=UTC))
    alice.watch(world.episodes[1], at(20))
    after = await read(provider, Feature.HISTORY, before)
    assert f"movie:{gone.trakt}" in after.records
    assert provider.capabilities[Feature.HISTORY].trust_marker_for == TRUST_FOR
    old = replace(after, full_read_at=after.full_read_at - FULL_READ_EVERY)
    last = await read(provider, Feature.HISTORY, old)
    assert f"movie:{gone.trakt}" not in last.records
    assert len(last.records) == 301


@pytest.mark.parametrize("feature", FEATURES)
async def test_our_own_writes_are_seen_at_the_next_read(
    world: World, feature: Feature
) -> None:
    """What was written with an old date is listed, and so it can be removed later."""
    provider, movie = world.provider(), world.movies[310]
    before = await read(provider, feature)
    long_ago = datetime(2020, 1, 1, 12, 0, 44, tzinfo=UTC)
    values: dict[Feature, Value] = {
        Feature.WATCHLIST: Listed(long_ago),
        Feature.HISTORY: Watched(long_ago),
        Feature.RATINGS: Rated(8, long_ago),
    }
    change = operation(movie, values[feature])
    later(world)
    assert kinds(await write(provider, [change])) == [APPLIED]
    after = await read(provider, feature, before.updated([own(change)]))
    assert len(after.records) == 301
    assert all(record.seen for record in after.records.values())
    value = after.records[f"movie:{movie.trakt}"].value
    if feature is not Feature.WATCHLIST:
        assert value.at is not None
        assert value.at.replace(second=0) == long_ago.replace(second=0)
    later(world)
    take_away(world, feature, movie)
    last = await read(provider, feature, after)
    assert len(last.records) == 300


@pytest.mark.parametrize("feature", FEATURES)
async def test_a_removal_and_back_again(world: World, feature: Feature) -> None:
    """What a run removed is put back as it was, however old it is."""
    provider, movie = world.provider(), world.movies[3]
    record: Record = (await read(provider, feature)).records[f"movie:{movie.trakt}"]
    native = (record.native_id,)
    remove = operation(
        record.item, action=Action.REMOVE, before=record.value, native_ids=native
    )
    assert kinds(await write(provider, [remove])) == [APPLIED]
    assert record.native_id not in (await read(provider, feature)).records
    assert kinds(await write(provider, [remove])) == [THERE]
    back = operation(record.item, record.value, native_ids=native)
    assert kinds(await write(provider, [back])) == [APPLIED]
    again = (await read(provider, feature)).records[record.native_id]
    match again.value, record.value:
        case Watched(), Watched():
            assert [play.at for play in again.value.plays] == [record.value.at]
        case Listed(), _:
            # The service sets the date of a list by itself.
            assert feature is Feature.WATCHLIST
        case _:
            assert again.value == record.value


async def test_a_rating_goes_back_to_what_it_was(world: World) -> None:
    """Also the date, which is older than that of the present rating."""
    provider, movie = world.provider(), world.movies[3]
    was = (await read(provider, Feature.RATINGS)).records[f"movie:{movie.trakt}"].value
    new = Rated(9, at(20))
    assert isinstance(was, Rated)
    for value, before in ((new, was), (was, new)):
        change = operation(movie, value, Action.UPDATE, before=before)
        assert kinds(await write(provider, [change])) == [APPLIED]
    after = (await read(provider, Feature.RATINGS)).records[f"movie:{movie.trakt}"]
    assert after.value == was


async def test_a_play_that_was_added_is_taken_back(world: World) -> None:
    """Before it was ever listed, and without touching the older one."""
    provider, movie = world.provider(), world.movies[3]
    add = operation(movie, Watched(at(20).replace(second=50)))
    (added,) = await write(provider, [add])
    assert added.kind is APPLIED
    undo = operation(
        movie,
        action=Action.REMOVE,
        before=Watched(at(20), (Play(at(20).replace(second=50)),)),
        native_ids=(added.address,),
    )
    assert kinds(await write(provider, [undo])) == [APPLIED]
    assert len(world.trakt.alice.history.of(movie)) == 1


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize(
    ("status", "error"), [(404, ProtocolError), (500, ProviderUnavailableError)]
)
async def test_a_status_is_never_an_empty_list(
    world: World, feature: Feature, status: int, error: type[ProviderError]
) -> None:
    """Whatever goes wrong, the read raises instead of returning a part."""
    provider = world.provider()
    before = await read(provider, feature)
    world.trakt.faults.fail(path=f"/sync/{feature.value}.*", status=status, times=99)
    with pytest.raises(error):
        await provider.read(feature, before)
    world.trakt.faults.clear()
    after = await provider.read(feature, before)
    assert dict(after.records) == dict(before.records)
