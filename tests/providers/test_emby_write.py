"""Writing to an account on an Emby server."""

from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
)
from custom_components.crosswatch.providers.emby.index import MOST_QUESTIONS
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.base import FaultKind
from ..simulators.jellyfin import Item as ServerItem, Oddities
from .emby_world import ITEMS, World, a_world
from .mediabrowser_world import NOW, as_item, moment
from .operating import operation, written
from .worlds import world_of

AT = moment(days=100, minutes=7)
TICKS_A_MINUTE = 600_000_000
PLAYED = r"/Users/\w+/PlayedItems/\d+"
USER_DATA = r"/Users/\w+/Items/\d+/UserData"
ONE_ITEM = r"/Users/\w+/Items/\d+"
APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)

world = world_of(a_world)


def play(item: ServerItem) -> Operation:
    """Return the operation that adds a play."""
    return operation(as_item(item), Watched(AT))


def rate(item: ServerItem, rating: float | None) -> Operation:
    """Return the operation that rates an item, or takes its rating off."""
    value = None if rating is None else Rated(rating)
    return operation(as_item(item), value, feature=Feature.RATINGS)


def stop(item: ServerItem, minutes: int) -> Operation:
    """Return the operation that puts an item at a position."""
    value = Progress(position_ms=minutes * 60_000, at=AT) if minutes else None
    return operation(as_item(item), value, feature=Feature.PROGRESS)


async def test_plays(world: World) -> None:
    """A play is noted at its date with one request, and no second time."""
    film, episode = world.seeded.films[0], world.seeded.episodes[0]
    operations = [play(film), play(episode)]
    assert await world.write(Feature.HISTORY, *operations) == [APPLIED, APPLIED]
    assert world.server.count("POST", PLAYED) == 2
    assert world.server.writes() == 2
    for item in (film, episode):
        records = await world.read(Feature.HISTORY)
        assert records[item.id].value == Watched(AT)
    assert await world.write(Feature.HISTORY, *operations) == [THERE, THERE]
    assert world.server.writes() == 2


@pytest.mark.parametrize("partly", [True, False])
@pytest.mark.parametrize("ending", [True, False])
@pytest.mark.parametrize("dated", [True, False])
async def test_plays_on_odd_servers(
    world: World, partly: bool, ending: bool, dated: bool
) -> None:
    """However a server takes it, the play is there, and nothing else is lost."""
    behaviour = world.server.emby_behaviour
    behaviour.updates_in_part = partly
    behaviour.plays_end_positions = ending
    behaviour.answers_with_dates = dated
    film = world.seeded.films[0]
    world.server.favourite(world.user, film)
    world.server.rate(world.user, film, 10)
    world.server.stop_at(world.user, film, 30 * TICKS_A_MINUTE, moment(days=200))
    assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]
    data = world.user.of(film)
    assert (data.played, data.position, data.play_count) == (True, 0, 1)
    assert (data.favourite, data.rating) == (True, 10)
    assert (await world.read(Feature.HISTORY))[film.id].value == Watched(AT)


async def test_undated_play_gets_no_date(world: World) -> None:
    """What has no date is not made one of today."""
    film = world.seeded.films[0]
    undated = operation(as_item(film), Watched(None))
    assert await world.write(Feature.HISTORY, undated) == [APPLIED]
    assert (await world.read(Feature.HISTORY))[film.id].value == Watched(None)


async def test_newer_play_wins(world: World) -> None:
    """An older date replaces no newer one, unless it is put back on purpose."""
    film = world.seeded.films[0]
    world.server.play(world.user, film, moment(days=1))
    assert await world.write(Feature.HISTORY, play(film)) == [THERE]
    undo = operation(
        as_item(film), Watched(AT), before=Watched(moment(days=1)), native_ids=[film.id]
    )
    assert await world.write(Feature.HISTORY, undo) == [APPLIED]
    assert world.user.of(film).play_count == 1
    assert (await world.read(Feature.HISTORY))[film.id].value == Watched(AT)


async def test_removals(world: World) -> None:
    """What is taken back is taken back, once."""
    film = world.seeded.films[0]
    world.server.play(world.user, film, AT)
    world.server.favourite(world.user, film)
    world.server.rate(world.user, film, 10)
    world.server.stop_at(world.user, world.seeded.films[1], 20 * TICKS_A_MINUTE, AT)
    item = as_item(film)
    for feature, gone in (
        (Feature.HISTORY, operation(item, None)),
        (Feature.WATCHLIST, operation(item, None, feature=Feature.WATCHLIST)),
        (Feature.RATINGS, rate(film, None)),
        (Feature.PROGRESS, stop(world.seeded.films[1], 0)),
    ):
        assert await world.write(feature, gone) == [APPLIED]
        assert await world.read(feature) == {}
        assert await world.write(feature, gone) == [THERE]
    assert world.server.writes() == 4


async def test_favourites(world: World) -> None:
    """Films and series become favourites."""
    items = [world.seeded.films[0], world.seeded.series[0]]
    operations = [
        operation(as_item(item), Listed(), feature=Feature.WATCHLIST) for item in items
    ]
    assert await world.write(Feature.WATCHLIST, *operations) == [APPLIED, APPLIED]
    assert (await world.read(Feature.WATCHLIST)).keys() == {item.id for item in items}
    assert await world.write(Feature.WATCHLIST, *operations) == [THERE, THERE]


@pytest.mark.parametrize("partly", [True, False])
async def test_positions(world: World, partly: bool) -> None:
    """A position is kept with its date; all else stays as it was."""
    world.server.emby_behaviour.updates_in_part = partly
    film = world.seeded.films[0]
    world.server.favourite(world.user, film)
    assert await world.write(Feature.PROGRESS, stop(film, 30)) == [APPLIED]
    (record,) = (await world.read(Feature.PROGRESS)).values()
    assert isinstance(record.value, Progress)
    assert (record.value.position_ms, record.value.at) == (30 * 60_000, AT)
    assert world.user.of(film).favourite
    assert await world.write(Feature.PROGRESS, stop(film, 30)) == [THERE]
    assert world.server.writes() == 1


@pytest.mark.parametrize("partly", [True, False])
async def test_a_position_outlives_a_removal(world: World, partly: bool) -> None:
    """Who is watching a film again stays where they are in it."""
    world.server.emby_behaviour.updates_in_part = partly
    film = world.seeded.films[0]
    world.server.play(world.user, film, AT)
    world.server.stop_at(world.user, film, 30 * TICKS_A_MINUTE, moment(days=2))
    (begun,) = (await world.read(Feature.PROGRESS)).values()

    assert await world.write(Feature.HISTORY, operation(as_item(film), None)) == [
        APPLIED
    ]

    assert not await world.read(Feature.HISTORY)
    (left,) = (await world.read(Feature.PROGRESS)).values()
    assert isinstance(begun.value, Progress)
    assert left.value == replace(begun.value, watched=False)


async def test_a_single_item_says_what_it_is_asked_for(world: World) -> None:
    """Where even one item leaves out what is not asked for, nothing gets lost."""
    behaviour = world.server.emby_behaviour
    behaviour.single_items_in_full = False
    behaviour.updates_in_part = behaviour.answers_with_dates = False
    begun, film = world.seeded.films[:2]
    world.server.stop_at(world.user, begun, 30 * TICKS_A_MINUTE, moment(days=200))
    world.user.of(begun).play_count = 3
    seen = world.user.of(begun).last_played

    assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]
    assert world.server.writes() == 1
    assert await world.write(Feature.PROGRESS, stop(begun, 0)) == [APPLIED]

    data = world.user.of(begun)
    assert (data.position, data.play_count, data.last_played) == (0, 3, seen)


async def test_questions_are_written_as_documented(world: World) -> None:
    """All names in questions begin with a capital."""
    assert await world.write(Feature.HISTORY, play(world.seeded.episodes[0])) == [
        APPLIED
    ]
    for feature in Feature:
        await world.provider.activity([feature])
        await world.read(feature)

    names = {name for each in world.server.requests for name in each.query}
    assert {"Fields", "IncludeItemTypes", "StartIndex", "Limit", "Ids"} <= names
    assert not [name for name in names if not name[0].isupper()]


async def test_positions_that_are_not_written(world: World) -> None:
    """Nobody who is playing is interrupted, and nothing watched is begun anew."""
    playing, watched, over = world.seeded.films[:3]
    world.server.begin(world.user, playing)
    world.server.play(world.user, watched)
    minutes = (over.runtime or 0) // TICKS_A_MINUTE
    assert await world.write(
        Feature.PROGRESS, stop(playing, 30), stop(watched, 30), stop(over, minutes)
    ) == [
        (OutcomeKind.FAILED, Reason.BEING_PLAYED),
        (OutcomeKind.FAILED, Reason.ALREADY_WATCHED),
        (OutcomeKind.FAILED, Reason.NEARLY_FINISHED),
    ]
    assert world.server.writes() == 0


@pytest.mark.parametrize("kind", ["film", "series", "season", "episode"])
@pytest.mark.parametrize("rating", [10, 8, 1])
async def test_ratings(world: World, kind: str, rating: float) -> None:
    """A server that keeps numbers is given them."""
    item = {
        "film": world.seeded.films[0],
        "series": world.seeded.series[0],
        "season": world.seeded.series[0].children[0],
        "episode": world.seeded.episodes[0],
    }[kind]
    assert await world.write(Feature.RATINGS, rate(item, rating)) == [APPLIED]
    records = await world.read(Feature.RATINGS)
    assert records[item.id].value == Rated(rating)
    assert await world.write(Feature.RATINGS, rate(item, rating)) == [THERE]


@pytest.mark.parametrize(
    ("rating", "outcome", "held"),
    [
        (10, APPLIED, 10),
        (8, APPLIED, 10),
        (7.5, APPLIED, 10),
        (7, (OutcomeKind.FAILED, Reason.REJECTED), None),
        (5, (OutcomeKind.FAILED, Reason.REJECTED), None),
        (4, APPLIED, 1),
        (1, APPLIED, 1),
    ],
)
async def test_likes(
    world: World,
    rating: float,
    outcome: tuple[OutcomeKind, Reason | None],
    held: float | None,
) -> None:
    """A server of likes gets a like or a dislike; what is neither is not made one."""
    world.server.emby_behaviour.keeps_numbers = False
    film, other = world.seeded.films[:2]
    assert await world.write(Feature.RATINGS, rate(film, rating)) == [outcome]
    assert world.user.of(film).rating == held
    writes = world.server.writes()
    assert await world.write(Feature.RATINGS, rate(other, 10)) == [APPLIED]
    # It is not asked again whether numbers are kept.
    assert world.server.writes() == writes + 1
    if outcome == APPLIED:
        assert await world.write(Feature.RATINGS, rate(film, rating)) == [THERE]


async def test_servers_without_updates(world: World) -> None:
    """An old server can be told of plays, but says so of the rest."""
    world.server.emby_behaviour.takes_updates = False
    film = world.seeded.films[0]
    assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]
    with pytest.raises(AccountLimitError, match="too old"):
        await world.write(Feature.PROGRESS, stop(world.seeded.films[1], 30))


async def test_not_found(world: World) -> None:
    """What the library does not have is not there to be written."""
    unknown = Item(MediaKind.MOVIE, {"imdb": "tt9999999", "mal": "77"}, "No", 1999)
    unasked = Item(MediaKind.MOVIE, {"mal": "77"}, "No", 1999)
    missing = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    assert await world.write(
        Feature.HISTORY,
        operation(unknown, Watched(AT)),
        operation(unasked, Watched(AT)),
        operation(unknown, None),
    ) == [missing, missing, THERE]
    assert world.server.writes() == 0


async def test_items_are_asked_for_by_their_ids(world: World) -> None:
    """A few items are found without reading the library; many by reading it once."""
    film = world.seeded.films[3]
    assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]
    words = [
        request.query["AnyProviderIdEquals"]
        for request in world.server.requests
        if "AnyProviderIdEquals" in request.query
    ]
    assert words == [
        f"imdb.{film.provider_ids['Imdb']},tmdb.{film.provider_ids['Tmdb']}"
    ]
    world.server.reset_requests()
    operations = [play(item) for item in world.seeded.films[4:30]]
    outcomes = await world.write(Feature.HISTORY, *operations)
    assert outcomes == [APPLIED] * len(operations)
    questions = sum(
        "AnyProviderIdEquals" in request.query for request in world.server.requests
    )
    assert questions <= MOST_QUESTIONS
    assert world.server.count("GET", ITEMS) <= MOST_QUESTIONS + 4


async def test_episodes_of_one_series(world: World) -> None:
    """All of them take one question, and the list of the episodes of the series."""
    episodes = list(world.seeded.series[0].leaves())[:12]
    operations = [
        operation(replace(as_item(item), ids={}), Watched(AT)) for item in episodes
    ]
    outcomes = await world.write(Feature.HISTORY, *operations)
    assert outcomes == [APPLIED] * len(operations)
    # The question, the episodes, and what the user did with them.
    assert world.server.count("GET") == 3


async def test_ids_that_are_not_asked_for(world: World) -> None:
    """An item that is known by other ids is looked for in the library."""
    film = world.seeded.films[3]
    film.provider_ids = {"AniDB": "77"}
    item = Item(MediaKind.MOVIE, {"anidb": "77"})
    assert await world.write(Feature.HISTORY, operation(item, Watched(AT))) == [APPLIED]
    assert world.user.of(film).played


async def test_oddly_spelt_ids(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """An id that stands under another name is found in the library."""
    async with a_world(session, limiters) as world:
        film = world.seeded.films[3]
        film.provider_ids = {"TheMovieDb": film.provider_ids["Tmdb"]}
        item = Item(MediaKind.MOVIE, {"tmdb": film.provider_ids["TheMovieDb"]})
        assert await world.write(Feature.HISTORY, operation(item, Watched(AT))) == [
            APPLIED
        ]
        assert world.user.of(film).played


async def test_question_that_is_not_known(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A server that lists everything when asked for one item is read instead."""
    async with a_world(session, limiters) as world:
        film = world.seeded.films[3]
        body = b'{"Items": [], "TotalRecordCount": 4000}'
        world.server.faults.fail(path=ITEMS, times=1, status=200, body=body)
        outcomes = await world.write(
            Feature.HISTORY, play(film), play(world.seeded.films[4])
        )
        assert outcomes == [APPLIED, APPLIED]


async def test_copies(session: aiohttp.ClientSession, limiters: Limiters) -> None:
    """All copies are marked; ids that contradict each other are left alone."""
    async with a_world(session, limiters, oddities=Oddities(second_copy=4)) as world:
        film = world.seeded.films[3]
        copies = [each for each in world.seeded.films if each.name == film.name]
        assert len(copies) == 2
        assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]
        assert all(world.user.of(each).played for each in copies)
        mixed = Item(
            MediaKind.MOVIE,
            {
                "imdb": world.seeded.films[0].provider_ids["Imdb"],
                "tmdb": world.seeded.films[1].provider_ids["Tmdb"],
            },
        )
        assert await world.write(Feature.HISTORY, operation(mixed, Watched(AT))) == [
            (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        ]


async def test_lost_answer(world: World) -> None:
    """A play whose answer is lost is neither claimed nor sent a second time."""
    film = world.seeded.films[0]
    world.server.faults.fail(path=PLAYED, kind=FaultKind.CUT_AFTER)
    assert await world.write(Feature.HISTORY, play(film)) == [
        (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    ]
    assert world.user.of(film).play_count == 1
    assert await world.write(Feature.HISTORY, play(film)) == [THERE]
    assert world.user.of(film).play_count == 1


async def test_gone_meanwhile(world: World) -> None:
    """An item that is gone between the look and the write is not there."""
    film = world.seeded.films[0]
    missing = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    address = operation(as_item(film), Watched(AT), native_ids=[film.id])
    for feature, change, path in (
        (Feature.HISTORY, address, PLAYED),
        (Feature.RATINGS, rate(film, 8), ONE_ITEM),
        (Feature.RATINGS, rate(film, 8), USER_DATA),
    ):
        world.server.faults.clear()
        world.server.faults.fail(path=path, status=404, body="Item not found.", times=1)
        if path == USER_DATA:
            world.server.faults.fail(
                path=ONE_ITEM, status=404, on_call=2, body="Item not found."
            )
        # It is there all the same, so that the word of it is not believed.
        assert await world.write(feature, change) == [
            (OutcomeKind.FAILED, Reason.UNAVAILABLE)
        ]
    world.server.faults.clear()
    world.server.state.remove_item(film)
    assert await world.write(Feature.HISTORY, address) == [missing]


async def test_answers_without_sense(world: World) -> None:
    """An item without user data is no answer, nor is a change that was not made."""
    film = world.seeded.films[0]
    body = b'{"Id": "1", "Type": "Movie"}'
    world.server.faults.fail(path=ONE_ITEM, status=200, body=body)
    outcome = (OutcomeKind.FAILED, Reason.REJECTED)
    assert await world.write(Feature.RATINGS, rate(film, 8)) == [outcome]
    world.server.faults.clear()
    body = b'{"Played": false}'
    world.server.faults.fail(path=PLAYED, status=200, body=body)
    world.server.faults.fail(path=USER_DATA, status=204)
    assert await world.write(Feature.HISTORY, play(film)) == [outcome]


async def test_writes_that_are_refused(world: World) -> None:
    """Refusals are told as what they are."""
    film = world.seeded.films[0]
    world.server.faults.fail(path=PLAYED, status=403)
    with pytest.raises(AccountLimitError):
        await written(world.provider, Feature.HISTORY, [play(film)])
    world.server.faults.clear()
    world.server.faults.fail(path=USER_DATA, status=403)
    with pytest.raises(AccountLimitError):
        await written(world.provider, Feature.RATINGS, [rate(film, 8)])
    world.server.faults.clear()
    world.server.faults.fail(path=PLAYED, status=401)
    assert await world.write(Feature.HISTORY, play(film)) == [
        (OutcomeKind.FAILED, Reason.UNAVAILABLE)
    ]
    world.server.revoke_tokens(world.user)
    with pytest.raises(AuthenticationError):
        await written(world.provider, Feature.HISTORY, [play(film)])


@pytest.mark.parametrize("status", [429, 503])
async def test_busy_server(world: World, status: int) -> None:
    """A server that asks to wait is asked again."""
    film = world.seeded.films[0]
    world.server.faults.fail(path=PLAYED, status=status, headers={"Retry-After": "1"})
    assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]
    assert world.user.of(film).play_count == 1


async def test_double_episode(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Both episodes of a file are found in it, and go only together."""
    async with a_world(session, limiters, oddities=Oddities(double_episode=1)) as world:
        file = next(item for item in world.seeded.episodes if item.index_end)
        first = as_item(file)
        second = Item(
            MediaKind.EPISODE, {}, "", None, first.show, first.season, file.index_end
        )
        assert await world.write(Feature.HISTORY, operation(second, Watched(AT))) == [
            APPLIED
        ]
        assert world.user.of(file).played
        assert await world.write(Feature.HISTORY, operation(first, None)) == [
            (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        ]


async def test_season(world: World) -> None:
    """A season is found for a rating, in the list of those of its series."""
    season = world.seeded.series[0].children[1]
    assert await world.write(Feature.RATINGS, rate(season, 9)) == [APPLIED]
    assert world.user.of(season).rating == 9


async def test_new_in_the_library(world: World) -> None:
    """What came to the library, or got its ids, since is found."""
    film = world.seeded.films[0]
    ids = film.provider_ids
    film.provider_ids = {}
    assert await world.write(Feature.HISTORY, play(world.seeded.films[1])) == [APPLIED]
    film.provider_ids = ids
    assert await world.write(Feature.HISTORY, play(film)) == [APPLIED]


async def test_plays_are_read_after_they_were_written(world: World) -> None:
    """A marker from before a write is not good after it."""
    film = world.seeded.films[0]
    world.server.play(world.user, film, moment(days=3))
    before = await world.provider.activity([Feature.HISTORY])
    world.pass_time(NOW + timedelta(hours=2))
    assert await world.write(Feature.HISTORY, play(world.seeded.films[1])) == [APPLIED]
    after = await world.provider.activity([Feature.HISTORY])
    assert before != after
    again = await world.provider.activity([Feature.HISTORY])
    assert after == again
