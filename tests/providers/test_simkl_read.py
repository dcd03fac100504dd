"""Reading a SIMKL account: complete, cheap, and right after every change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
import time

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    LeavesOut,
    ProtocolError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.simkl.stamps import Stamps
from tests.simulators.simkl import Bucket, Empty, Status, Title
from tests.simulators.simkl.model import LONG_AGO

from .simkl_world import World, at, item, simkl_world
from .worlds import world_of

HISTORY, WATCHLIST = Feature.HISTORY, Feature.WATCHLIST
RATINGS, PROGRESS = Feature.RATINGS, Feature.PROGRESS
ITEMS = "/sync/all-items.*"

world = world_of(simkl_world)


def settle(world: World) -> None:
    """Let some time pass at SIMKL since the last change, as if it had been earlier."""
    past = timedelta(hours=1)
    activities = world.alice.activities
    activities._last -= past  # noqa: SLF001
    for key, moment in activities._stamps.items():  # noqa: SLF001
        activities._stamps[key] = moment - past  # noqa: SLF001
    for entry in world.alice.entries.values():
        entry.changed_at -= past


def paths(world: World) -> list[str]:
    """Return what was asked for, without the parameters."""
    return [request.path for request in world.simkl.requests]


def same(first: Snapshot, second: Snapshot) -> bool:
    """Tell whether two snapshots say the same."""
    return dict(first.records) == dict(second.records)


async def test_identify(world: World) -> None:
    """The account is known by its number; what is paid for it is noticed."""
    provider = world.provider()
    assert not provider.capabilities[HISTORY].plays
    world.alice.plan = "vip"
    info = await provider.identify()
    assert (info.account_id, info.name) == (str(world.alice.user_id), "alice")
    assert provider.capabilities[HISTORY].plays
    assert world.simkl.count() == 1
    assert world.simkl.unnamed == 0


@pytest.mark.parametrize("feature", [HISTORY, WATCHLIST, RATINGS, PROGRESS])
async def test_unchanged_is_one_request(world: World, feature: Feature) -> None:
    """An unchanged account is asked once, for all features."""
    film, show = world.films[0], world.shows[0]
    world.alice.watch(film, None, at(1))
    world.alice.rate(show, 8, at(1))
    world.alice.put_on(world.films[1], Status.PLANTOWATCH)
    world.alice.pause(world.films[2], None, 30)
    settle(world)
    snapshot = await world.read(feature)
    world.simkl.reset_requests()
    assert await world.unchanged(feature, snapshot)
    assert world.simkl.count() == 1


async def test_full_reads(world: World) -> None:
    """A first read goes part by part, and asks twice about what looks empty."""
    world.alice.watch(world.films[0], None, at(1))
    world.alice.watch(world.shows[0], world.shows[0].regular()[0], at(2))
    snapshot = await world.read(HISTORY)
    assert {each.item.kind for each in snapshot.records.values()} == {
        MediaKind.MOVIE,
        MediaKind.EPISODE,
    }
    assert paths(world) == [
        "/sync/activities",
        "/sync/all-items/movies",
        "/sync/all-items/shows",
        "/sync/all-items/anime",
    ]
    assert not (await world.read(WATCHLIST)).records
    assert paths(world)[1:] == [
        "/sync/all-items/movies/plantowatch",
        "/sync/all-items/movies/plantowatch",
        "/sync/all-items/shows/plantowatch",
        "/sync/all-items/shows/plantowatch",
        "/sync/all-items/anime/plantowatch",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "{}",
        "[]",
        '[{"type": "null", "body": null}]',
        '{"movies": null, "shows": null, "anime": null}',
    ],
)
async def test_empty_by_mistake(world: World, body: str) -> None:
    """A part of the library that only looks empty is no empty account."""
    world.alice.watch(world.films[0], None, at(1))
    path = "/sync/all-items/movies"
    world.simkl.faults.fail(path=path, status=200, body=body)
    assert len((await world.read(HISTORY)).records) == 1
    world.simkl.faults.clear()
    world.simkl.faults.fail(path=path, status=200, body=body)
    world.simkl.faults.fail(path=path, on_call=3, status=200, body=body)
    with pytest.raises(ProtocolError, match="not whole"):
        await world.read(HISTORY)


async def test_large_accounts(world: World) -> None:
    """A part of the library that is too large to be listed comes list by list."""
    for film in world.films[:3]:
        world.alice.watch(film, None, at(1))
    world.alice.put_on(world.films[3], Status.DROPPED)
    for episode in world.shows[0].regular():
        world.alice.watch(world.shows[0], episode, at(1))
    whole = await world.read(HISTORY)
    world.simkl.behaviour.max_items = 2
    assert same(await world.read(HISTORY), whole)
    assert world.simkl.count("GET", "/sync/all-items/movies/.*") == 3
    world.simkl.faults.fail(path=ITEMS, status=400, body="max_items", times=20)
    with pytest.raises(ProtocolError, match="too many titles"):
        await world.read(HISTORY)


async def test_other_clocks(world: World) -> None:
    """What time it is at SIMKL is taken from its answers, if they tell it."""
    world.alice.watch(world.films[0], None, at(1))
    block = {"completed": "2020-01-01T00:00:10Z"}
    body = json.dumps({"movies": block, "tv_shows": block, "anime": block})
    for date, fresh in (
        ("Wed, 01 Jan 2020 00:00:20 GMT", True),
        ("Wed, 01 Jan 2020 00:00:20 -0000", True),
        ("Wed, 01 Jan 2020 00:00:50 GMT", False),
        ("odd", False),
    ):
        world.simkl.faults.fail(
            path="/sync/activities", status=200, body=body, headers={"Date": date}
        )
        markers = await world.provider().activity([HISTORY])
        assert markers[HISTORY].endswith("fresh") is fresh, date
        world.simkl.faults.clear()


async def test_other_refusals(world: World) -> None:
    """A refusal that nobody knows is told with its status."""
    for path in ("/sync/activities", "/users/settings"):
        world.simkl.faults.fail(path=path, status=418, body="[]")
    with pytest.raises(ProtocolError, match="418"):
        await world.read(HISTORY)
    with pytest.raises(ProtocolError, match="418"):
        await world.provider().identify()
    assert await world.provider().activity([]) == {}


@pytest.mark.parametrize("empty", list(Empty))
async def test_empty_accounts(world: World, empty: Empty) -> None:
    """An account on which nothing was ever done is empty in any way."""
    world.simkl.behaviour.empty = empty
    for feature in (HISTORY, WATCHLIST, RATINGS, PROGRESS):
        assert not (await world.read(feature)).records


async def test_a_change_is_two_requests(world: World) -> None:
    """What is new in one part of the library takes one request more."""
    world.alice.watch(world.films[0], None, at(1))
    world.alice.watch(world.shows[0], world.shows[0].regular()[0], at(2))
    settle(world)
    before = await world.read(HISTORY)
    world.alice.watch(world.films[1], None, at(3))
    after = await world.read(HISTORY, before)
    assert paths(world) == ["/sync/activities", "/sync/all-items/movies"]
    assert len(after.records) == 3
    assert same(after, await world.read(HISTORY))
    settle(world)
    before = await world.read(HISTORY)
    world.alice.watch(world.films[2], None, at(3))
    world.alice.watch(world.shows[0], world.shows[0].regular()[1], at(4))
    after = await world.read(HISTORY, before)
    assert paths(world) == ["/sync/activities", "/sync/all-items"]
    assert same(after, await world.read(HISTORY))


async def test_unwatched_episodes(world: World) -> None:
    """An episode that is taken back is missing from the row of its series."""
    show = world.shows[0]
    for episode in show.regular()[:3]:
        world.alice.watch(show, episode, at(1))
    settle(world)
    before = await world.read(HISTORY)
    world.alice.unwatch(show, show.regular()[:1])
    after = await world.read(HISTORY, before)
    assert len(after.records) == 2
    assert world.simkl.count() == 2


async def test_what_left_the_library(world: World) -> None:
    """A removal is told by a stamp: then the numbers of all titles are compared."""
    show, film, other = world.shows[0], world.films[0], world.films[1]
    world.alice.watch(show, show.regular()[0], at(1))
    world.alice.watch(film, None, at(1))
    world.alice.watch(other, None, at(1))
    settle(world)
    before = await world.read(HISTORY)
    world.alice.remove(show)
    world.alice.remove(film)
    after = await world.read(HISTORY, before)
    assert [each.item.title for each in after.records.values()] == [other.name]
    assert [each.query.get("extended") for each in world.simkl.requests] == [
        None,
        "full_anime_seasons",
        "simkl_ids_only",
    ]


async def test_lists(world: World) -> None:
    """What moves to another list leaves the watchlist, without reading all of it."""
    first, second = world.films[:2]
    world.alice.put_on(first, Status.PLANTOWATCH, at(1))
    world.alice.put_on(second, Status.PLANTOWATCH, at(2))
    world.alice.put_on(world.shows[0], Status.WATCHING)
    settle(world)
    before = await world.read(WATCHLIST)
    assert {each.value for each in before.records.values()} == {
        Listed(at(1)),
        Listed(at(2)),
    }
    world.alice.watch(first, None, at(3))
    after = await world.read(WATCHLIST, before)
    assert [each.item.title for each in after.records.values()] == [second.name]
    assert world.simkl.count() == 2


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ({}, {Status.PLANTOWATCH}),
        ({"include_watching": True}, {Status.PLANTOWATCH, Status.WATCHING}),
        ({"include_hold": True}, {Status.PLANTOWATCH, Status.HOLD}),
        (
            {"include_hold": True, "include_watching": True},
            {Status.PLANTOWATCH, Status.WATCHING, Status.HOLD},
        ),
    ],
)
async def test_lists_that_count(
    world: World, options: dict[str, bool], listed: set[Status]
) -> None:
    """A person says which lists count as the watchlist."""
    show, other = world.shows
    anime = world.anime()
    titles = dict(zip(Status, (world.films[0], show, other, *anime), strict=True))
    for status, title in titles.items():
        world.alice.put_on(title, status)
    world.options = dict(options)
    snapshot = await world.read(WATCHLIST)
    wanted = {title.name for status, title in titles.items() if status in listed}
    assert {each.item.title for each in snapshot.records.values()} == wanted


async def test_ratings(world: World) -> None:
    """A rating that was taken back is noticed: only its part is listed again."""
    film, show = world.films[0], world.shows[0]
    world.alice.rate(film, 7, at(1))
    world.alice.rate(show, 9, at(2))
    settle(world)
    before = await world.read(RATINGS)
    assert {each.value for each in before.records.values()} == {
        Rated(7.0, at(1)),
        Rated(9.0, at(2)),
    }
    world.alice.unrate(film)
    after = await world.read(RATINGS, before)
    assert [each.item.title for each in after.records.values()] == [show.name]
    assert world.simkl.count("GET", "/sync/ratings/shows/.*") == 0
    world.alice.remove(show)
    assert not (await world.read(RATINGS, after)).records


async def test_positions(world: World) -> None:
    """Positions are in percent; SIMKL forgets them, which is no removal."""
    show = world.shows[0]
    world.alice.pause(world.films[0], None, 20.55, at(1))
    world.alice.pause(show, show.regular()[0], 30, at(2))
    snapshot = await world.read(PROGRESS)
    assert {each.value for each in snapshot.records.values()} == {
        Progress(percent=20.55, at=at(1)),
        Progress(percent=30.0, at=at(2)),
    }
    assert world.simkl.count() == 2
    assert world.provider().capabilities[PROGRESS].forgets
    world.alice.pause(show, show.regular()[1], 40, at(3))
    snapshot = await world.read(PROGRESS, snapshot)
    places = {each.item.place for each in snapshot.records.values()}
    assert places == {None, "s1e2"}


async def test_too_many_positions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that is cut off at its limit is no whole list."""
    module = "custom_components.crosswatch.providers.simkl.reading.MAX_SESSIONS"
    monkeypatch.setattr(module, 1)
    world.alice.pause(world.films[0], None, 20)
    with pytest.raises(ProtocolError, match="too many"):
        await world.read(PROGRESS)


async def test_dates_that_nobody_remembers(world: World) -> None:
    """What was watched long ago has no date, and what is complete needs none."""
    film, show = world.films[0], world.shows[0]
    world.alice.watch(film, None, LONG_AGO)
    world.alice.rate(world.films[1], 8)
    world.alice.put_on(show, Status.COMPLETED)
    entry = world.alice.entry(show)
    assert entry is not None
    entry.watched = dict.fromkeys(entry.watched)
    snapshot = await world.read(HISTORY)
    assert len(snapshot.records) == 2 + len(show.regular())
    assert {each.value for each in snapshot.records.values()} == {Watched(None)}


async def test_watched_and_planned_again(world: World) -> None:
    """A film that was moved back to the planned ones was watched all the same."""
    film = world.films[0]
    world.alice.watch(film, None, at(1))
    world.alice.put_on(film, Status.PLANTOWATCH)
    [record] = (await world.read(HISTORY)).records.values()
    assert record.value == Watched(at(1))
    assert len((await world.read(WATCHLIST)).records) == 1


async def test_anime_as_tvdb_counts(world: World) -> None:
    """Where SIMKL tells the place in the series at TVDB, that is the place."""
    first, later = world.anime()
    for part in (first, later):
        world.alice.watch(part, part.regular()[1], at(1))
    records = list((await world.read(HISTORY)).records.values())
    assert [each.item.place for each in records] == ["s1e2", "s2e2"]
    assert all(
        each.item.show.ids == {"tvdb": "267440"} for each in records if each.item.show
    )
    assert "tvdb:267440#s2e2" in records[1].keys
    world.alice.pause(later, later.regular()[2], 40)
    [record] = (await world.read(PROGRESS)).records.values()
    assert "tvdb:267440#s2e3" in record.keys
    assert record.native_id == f"episode:{later.simkl}:1:3"


async def test_anime_without_a_place(world: World) -> None:
    """Else it is a place in a part of the series, which others may know: no guess."""
    _, later = world.anime(mapped=False)
    world.alice.watch(later, later.regular()[1], at(1))
    [record] = (await world.read(HISTORY)).records.values()
    assert record.item.show is not None
    assert record.item.show.ids.keys() == {"simkl", "mal", "anidb"}
    assert record.item.place == "s1e2"
    assert not any("tvdb" in key for key in record.keys)


async def test_parts_of_series(world: World) -> None:
    """A later part of a series is not taken for the series."""
    first, later = world.anime()
    world.alice.put_on(first, Status.PLANTOWATCH)
    world.alice.put_on(later, Status.PLANTOWATCH)
    world.alice.rate(later, 9)
    records = {
        each.item.title: each for each in (await world.read(WATCHLIST)).records.values()
    }
    assert records[first.name].item.ids["tvdb"] == "267440"
    assert records[later.name].item.ids.keys() == {"simkl", "mal", "anidb"}
    assert records[first.name].native_id == f"anime:{first.simkl}"
    [rated] = (await world.read(RATINGS)).records.values()
    assert "tvdb" not in rated.item.ids
    # SIMKL's description of its ratings knows no such parameter.
    asked = [each for each in world.simkl.requests if "/ratings/" in each.path]
    assert asked
    assert not any("extended" in each.query for each in asked)


async def test_anime_films(world: World) -> None:
    """Films among anime are films."""
    film = world.simkl.library.add(
        Bucket.ANIME, "Kimi", 2016, {"imdb": "tt5311514"}, anime_type="movie"
    )
    episode = world.simkl.library.add_episode(film, (1, 1), "")
    world.alice.watch(film, episode, at(1))
    [record] = (await world.read(HISTORY)).records.values()
    assert record.item.kind is MediaKind.MOVIE
    assert record.value == Watched(at(1))


async def test_late_listing(world: World) -> None:
    """What a read missed though its stamp had moved is found by the next one."""
    film = world.films[0]
    world.simkl.behaviour.read_lag = 4
    world.alice.watch(film, None, at(1))
    missed = await world.read(HISTORY)
    assert not missed.records
    assert missed.marker.endswith(" fresh")
    assert await world.unchanged(HISTORY, missed)
    settle(world)
    assert not await world.unchanged(HISTORY, missed)
    # The stamp of the change is the same as before, told without our tool.
    moved = replace(missed, marker=(await world.read(HISTORY)).marker + " fresh")
    found = await world.read(HISTORY, moved)
    assert len(found.records) == 1
    assert await world.unchanged(HISTORY, found)
    assert world.simkl.count(path=ITEMS) == 1
    assert world.simkl.count(path="/sync/all-items/movies") == 1


async def test_late_ratings(world: World) -> None:
    """So it is with ratings, of which only what changed last is listed again."""
    world.alice.rate(world.shows[0], 5, at(1))
    settle(world)
    before = await world.read(RATINGS)
    world.simkl.behaviour.read_lag = 2
    world.alice.rate(world.films[0], 8, at(2))
    missed = await world.read(RATINGS, before)
    assert len(missed.records) == 1
    assert missed.marker.endswith(" fresh")
    found = await world.read(RATINGS, missed)
    assert len(found.records) == 2
    assert world.simkl.count(path="/sync/ratings/.*") == 1


async def test_own_writes_give_way(world: World) -> None:
    """What we wrote is replaced by what is listed, whatever it is called there."""
    film, show = world.films[0], world.shows[0]
    settle(world)
    before = await world.read(HISTORY)
    own = [
        Record(item(film), Watched(at(1)), "own:film", seen=False),
        Record(
            item(show, show.regular()[0]), Watched(at(1)), "own:episode", seen=False
        ),
        Record(item(world.films[1]), Watched(at(1)), "own:other", seen=False),
    ]
    world.alice.watch(film, None, at(1))
    world.alice.watch(show, show.regular()[0], at(1))
    for marker in (before.marker, ""):
        noted = replace(before.updated(own), marker=marker)
        after = await world.read(HISTORY, noted)
        seen = {name for name, each in after.records.items() if each.seen}
        assert seen == {f"movie:{film.simkl}", f"episode:{show.simkl}:1:1"}
        assert set(after.records) - seen == {"own:other"}


async def test_without_a_marker(world: World) -> None:
    """All since the last full read is asked for, and what has left since."""
    world.alice.watch(world.films[0], None, at(1))
    world.alice.watch(world.films[1], None, at(1))
    snapshot = replace(await world.read(HISTORY), marker="")
    world.alice.remove(world.films[0])
    after = await world.read(HISTORY, snapshot)
    assert len(after.records) == 1
    assert world.simkl.count() == 5


async def test_once_a_week(world: World) -> None:
    """What changes have made of a list is checked now and then."""
    world.alice.watch(world.films[0], None, at(1))
    snapshot = await world.read(HISTORY)
    old = datetime.now(UTC) - timedelta(days=8)
    wrong = replace(snapshot.updated(removed=list(snapshot.records)), full_read_at=old)
    world.alice.watch(world.films[1], None, at(2))
    assert len((await world.read(HISTORY, wrong)).records) == 2


async def test_dropped_titles(world: World) -> None:
    """What was dropped is named where that is wanted, and asked for once a change."""
    show = world.shows[0]
    world.alice.put_on(show, Status.DROPPED)
    world.simkl.reset_requests()
    assert not await world.provider().left_out(HISTORY)
    assert not world.simkl.count()
    world.options = {"dropped": True}
    provider = world.provider()
    assert isinstance(provider, LeavesOut)
    await provider.activity([HISTORY])
    keys = await provider.left_out(HISTORY)
    assert f"show:tvdb:{show.ids['tvdb']}" in keys
    assert not await provider.left_out(RATINGS)
    await provider.activity([HISTORY])
    await provider.left_out(WATCHLIST)
    assert world.simkl.count("GET", "/sync/all-items/.*") == 1
    world.alice.put_on(world.anime()[1], Status.DROPPED)
    await provider.activity([HISTORY])
    later = await provider.left_out(HISTORY)
    assert {"show:mal:25777"} == {key for key in set(later) - set(keys) if "mal" in key}


async def test_refusals(world: World) -> None:
    """A login that ended, an app that is gone and one that is exhausted differ."""
    world.simkl.behaviour.exhausted = True
    with pytest.raises(RateLimitedError) as limited:
        await world.read(HISTORY)
    assert limited.value.retry_after == 3600
    world.simkl.behaviour.exhausted = False
    world.simkl.apps.clear()
    with pytest.raises(AuthenticationError, match="client ID"):
        await world.read(HISTORY)
    world.simkl.apps.add(world.simkl.CLIENT_ID)
    world.simkl.pins.revoke()
    with pytest.raises(AuthenticationError, match="login"):
        await world.read(HISTORY)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sync/all-items/movies", '"odd"'),
        ("/sync/all-items/movies", '{"odd": 1}'),
        ("/sync/all-items/movies", '{"movies": {}}'),
        ("/sync/all-items/movies", '{"movies": [1]}'),
        ("/sync/all-items/movies", '{"movies": [{"movie": {"ids": {}}}]}'),
        ("/sync/all-items/movies", '{"movies": [{"status": "completed"}]}'),
        ("/sync/all-items/shows", '{"shows": [{"show": {"ids": {"simkl": 0}}}]}'),
        (
            "/sync/all-items/shows",
            '{"shows": [{"show": {"ids": {"simkl": 1}}, "watched_episodes_count": 2}]}',
        ),
        (
            "/sync/all-items/shows",
            '{"shows": [{"show": {"ids": {"simkl": 1}}, "seasons": [1]}]}',
        ),
        ("/sync/activities", "[]"),
    ],
)
async def test_nonsense(world: World, path: str, body: str) -> None:
    """What makes no sense is told as such, never taken for less than there is."""
    world.alice.watch(world.films[0], None, at(1))
    world.simkl.faults.fail(path=path, status=200, body=body)
    with pytest.raises(ProtocolError):
        await world.read(HISTORY)


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"movies": 1, "tv_shows": {}, "anime": {}}',
        '{"movies": {"completed": 5}, "tv_shows": {}, "anime": {}}',
        '{"movies": {"completed": "odd"}, "shows": {}, "anime": {}}',
    ],
)
async def test_odd_stamps(world: World, body: str) -> None:
    """Stamps that make no sense are no marker: all is read."""
    world.alice.watch(world.films[0], None, at(1))
    world.simkl.faults.fail(path="/sync/activities", status=200, body=body, times=9)
    provider = world.provider()
    assert await provider.activity([HISTORY]) == {}
    assert len((await provider.read(HISTORY, None)).records) == 1


def test_markers() -> None:
    """A marker that is not ours says nothing."""
    assert Stamps.from_marker(HISTORY, "") is None
    assert Stamps.from_marker(PROGRESS, " ".join("odd" for _ in range(9))) is None
    never = Stamps.from_marker(PROGRESS, " ".join("-" * 9))
    assert never is not None
    assert never.since() is None
    assert never.latest() == []
    assert never.marker(at(1)) == " ".join("-" * 9)


async def test_ten_thousand(world: World) -> None:
    """A first read of 10,000 plays takes little time."""
    add, alice = world.simkl.library.add, world.alice
    titles: list[Title] = [
        add(Bucket.MOVIES, f"Film {number}", 2000, {"imdb": f"tt{number + 10_000_000}"})
        for number in range(5000)
    ]
    for number in range(200):
        show = add(Bucket.SHOWS, f"Show {number}", 2000, {"tvdb": str(number + 70_000)})
        for episode in range(1, 26):
            world.simkl.library.add_episode(show, (1, episode), "")
        alice.put_on(show, Status.COMPLETED, at(2))
    for title in titles:
        alice.watch(title, None, at(1))
    began = time.process_time()
    snapshot = await world.read(HISTORY)
    assert len(snapshot.records) == 10_000
    # The simulator's own part is in it.
    assert time.process_time() - began < 2.5
