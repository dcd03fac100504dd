"""Reading from a Plex server, over real sockets."""

from functools import partial

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Library,
    MediaKind,
    Progress,
    Rated,
    Record,
    Watched,
)
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
    RateLimitedError,
)

from ..simulators.base import FaultKind
from ..simulators.plex import Oddities, watch_some
from .plex_world import (
    HISTORY,
    LISTS,
    LOG,
    PROGRESS,
    RATINGS,
    WATCHLIST,
    World,
    a_world,
    ago,
)
from .worlds import world_with_files_of

world = world_with_files_of(a_world)
# A world whose libraries have grown for years.
odd = world_with_files_of(partial(a_world, oddities=Oddities(second_copy=4)))


def watched(record: Record) -> Watched:
    """Return what a record of the history says."""
    assert isinstance(record.value, Watched)
    return record.value


async def test_identity(world: World) -> None:
    """The account is the user on the server, whoever else is on it."""
    info = await world.provider.identify()

    assert info.account_id == f"{world.server.machine_identifier}_1"
    assert info.name == "Jon (Tower)"
    assert info.version == world.server.version


async def test_history_has_every_play(world: World) -> None:
    """Films and episodes, played and marked, with each play that was logged."""
    film, marked = world.seeded.films[:2]
    episode = world.seeded.episodes[3]
    world.server.watch(world.jon, film, ago(days=9))
    world.server.watch(world.jon, film, ago(days=2))
    world.server.mark(world.jon, marked, ago(days=5))
    world.server.watch(world.jon, episode, ago(days=1))

    records = await world.read(HISTORY)

    assert records.keys() == {film.key, marked.key, episode.key}
    twice = watched(records[film.key])
    assert [play.at for play in twice.plays] == [ago(days=9), ago(days=2)]
    assert (twice.at, twice.count) == (ago(days=2), 2)
    once = watched(records[marked.key])
    assert [play.at for play in once.plays] == [ago(days=5)]
    assert records[film.key].item.ids["tmdb"].isdecimal()
    item = records[episode.key].item
    assert item.kind is MediaKind.EPISODE
    assert item.show is not None
    assert item.show.ids.keys() >= {"tmdb", "tvdb"}
    assert episode.parent is not None
    assert (item.season, item.number) == (episode.parent.index, episode.index)
    assert records[film.key].library == world.seeded.movies.key


async def test_no_play_of_others(world: World) -> None:
    """What others do on the server is theirs."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann)
    world.server.watch(ann, world.seeded.films[0], ago(days=1))

    assert await world.read(HISTORY) == {}


async def test_paging(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list comes in pages, all of which are read, in whatever order."""
    world.server.behaviour.largest_page = 7
    watch_some(world.server, world.jon, world.seeded, films=25, episodes=20, marked=0.0)

    records = await world.read(HISTORY)

    assert len(records) == 45
    assert sum(len(watched(record).plays) for record in records.values()) == len(
        world.server.doings.plays
    )


@pytest.mark.parametrize("path", [LISTS, LOG], ids=["lists", "log"])
async def test_a_failed_page_is_no_snapshot(world: World, path: str) -> None:
    """A page that fails in the middle fails the read."""
    world.server.behaviour.largest_page = 5
    watch_some(world.server, world.jon, world.seeded, films=20, episodes=20)
    world.server.faults.fail(path=path, status=500, on_call=3, times=20)

    with pytest.raises(ProviderUnavailableError):
        await world.read(HISTORY)


async def test_a_list_that_is_cut_is_refused(world: World) -> None:
    """A server that shows less than it counts is not believed."""
    watch_some(world.server, world.jon, world.seeded, films=20)
    world.server.behaviour.cut_lists = 10

    with pytest.raises(ProtocolError):
        await world.read(HISTORY)


async def test_paging_that_is_ignored(world: World) -> None:
    """A proxy that takes the paging away gets everything read, and once."""
    watch_some(world.server, world.jon, world.seeded, films=20, episodes=10)
    world.server.behaviour.ignores_paging = True

    assert len(await world.read(HISTORY)) == 30


async def test_old_names_and_copies(odd: World) -> None:
    """Whatever agent found a title, its ids are told; each copy is a record."""
    for film in [*odd.seeded.films, *odd.seeded.copies]:
        odd.server.mark(odd.jon, film, ago(days=3))
    for number, episode in enumerate(odd.seeded.episodes):
        odd.server.watch(odd.jon, episode, ago(days=2, minutes=number))

    records = await odd.read(HISTORY)

    films = [r for r in records.values() if r.item.kind is MediaKind.MOVIE]
    assert len(films) == len(odd.seeded.films) + len(odd.seeded.copies)
    assert sum(not record.item.ids for record in films) <= 2
    episodes = [r for r in records.values() if r.item.kind is MediaKind.EPISODE]
    assert len(episodes) == len(odd.seeded.episodes)
    for record in episodes:
        assert record.item.show is not None
        assert record.item.place is not None
    assert any(str(record.item.season) == "0" for record in episodes)


async def test_a_play_of_one_copy_is_one_play(odd: World) -> None:
    """Copies share their state: what was logged for one is no second play."""
    copy = odd.seeded.copies[0]
    original = next(film for film in odd.seeded.films if film.guid == copy.guid)
    odd.server.watch(odd.jon, original, ago(days=3))

    records = await odd.read(HISTORY)

    assert records.keys() == {copy.key, original.key}
    plays = {watched(record).plays for record in records.values()}
    assert len(plays) == 1
    assert [play.at for play in plays.pop()] == [ago(days=3)]


async def test_the_play_goes_on_after_it_was_logged(world: World) -> None:
    """A film that ended a while after it was logged was played once."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=1, minutes=30))
    world.server.viewer(world.jon).views[film.guid].viewed_at = int(
        ago(days=1, minutes=12).timestamp()
    )
    world.server.viewer(world.jon).views[film.guid].count = 2

    (record,) = (await world.read(HISTORY)).values()

    assert [play.at for play in watched(record).plays] == [ago(days=1, minutes=30)]
    assert watched(record).count == 2


async def test_begun_again_is_no_new_play(world: World) -> None:
    """A date that moved as a watched film was begun again is none of a play."""
    film, marked = world.seeded.films[:2]
    world.server.watch(world.jon, film, ago(days=9))
    world.server.mark(world.jon, marked, ago(days=8))
    for each in (film, marked):
        world.server.stop_at(world.jon, each, 600_000, ago(days=1))

    records = await world.read(HISTORY)

    assert [play.at for play in watched(records[film.key]).plays] == [ago(days=9)]
    assert watched(records[marked.key]) == Watched(None, (), 1)


async def test_plays_from_before_an_unmark_are_none(world: World) -> None:
    """The log goes on having plays that a person has taken back."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    world.server.unmark(world.jon, film)
    assert await world.read(HISTORY) == {}

    world.server.watch(world.jon, film, ago(days=1))
    (record,) = (await world.read(HISTORY)).values()

    assert [play.at for play in watched(record).plays] == [ago(days=1)]


async def test_deleted_items_are_left_out(world: World) -> None:
    """What is no longer on the server is no record, though the log has it."""
    film, other = world.seeded.films[:2]
    world.server.watch(world.jon, film, ago(days=9))
    world.server.watch(world.jon, other, ago(days=8))
    world.server.remove(film)

    assert (await world.read(HISTORY)).keys() == {other.key}


async def test_ratings_of_all_kinds(world: World) -> None:
    """Films, shows, seasons and episodes, with the date of the rating."""
    seeded = world.seeded
    things = [
        seeded.films[0],
        seeded.series[0],
        seeded.series[0].children[1],
        seeded.episodes[2],
    ]
    for number, item in enumerate(things):
        world.server.rate(world.jon, item, 4 + number, ago(days=number + 1))

    records = await world.read(RATINGS)

    assert {key: record.value for key, record in records.items()} == {
        item.key: Rated(4.0 + number, ago(days=number + 1))
        for number, item in enumerate(things)
    }
    kinds = [records[item.key].item.kind for item in things]
    assert kinds == [
        MediaKind.MOVIE,
        MediaKind.SHOW,
        MediaKind.SEASON,
        MediaKind.EPISODE,
    ]
    season = records[things[2].key].item
    assert season.show is not None and season.show.ids
    assert season.season == things[2].index


async def test_positions(world: World) -> None:
    """What was begun stands where it was left."""
    film, episode = world.seeded.films[0], world.seeded.episodes[0]
    world.server.stop_at(world.jon, film, 900_000, ago(days=2))
    world.server.stop_at(world.jon, episode, 300_000, ago(days=1))
    world.server.watch(world.jon, world.seeded.films[1], ago(days=1))

    records = await world.read(PROGRESS)

    assert {key: record.value for key, record in records.items()} == {
        film.key: Progress(900_000, film.duration, at=ago(days=2)),
        episode.key: Progress(300_000, episode.duration, at=ago(days=1)),
    }


async def test_what_is_being_played(world: World) -> None:
    """A session of the user marks what is being played; one of another does not."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann)
    begun, fresh, hers = world.seeded.films[:3]
    world.server.stop_at(world.jon, begun, 900_000, ago(days=2))
    world.server.stop_at(world.jon, hers, 800_000, ago(days=2))
    world.server.play_now(world.jon, begun, 1_000_000)
    world.server.play_now(world.jon, fresh, 200_000, player="phone")
    world.server.play_now(ann, hers, 100_000, player="tablet")

    records = await world.read(PROGRESS)

    positions = {
        key: (record.value.position_ms, record.value.playing)
        for key, record in records.items()
        if isinstance(record.value, Progress)
    }
    assert positions == {
        begun.key: (1_000_000, True),
        fresh.key: (200_000, True),
        hers.key: (800_000, False),
    }


async def test_libraries(odd: World) -> None:
    """Libraries of films and shows are told, and which of them an item is in."""
    libraries = await odd.provider.libraries()

    titles = {section.title for section in odd.seeded.sections.values()}
    assert {library.name for library in libraries} == titles
    film, copy = odd.seeded.films[0], odd.seeded.copies[0]
    assert await odd.provider.locate([film.key, copy.key, "own:x", "999999"]) == {
        film.key: film.section.key,
        copy.key: copy.section.key,
    }
    assert Library(film.section.key, film.section.title) in libraries


async def test_watchlist(world: World) -> None:
    """Titles are listed with their ids, each of which is asked for once."""
    cloud = world.cloud
    titles = [cloud.title(film.title, film.year) for film in world.seeded.films[:3]]
    show = world.seeded.series[0]
    titles.append(cloud.title(show.title, show.year))
    for number, title in enumerate(titles):
        cloud.put_on_watchlist(world.jon, title, ago(days=number))

    records = await world.read(WATCHLIST)

    assert records.keys() == {title.key for title in titles}
    assert all(record.item.ids.keys() >= {"tmdb"} for record in records.values())
    assert records[titles[3].key].item.kind is MediaKind.SHOW
    asked = cloud.count("GET", r"/library/metadata/\w+")
    assert asked == len(titles)
    await world.read(WATCHLIST)
    world.restart()
    assert await world.read(WATCHLIST) == records
    assert cloud.count("GET", r"/library/metadata/\w+") == asked


async def test_watchlist_whose_rows_have_ids(world: World) -> None:
    """Where the list tells the ids, nothing else is asked."""
    title = world.cloud.title(world.seeded.films[0].title)
    world.cloud.put_on_watchlist(world.jon, title)
    world.cloud.behaviour.lists_guids = True

    (record,) = (await world.read(WATCHLIST)).values()

    assert record.item.ids
    assert world.cloud.count("GET", r"/library/metadata/\w+") == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (503, ProviderUnavailableError),
        (429, RateLimitedError),
        (404, ProtocolError),
        (302, ProtocolError),
    ],
)
@pytest.mark.parametrize("feature", list(Feature))
async def test_refusals(
    world: World, feature: Feature, status: int, error: type[Exception]
) -> None:
    """Whatever is refused, no part of it is taken for the whole."""
    world.server.faults.fail(path=LISTS, status=status, times=99)
    world.cloud.faults.fail(path=r"/library/sections/.*", status=status, times=99)

    with pytest.raises(error):
        await world.read(feature)


@pytest.mark.parametrize("feature", list(Feature))
async def test_nonsense(world: World, feature: Feature) -> None:
    """An answer that is none of Plex's is told to be nonsense."""
    for simulator in (world.server, world.cloud):
        simulator.faults.fail(kind=FaultKind.NONSENSE, body="<html>", times=99)

    with pytest.raises(ProtocolError):
        await world.read(feature)


async def test_the_login_has_ended(world: World) -> None:
    """Who is signed out everywhere has to sign in again."""
    world.cloud.revoke(world.jon)
    world.server.revoke(world.jon)

    with pytest.raises(AuthenticationError):
        await world.read(HISTORY)
    with pytest.raises(AuthenticationError):
        await world.read(WATCHLIST)


async def test_another_token(world: World) -> None:
    """A token that was renewed is fetched at plex.tv, and kept."""
    world.server.watch(world.jon, world.seeded.films[0], ago(days=1))
    world.server.revoke(world.jon)

    assert len(await world.read(HISTORY)) == 1
    assert [data["token"] for data in world.saved] == [world.server.token(world.jon)]


async def test_another_address(world: World) -> None:
    """A server that has moved is found at plex.tv."""
    world.server.watch(world.jon, world.seeded.films[0], ago(days=1))
    before = world.server.url
    await world.server.stop()
    await world.server.start()

    assert world.server.url != before
    assert len(await world.read(HISTORY)) == 1
    assert [data["url"] for data in world.saved] == [world.server.url]


async def test_what_has_left_the_library(world: World) -> None:
    """What was unwatched is there all the same; what was deleted is not."""
    gone, unwatched, watched = world.seeded.films[:3]
    for film in (gone, unwatched, watched):
        world.server.watch(world.jon, film)
    before = await world.snapshot(HISTORY)
    world.server.library.remove(gone)
    world.server.unmark(world.jon, unwatched)
    after = await world.snapshot(HISTORY, before)
    lost = before.records.keys() - after.records.keys()
    world.forget_requests()

    assert lost == {gone.key, unwatched.key}
    assert await world.provider.left(HISTORY, lost | {"own:movie:imdb:tt1"}) == {
        gone.key
    }
    assert world.requests() == 1
    assert await world.provider.left(WATCHLIST, lost) == frozenset()
