"""Ratings, positions and the watchlist written to Plex, over real sockets."""

from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.base import FaultKind
from ..simulators.plex import Oddities
from .operating import operation, written
from .plex_world import (
    APPLIED,
    HISTORY,
    NOW,
    PROGRESS,
    RATINGS,
    THERE,
    WATCHLIST,
    World,
    a_world,
    ago,
    removal,
)
from .worlds import world_with_files_of

RATE = r"/:/rate"
CHANGED = (OutcomeKind.FAILED, Reason.CHANGED_SINCE)
MINUTE = 60_000

world = world_with_files_of(a_world)


def film_of(world: World, number: int = 0) -> Item:
    """Return a film as other services know it."""
    film = world.seeded.films[number]
    ids = dict(guid.split("://") for guid in film.guids)
    return Item(MediaKind.MOVIE, ids, film.title, film.year)


def show_of(world: World, number: int = 0) -> Item:
    """Return a show as other services know it."""
    show = world.seeded.series[number]
    ids = dict(guid.split("://") for guid in show.guids)
    return Item(MediaKind.SHOW, ids, show.title, show.year)


# Ratings


async def test_ratings_are_written_to_the_step(world: World) -> None:
    """Ratings are half stars, with the date on which they were given."""
    film, show = film_of(world), show_of(world)
    season = Item(MediaKind.SEASON, show=show, season=1)
    episode = Item(MediaKind.EPISODE, show=show, season=1, number=2)
    operations = [
        operation(film, Rated(7.4, ago(days=50)), feature=RATINGS),
        operation(show, Rated(7.5), feature=RATINGS),
        operation(season, Rated(0.2, NOW), feature=RATINGS),
        operation(episode, Rated(10.0, ago(days=1)), feature=RATINGS),
    ]

    assert await world.write(RATINGS, *operations) == [APPLIED] * 4

    records = await world.read(RATINGS)
    found = {
        record.item.kind: record.value
        for record in records.values()
        if isinstance(record.value, Rated)
    }
    assert {kind: value.rating for kind, value in found.items()} == {
        MediaKind.MOVIE: 7,
        MediaKind.SHOW: 8,
        MediaKind.SEASON: 1,
        MediaKind.EPISODE: 10,
    }
    assert found[MediaKind.MOVIE].at == ago(days=50)
    assert found[MediaKind.EPISODE].at == ago(days=1)
    writes = world.server.writes()
    assert await world.write(RATINGS, *operations) == [THERE] * 4
    assert world.server.writes() == writes


async def test_a_rating_is_taken_away(world: World) -> None:
    """A rating that is gone is gone; again there is nothing to do."""
    world.server.rate(world.jon, world.seeded.films[0], 6, ago(days=3))
    (record,) = (await world.read(RATINGS)).values()

    assert await world.write(RATINGS, removal(record, RATINGS)) == [APPLIED]
    assert await world.read(RATINGS) == {}
    assert await world.write(RATINGS, removal(record, RATINGS)) == [THERE]


async def test_a_rating_that_goes_the_other_way_only(world: World) -> None:
    """Where the server does not know the one word for no rating, the other is sent."""
    film = world.seeded.films[0]
    world.server.rate(world.jon, film, 6, ago(days=3))
    (record,) = (await world.read(RATINGS)).values()
    # The first word is heard, and nothing is done.
    world.server.faults.fail(path=RATE, status=200)

    assert await world.write(RATINGS, removal(record, RATINGS)) == [APPLIED]

    assert world.server.view(world.jon, film).rating is None
    assert [r.query["rating"] for r in world.server.requests if r.path == RATE] == [
        "-1",
        "0",
    ]


@pytest.mark.parametrize("remove", [True, False])
async def test_a_rating_that_has_changed_since(world: World, remove: bool) -> None:
    """What a person has changed in between is not overwritten."""
    film = world.seeded.films[0]
    world.server.rate(world.jon, film, 6, ago(days=3))
    (record,) = (await world.read(RATINGS)).values()
    world.server.rate(world.jon, film, 9)
    wanted = (
        removal(record, RATINGS)
        if remove
        else operation(
            record.item,
            Rated(3),
            feature=RATINGS,
            before=record.value,
            native_ids=[film.key],
        )
    )

    assert await world.write(RATINGS, wanted) == [CHANGED]
    assert world.server.view(world.jon, film).rating == 9


async def test_a_rating_that_nobody_knows_of(world: World) -> None:
    """A removal that does not know the rating takes it whatever it is."""
    world.server.rate(world.jon, world.seeded.films[0], 6)

    gone = operation(film_of(world), None, feature=RATINGS)
    assert await world.write(RATINGS, gone) == [APPLIED]


async def test_a_wrong_value(world: World) -> None:
    """A value of another feature is no value."""
    wrong = operation(film_of(world), Listed(), feature=RATINGS)

    assert await world.write(RATINGS, wrong) == [(OutcomeKind.FAILED, Reason.REJECTED)]


async def test_a_rating_that_is_refused(world: World) -> None:
    """One that the server refuses has failed, and no other with it."""
    world.server.faults.fail(path=RATE, status=400, times=1)

    assert await world.write(
        RATINGS,
        operation(film_of(world), Rated(7), feature=RATINGS),
        operation(film_of(world, 1), Rated(7), feature=RATINGS),
    ) == [(OutcomeKind.FAILED, Reason.REJECTED), APPLIED]


# Positions


async def test_positions_are_written(world: World) -> None:
    """A position is that of a player that has stopped there, with its own date."""
    film, episode = (
        film_of(world),
        Item(MediaKind.EPISODE, show=show_of(world), season=1, number=2),
    )
    operations = [
        operation(film, Progress(10 * MINUTE, at=ago(days=4)), feature=PROGRESS),
        operation(episode, Progress(percent=50.0, at=ago(days=3)), feature=PROGRESS),
    ]

    assert await world.write(PROGRESS, *operations) == [APPLIED] * 2

    assert not world.server.doings.sessions
    world.restart()
    records = await world.read(PROGRESS)
    values = {record.item.kind: record.value for record in records.values()}
    first, second = values[MediaKind.MOVIE], values[MediaKind.EPISODE]
    assert isinstance(first, Progress) and isinstance(second, Progress)
    assert (first.position_ms, first.at) == (10 * MINUTE, ago(days=4))
    assert second.duration_ms is not None
    assert (second.position_ms, second.at) == (second.duration_ms // 2, ago(days=3))
    assert await world.write(PROGRESS, *operations) == [THERE] * 2
    # What is played after has the date of that.
    world.clock.move(hours=1)
    world.server.stop_at(world.jon, world.seeded.films[0], 20 * MINUTE)
    value = (await world.read(PROGRESS))[world.seeded.films[0].key].value
    assert value.at == world.clock.now


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        pytest.param(30_000, Reason.BELOW_MINIMUM, id="the server keeps no such"),
        pytest.param(60_000, None, id="as good as the least that it keeps"),
        pytest.param(500 * MINUTE, Reason.NEARLY_FINISHED, id="beyond the end"),
        pytest.param(None, Reason.REJECTED, id="no position at all"),
    ],
)
async def test_positions_that_the_server_does_not_keep(
    world: World, position: int | None, expected: Reason | None
) -> None:
    """What the server would drop, or take for watched, is not sent."""
    wanted = operation(film_of(world), Progress(position, at=NOW), feature=PROGRESS)

    (done,) = await world.write(PROGRESS, wanted)

    if expected is None:
        assert done == APPLIED
        return
    assert done == (OutcomeKind.UNRESOLVED, expected)
    assert world.server.writes() == 0


async def test_the_server_says_when_an_item_is_watched(world: World) -> None:
    """The owner's setting is heeded."""
    settings = r"/:/prefs"
    assert await world.provider.identify()
    assert world.provider.capabilities[PROGRESS].completes_at == 90.0
    for text, expected in (
        ('{"id": "LibraryVideoPlayedThreshold", "value": "80"}', 80.0),
        ('{"id": "LibraryVideoPlayedThreshold", "value": 0}', 90.0),
        ('{"id": "SomethingElse", "value": 3}, 7', 90.0),
    ):
        body = f'{{"MediaContainer": {{"Setting": [{text}]}}}}'
        world.server.faults.fail(path=settings, kind=FaultKind.NONSENSE, body=body)
        await world.provider.identify()
        assert world.provider.capabilities[PROGRESS].completes_at == expected
        world.server.faults.clear()


async def test_what_is_written_heeds_when_an_item_is_watched(world: World) -> None:
    """The owner's setting counts, learnt before the first write or after it."""
    film = world.seeded.films[0]
    assert film.duration is not None
    value = Progress(film.duration * 60 // 100, film.duration, at=NOW)
    wanted = operation(film_of(world), value, feature=PROGRESS)
    nearly = (OutcomeKind.UNRESOLVED, Reason.NEARLY_FINISHED)

    for threshold, expected in ((50, nearly), (70, APPLIED)):
        world.server.behaviour.played_threshold = threshold
        await world.provider.identify()
        assert await world.write(PROGRESS, wanted) == [expected]


async def test_the_credits_end_an_item(world: World) -> None:
    """A position in the credits would make the item watched: it is not written."""
    film = world.seeded.films[0]
    assert film.duration is not None
    film.credits = film.duration * 80 // 100
    begun = Progress(film.credits - MINUTE, film.duration, at=ago(days=2))
    nearly = Progress(film.credits, film.duration, at=ago(days=1))

    for value, expected in (
        (nearly, (OutcomeKind.UNRESOLVED, Reason.NEARLY_FINISHED)),
        (begun, APPLIED),
    ):
        wanted = operation(film_of(world), value, feature=PROGRESS)
        assert await world.write(PROGRESS, wanted) == [expected]
    assert not await world.read(HISTORY)


async def test_a_position_outlives_what_is_marked(world: World) -> None:
    """Who is in the middle of a film stays there, whatever was long before."""
    film = world.seeded.films[0]
    world.server.stop_at(world.jon, film, 30 * MINUTE, ago(days=2))
    (begun,) = (await world.read(PROGRESS)).values()
    play = Watched(ago(days=900), (Play(ago(days=900)),))

    assert await world.write(HISTORY, operation(film_of(world), play)) == [APPLIED]
    (record,) = (await world.read(HISTORY)).values()
    assert record.value.at == play.at
    assert list((await world.read(PROGRESS)).values()) == [begun]

    assert await world.write(HISTORY, removal(record, HISTORY)) == [APPLIED]
    assert not await world.read(HISTORY)
    assert list((await world.read(PROGRESS)).values()) == [begun]

    # What is newer than the position ends it.
    play = Watched(ago(days=1), (Play(ago(days=1)),))
    assert await world.write(HISTORY, operation(film_of(world), play)) == [APPLIED]
    assert len(await world.read(HISTORY)) == 1


async def test_a_position_that_cannot_be_put_back(world: World) -> None:
    """What was marked is no failure then: nobody is to mark it again."""
    film = world.seeded.films[0]
    world.server.stop_at(world.jon, film, 30 * MINUTE, ago(days=2))
    play = Watched(ago(days=900), (Play(ago(days=900)),))
    world.server.faults.fail(path=r"/:/timeline", status=400)

    told = await world.write(HISTORY, operation(film_of(world), play))

    assert told == [(OutcomeKind.UNKNOWN, Reason.NO_ANSWER)]
    assert await world.write(HISTORY, operation(film_of(world), play)) == [THERE]


async def test_what_is_watched_is_left_alone(world: World) -> None:
    """A finished item gets no position, unless it is to be watched again."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    value = Progress(20 * MINUTE, at=NOW)
    finished = Progress(at=ago(days=9), watched=True)

    wanted = operation(film_of(world), value, feature=PROGRESS)
    assert await world.write(PROGRESS, wanted) == [
        (OutcomeKind.UNRESOLVED, Reason.ALREADY_WATCHED)
    ]
    again = operation(film_of(world), value, feature=PROGRESS, before=finished)
    assert await world.write(PROGRESS, again) == [APPLIED]
    view = world.server.view(world.jon, film)
    assert (view.count, view.offset) == (1, 20 * MINUTE)


async def test_a_newer_position_stays(world: World) -> None:
    """What was played in between is not put back."""
    film = world.seeded.films[0]
    world.server.stop_at(world.jon, film, 40 * MINUTE, ago(days=1))
    value = Progress(20 * MINUTE, at=ago(days=2))
    known = Progress(40 * MINUTE, at=ago(days=1))

    stale = operation(film_of(world), value, feature=PROGRESS)
    assert await world.write(PROGRESS, stale) == [CHANGED]
    newer = operation(film_of(world), Progress(20 * MINUTE, at=NOW), feature=PROGRESS)
    assert await world.write(PROGRESS, newer) == [APPLIED]
    world.server.stop_at(world.jon, film, 40 * MINUTE)
    meant = operation(film_of(world), value, feature=PROGRESS, before=known)
    assert await world.write(PROGRESS, meant) == [APPLIED]


async def test_what_is_being_played_is_left_alone(world: World) -> None:
    """A session would write its own position soon after."""
    world.server.play_now(world.jon, world.seeded.films[0], 5 * MINUTE)
    wanted = operation(film_of(world), Progress(20 * MINUTE, at=NOW), feature=PROGRESS)

    assert await world.write(PROGRESS, wanted) == [
        (OutcomeKind.FAILED, Reason.BEING_PLAYED)
    ]


async def test_positions_are_cleared(world: World) -> None:
    """What is put back to its start has no position, and no view either."""
    film = world.seeded.films[0]
    world.server.stop_at(world.jon, film, 40 * MINUTE, ago(days=1))
    (record,) = (await world.read(PROGRESS)).values()

    assert await world.write(PROGRESS, removal(record, PROGRESS)) == [APPLIED]
    assert await world.read(PROGRESS) == {}
    assert await world.write(PROGRESS, removal(record, PROGRESS)) == [THERE]


async def test_positions_that_cannot_be_cleared(world: World) -> None:
    """Neither one that has changed since, nor one of what has been watched."""
    film, other = world.seeded.films[:2]
    world.server.stop_at(world.jon, film, 40 * MINUTE, ago(days=1))
    world.server.watch(world.jon, other, ago(days=3))
    world.server.stop_at(world.jon, other, 30 * MINUTE, ago(days=1))
    records = await world.read(PROGRESS)
    world.server.stop_at(world.jon, film, 50 * MINUTE)

    assert await world.write(
        PROGRESS,
        removal(records[film.key], PROGRESS),
        removal(records[other.key], PROGRESS),
    ) == [CHANGED, (OutcomeKind.UNRESOLVED, Reason.ALREADY_WATCHED)]
    assert world.server.view(world.jon, other).count == 1


async def test_one_copy_gets_the_position(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> None:
    """Of two copies with a state each, the one that was seen last is put there."""
    odd = Oddities(second_copy=1)
    async with a_world(session, limiters, tmp_path, oddities=odd) as world:
        world.server.behaviour.copies_share_state = False
        copy = world.seeded.copies[0]
        world.server.watch(world.jon, copy, ago(days=3))
        world.server.stop_at(world.jon, copy, 3 * MINUTE, ago(days=2))
        value = Progress(20 * MINUTE, at=ago(days=1))
        item = film_of(world)

        done = await world.write(PROGRESS, operation(item, value, feature=PROGRESS))

        assert done == [APPLIED]
        assert world.server.view(world.jon, copy).offset == 20 * MINUTE
        assert world.server.view(world.jon, world.seeded.films[0]).offset == 0


async def test_gone_by_then(world: World) -> None:
    """An item that is gone when it is written was not found."""
    world.server.faults.fail(path=r"/:/timeline", status=404)
    wanted = operation(film_of(world), Progress(20 * MINUTE, at=NOW), feature=PROGRESS)

    assert await world.write(PROGRESS, wanted) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ]


async def test_gone_after(world: World) -> None:
    """So is one that is gone when it is looked at."""
    world.server.faults.fail(
        path=r"/library/metadata/\d+", on_call=2, times=9, status=404
    )
    wanted = operation(film_of(world), Progress(20 * MINUTE), feature=PROGRESS)

    assert await world.write(PROGRESS, wanted) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ]


# The watchlist


async def test_put_on_the_watchlist(world: World) -> None:
    """Titles are found by their ids; again there is nothing to do."""
    operations = [
        operation(film_of(world), Listed(), feature=WATCHLIST),
        operation(show_of(world), Listed(), feature=WATCHLIST),
    ]

    outcomes = await written(world.provider, WATCHLIST, operations)
    assert [outcome.kind for outcome in outcomes] == [OutcomeKind.APPLIED] * 2
    records = await world.read(WATCHLIST)
    assert records.keys() == {outcome.native_id for outcome in outcomes}
    writes = world.cloud.writes()
    assert await world.write(WATCHLIST, *operations) == [THERE] * 2
    assert world.cloud.writes() == writes


async def test_taken_off_the_watchlist(world: World) -> None:
    """By its key, or by its ids where no key is known."""
    for film in world.seeded.films[:2]:
        world.cloud.put_on_watchlist(
            world.jon, world.cloud.title(film.title, film.year)
        )
    records = {
        record.item.ids["tmdb"]: record
        for record in (await world.read(WATCHLIST)).values()
    }
    first, second = film_of(world), film_of(world, 1)

    done = await world.write(
        WATCHLIST,
        removal(records[first.ids["tmdb"]], WATCHLIST),
        operation(second, None, feature=WATCHLIST, native_ids=["own:movie:tmdb:1"]),
    )

    assert done == [APPLIED] * 2
    assert world.cloud.watchlist(world.jon) == []
    gone = removal(records[first.ids["tmdb"]], WATCHLIST)
    assert await world.write(WATCHLIST, gone) == [THERE]


async def test_a_list_that_changes_meanwhile(world: World) -> None:
    """What somebody else did first is there already, or gone already."""
    world.cloud.behaviour.refuses_repeats = True
    title = world.cloud.title(world.seeded.films[0].title)
    other = world.cloud.title(world.seeded.films[1].title)
    world.cloud.put_on_watchlist(world.jon, other)
    (record,) = (await world.read(WATCHLIST)).values()

    watchlist = (await world.provider.records())._watchlist  # noqa: SLF001
    assert watchlist is not None
    lists = watchlist._list  # noqa: SLF001

    async def stale() -> object:
        """Return the list as it was, while it changes."""
        rows = await lists()
        world.cloud.put_on_watchlist(world.jon, title)
        world.cloud.take_off_watchlist(world.jon, other)
        return rows

    watchlist._list = stale  # type: ignore[method-assign,assignment]  # noqa: SLF001

    assert await world.write(
        WATCHLIST,
        operation(film_of(world), Listed(), feature=WATCHLIST),
        removal(record, WATCHLIST),
    ) == [THERE, THERE]


async def test_titles_that_are_not_found(world: World) -> None:
    """Neither by id nor by name; and an episode is no title for it."""
    stranger = Item(MediaKind.MOVIE, {"imdb": "tt99999999"}, "Nobody's film", 1999)
    nameless = Item(MediaKind.MOVIE, {"imdb": "tt99999998"})
    episode = Item(MediaKind.EPISODE, {"tvdb": "1"}, "")
    foreign = Item(MediaKind.MOVIE, {"trakt": "5"}, "Trakt knows")

    assert await world.write(
        WATCHLIST,
        *(
            operation(item, Listed(), feature=WATCHLIST)
            for item in (stranger, nameless, foreign, episode)
        ),
    ) == [(OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)] * 3 + [
        (OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
    ]


@pytest.mark.parametrize("oddity", ["broken_matches", "matches_as_search", "wrong"])
async def test_titles_are_verified(world: World, oddity: str) -> None:
    """What is found has to have the id; else it is searched for by its name."""
    item = film_of(world)
    if oddity == "wrong":
        world.cloud.behaviour.wrong_matches = {
            f"{name}-{value}" for name, value in item.ids.items()
        }
    else:
        setattr(world.cloud.behaviour, oddity, True)

    wanted = operation(item, Listed(), feature=WATCHLIST)
    assert await world.write(WATCHLIST, wanted) == [APPLIED]
    (title,) = world.cloud.watchlist(world.jon)
    assert (title.name, title.year) == (item.title, item.year)


async def test_a_watchlist_that_is_down(world: World) -> None:
    """Nothing is written where the list cannot be read."""
    world.cloud.faults.fail(path=r"/library/sections/.*", status=503, times=9)

    with pytest.raises(ProviderUnavailableError):
        await world.write(
            WATCHLIST, operation(film_of(world), Listed(), feature=WATCHLIST)
        )
    assert world.cloud.writes() == 0


async def test_what_the_list_does_not_show(world: World) -> None:
    """A change that was accepted by something else than Plex is not believed."""
    title = world.cloud.title(world.seeded.films[1].title)
    world.cloud.put_on_watchlist(world.jon, title)
    (record,) = (await world.read(WATCHLIST)).values()
    operations = [
        operation(film_of(world), Listed(), feature=WATCHLIST),
        removal(record, WATCHLIST),
    ]
    unknown = (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    world.cloud.faults.fail(path="/actions/.*", kind=FaultKind.NONSENSE, times=2)
    assert await world.write(WATCHLIST, *operations) == [unknown] * 2
    world.cloud.faults.fail(path="/library/sections/.*", on_call=2, status=500, times=9)
    assert await world.write(WATCHLIST, *operations) == [unknown] * 2
    world.cloud.faults.clear()
    assert await world.write(WATCHLIST, *operations) == [THERE] * 2


async def test_paging_of_the_watchlist(world: World) -> None:
    """A long list comes in pages, one that shifts is read again."""
    world.cloud.behaviour.largest_page = 7
    for number, film in enumerate(world.seeded.films):
        title = world.cloud.title(film.title, film.year)
        world.cloud.put_on_watchlist(world.jon, title, ago(days=number + 1))
    assert len(await world.read(WATCHLIST)) == 30
    extra = world.cloud.title(world.seeded.series[0].title)
    added: list[int] = []

    def shift(start: int) -> None:
        """Let a title come in while pages are read."""
        if start and not added:
            added.append(start)
            world.cloud.put_on_watchlist(world.jon, extra)

    world.cloud.behaviour.before_page = shift
    assert len(await world.read(WATCHLIST)) == 31
    world.cloud.behaviour.before_page = None
    world.cloud.behaviour.cut_lists = 12
    with pytest.raises(ProtocolError):
        await world.read(WATCHLIST)


async def test_without_plex_tv(world: World) -> None:
    """A server alone has no watchlist, and everything else."""
    provider = world.provider_for({**world.data, "account_token": ""})

    assert provider.capabilities.keys() == set(Feature) - {WATCHLIST}
    markers = await provider.activity(list(Feature))
    assert markers.keys() == set(Feature) - {WATCHLIST}
    with pytest.raises(AuthenticationError):
        await provider.read(WATCHLIST, None)
    world.server.revoke(world.jon)
    with pytest.raises(AuthenticationError):
        await provider.read(PROGRESS, None)


async def test_ids_are_taken_from_before(world: World) -> None:
    """The ids of the last snapshot need not be asked for again."""
    title = world.cloud.title(world.seeded.films[0].title)
    world.cloud.put_on_watchlist(world.jon, title)
    before = await world.snapshot(WATCHLIST)
    for path in world.folder.iterdir():
        path.unlink()
    world.restart()
    world.forget_requests()

    assert await world.read(WATCHLIST, before) == before.records
    assert world.cloud.count("GET", r"/library/metadata/\w+") == 0
