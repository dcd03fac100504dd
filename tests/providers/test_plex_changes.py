"""What an unchanged Plex account costs, and how changes are noticed."""

from collections.abc import AsyncIterator, Callable
from itertools import product
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.plex import watch_some
from ..simulators.plex.model import Item as ServerItem
from .operating import operation
from .plex_world import (
    HISTORY,
    LISTS,
    PROGRESS,
    RATINGS,
    WATCHLIST,
    World,
    a_world,
    ago,
)

MOST_UNCHANGED = 8


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[World]:
    """Return a world in which much was done."""
    async with a_world(session, limiters, tmp_path) as world:
        watch_some(world.server, world.jon, world.seeded, films=15, episodes=20)
        for film in world.seeded.films[:4]:
            title = world.cloud.title(film.title, film.year)
            world.cloud.put_on_watchlist(world.jon, title)
        world.clock.move(hours=1)
        yield world


def fresh(world: World) -> ServerItem:
    """Return a film that was never touched."""
    seen = world.server.viewer(world.jon).views
    return next(film for film in world.seeded.films if film.guid not in seen)


async def markers(world: World) -> dict[Feature, str]:
    """Return the markers of all features."""
    return dict(await world.provider.activity(list(Feature)))


async def test_unchanged(world: World) -> None:
    """Nothing new takes no more than the requests that are named for it."""
    before = await markers(world)
    for feature in Feature:
        await world.read(feature)
    world.forget_requests()

    assert await markers(world) == before
    assert world.requests() <= MOST_UNCHANGED
    assert before.keys() == set(Feature)
    world.restart()
    world.forget_requests()
    assert await markers(world) == before
    assert world.requests() <= MOST_UNCHANGED


@pytest.mark.parametrize(
    ("feature", "change"),
    [
        pytest.param(HISTORY, lambda w: w.server.watch(w.jon, fresh(w)), id="watched"),
        pytest.param(
            HISTORY, lambda w: w.server.mark(w.jon, w.seeded.episodes[-1]), id="marked"
        ),
        pytest.param(
            HISTORY,
            lambda w: w.server.unmark(
                w.jon, next(p.item for p in w.server.doings.plays)
            ),
            id="unmarked",
        ),
        pytest.param(
            PROGRESS,
            lambda w: w.server.stop_at(w.jon, fresh(w), 500_000),
            id="begun",
        ),
        pytest.param(
            PROGRESS,
            lambda w: w.server.play_now(w.jon, w.seeded.films[3]),
            id="playing",
        ),
        pytest.param(
            RATINGS, lambda w: w.server.rate(w.jon, w.seeded.films[9], 3), id="rated"
        ),
        pytest.param(
            RATINGS,
            lambda w: w.server.rate(w.jon, w.seeded.series[1].children[0], 3),
            id="season rated",
        ),
        pytest.param(
            WATCHLIST,
            lambda w: w.cloud.take_off_watchlist(w.jon, w.cloud.watchlist(w.jon)[2]),
            id="taken off the watchlist",
        ),
    ],
)
async def test_markers_tell_changes(
    world: World, feature: Feature, change: Callable[[World], object]
) -> None:
    """Every change shows in the marker of its feature."""
    before = await markers(world)
    change(world)

    after = await markers(world)
    assert after[feature] != before[feature]


async def test_plex_tv_is_down(world: World) -> None:
    """The server goes on without the watchlist, which says itself what is wrong."""
    world.cloud.faults.fail(status=503, times=99)

    assert (await markers(world)).keys() == set(Feature) - {WATCHLIST}
    assert await world.read(HISTORY)
    with pytest.raises(ProviderUnavailableError):
        await world.read(WATCHLIST)


async def test_what_is_played_no_more(world: World) -> None:
    """The end of a session shows, also where the position stays what it was."""
    film = fresh(world)
    session = world.server.play_now(world.jon, film, 500_000)
    records = await world.read(PROGRESS)
    assert records[film.key].value.playing  # type: ignore[union-attr]
    before = await markers(world)

    del world.server.doings.sessions[session.player]

    assert (await markers(world))[PROGRESS] != before[PROGRESS]


async def same_as_full(world: World, snapshot: Snapshot) -> None:
    """Compare a snapshot that was brought up to date with a full read."""
    full = await world.snapshot(HISTORY)
    assert snapshot.records == full.records


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_delta(world: World, restarted: bool) -> None:
    """What is new is fetched alone, and leaves what a full read has."""
    before = await world.snapshot(HISTORY)
    world.clock.move(hours=2)
    again = next(p.item for p in world.server.doings.plays if not p.item.parent)
    world.server.watch(world.jon, again)
    world.server.watch(world.jon, fresh(world))
    world.server.mark(world.jon, world.seeded.episodes[-1])
    if restarted:
        world.restart()
    await world.provider.activity([HISTORY])
    world.forget_requests()

    after = await world.provider.read(HISTORY, before)

    assert after.full_read_at == before.full_read_at
    assert world.server.count("GET", LISTS) == 2
    assert world.requests() <= 6
    assert len(after.records) == len(before.records) + 2
    await same_as_full(world, after)
    world.forget_requests()
    # Nothing has changed since: it is the very same.
    assert await world.provider.read(HISTORY, after) is after


async def test_a_delta_over_several_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Much that is new comes in several pages."""
    world.server.behaviour.largest_page = 4
    before = await world.snapshot(HISTORY)
    world.clock.move(hours=2)
    for film in world.seeded.films:
        world.server.watch(world.jon, film)

    after = await world.snapshot(HISTORY, before)

    assert after.full_read_at == before.full_read_at
    await same_as_full(world, after)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda w: w.server.unmark(
                w.jon, next(p.item for p in w.server.doings.plays)
            ),
            id="unmarked",
        ),
        pytest.param(
            lambda w: w.server.mark(w.jon, fresh(w), ago(days=900)),
            id="marked with an old date",
        ),
        pytest.param(lambda w: w.server.remove(w.seeded.series[0]), id="removed"),
        pytest.param(lambda w: w.clock.move(days=2), id="a day has passed"),
    ],
)
async def test_where_a_delta_will_not_do(
    world: World, change: Callable[[World], object]
) -> None:
    """Whatever a delta may miss is read in full."""
    for episode in world.seeded.series[0].leaves():
        world.server.mark(world.jon, episode, ago(days=3))
    before = await world.snapshot(HISTORY)
    change(world)

    world.clock.move(seconds=1)
    after = await world.snapshot(HISTORY, before)

    assert after.full_read_at > before.full_read_at
    await same_as_full(world, after)


async def test_own_writes_have_to_be_listed(world: World) -> None:
    """What is known from a write alone is seen, or else it is gone."""
    before = await world.snapshot(HISTORY)
    film = fresh(world)
    item = before.records[next(iter(before.records))].item
    world.clock.move(hours=1)
    world.server.mark(world.jon, film)
    own = Record(item, Watched(ago(days=99)), film.key, seen=False)

    after = await world.snapshot(HISTORY, before.updated([own]))
    assert after.records[film.key].seen
    assert after.full_read_at == before.full_read_at

    world.clock.move(hours=1)
    stranger = fresh(world)
    lost = Record(item, Watched(ago(days=99)), stranger.key, seen=False)
    after = await world.snapshot(HISTORY, after.updated([lost]))
    assert stranger.key not in after.records
    assert after.full_read_at > before.full_read_at


async def test_many_watched_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many titles that were watched again the whole log is read."""
    before = await world.snapshot(HISTORY)
    world.clock.move(hours=2)
    for play in {p.item: p for p in world.server.doings.plays}.values():
        world.server.watch(world.jon, play.item)

    after = await world.snapshot(HISTORY, before)

    assert after.full_read_at == before.full_read_at
    await same_as_full(world, after)


async def test_a_filter_that_is_ignored(world: World) -> None:
    """A server that lists the unwatched as well is read in full, and rightly."""
    world.server.behaviour.ignored_filters.add("unwatched")
    before = await world.snapshot(HISTORY)
    world.server.watch(world.jon, fresh(world))

    after = await world.snapshot(HISTORY, before)

    assert len(after.records) == len(before.records) + 1


async def test_shared_users_without_the_whole_list(world: World) -> None:
    """Where all libraries cannot be listed as one, each is listed for itself."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann, [world.seeded.movies, world.seeded.shows])
    world.server.behaviour.library_all = False
    world.server.watch(ann, world.seeded.films[0], ago(days=1))
    world.server.watch(ann, world.seeded.episodes[0], ago(days=2))
    world.server.rate(ann, world.seeded.series[0], 7, ago(days=3))
    world.server.stop_at(ann, world.seeded.films[2], 500_000, ago(days=4))
    world.provider = world.provider_for(
        {
            **world.data,
            "token": world.server.token(ann),
            "account_token": world.cloud.sign_in(ann, "crosswatch-test-device"),
            "user_id": str(ann.id),
            "user_name": "Ann",
        }
    )

    history = await world.read(HISTORY)

    assert history.keys() == {world.seeded.films[0].key, world.seeded.episodes[0].key}
    assert (await world.read(RATINGS)).keys() == {world.seeded.series[0].key}
    assert (await world.read(PROGRESS)).keys() == {world.seeded.films[2].key}
    item = Item(MediaKind.MOVIE, history[world.seeded.films[0].key].item.ids, "")
    wanted = operation(item, Watched(ago(days=50)))
    world.server.unmark(ann, world.seeded.films[0])
    assert [o.kind.value async for o in world.provider.write(HISTORY, [wanted])] == [
        "applied"
    ]


@pytest.mark.parametrize(
    ("feature", "lie"),
    # A server says nothing of who it takes one for.
    [*product(Feature, ["empty", "cut"]), (WATCHLIST, "another's")],
)
@pytest.mark.parametrize("known", [True, False])
async def test_lists_that_lie(
    world: World, feature: Feature, lie: str, known: bool
) -> None:
    """What is missing is asked for itself, and tells that the list is not true."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann)
    for film in world.seeded.films:
        world.server.rate(world.jon, film, 7)
        world.server.stop_at(world.jon, film, 600_000)
    before = await world.snapshot(feature)
    assert before.records
    for behaviour in (world.server.behaviour, world.cloud.behaviour):
        match lie:
            case "empty":
                behaviour.empty_lists = True
            case "cut":
                behaviour.cut_lists, behaviour.honest_total = 2, False
            case _:
                behaviour.lists_of = ann
    if known:
        world.restart()

    with pytest.raises(ProtocolError):
        await world.read(feature, before if known else None)

    for behaviour in (world.server.behaviour, world.cloud.behaviour):
        behaviour.empty_lists, behaviour.lists_of = False, None
        behaviour.cut_lists, behaviour.honest_total = None, True
    assert await world.read(feature) == before.records


@pytest.mark.parametrize("feature", list(Feature))
async def test_what_is_truly_gone(world: World, feature: Feature) -> None:
    """All that is gone is gone, and not held against the list."""
    world.server.rate(world.jon, world.seeded.films[0], 7)
    before = await world.snapshot(feature)
    assert before.records
    for number, item in enumerate([*world.seeded.films, *world.seeded.episodes]):
        world.server.unmark(world.jon, item)
        world.server.rate(world.jon, item, None)
        if not number % 4:
            world.server.remove(item)
    for show in world.seeded.series:
        world.server.rate(world.jon, show, None)
    for number, title in enumerate(world.cloud.watchlist(world.jon)):
        world.cloud.take_off_watchlist(world.jon, title)
        world.cloud.behaviour.state_as_list = bool(number % 2)

    assert await world.read(feature, before) == {}
    assert await world.read(feature) == {}


async def test_the_log_of_what_is_new_only(world: World) -> None:
    """What was the newest before is listed again, and its log is not read again."""
    world.clock.move(days=60)
    before = await world.snapshot(HISTORY)
    world.clock.move(hours=1)
    world.server.watch(world.jon, fresh(world))
    world.forget_requests()
    after = await world.snapshot(HISTORY, before)
    assert len(after.records) == len(before.records) + 1
    logs = [
        request
        for request in world.server.requests
        if request.path == "/status/sessions/history/all"
    ]
    assert logs
    since = [int(each.query["viewedAt>"]) for each in logs if "viewedAt>" in each.query]
    assert min(since) > world.clock().timestamp() - 7 * 24 * 3600
