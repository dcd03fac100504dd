"""Writing to a Jellyfin server: found, changed, and confirmed by its answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import orjson
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Outcome, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mediabrowser.changes import (
    is_watched,
    rating_change,
    watched_change,
)
from custom_components.crosswatch.providers.mediabrowser.library import LibraryIndex
from custom_components.crosswatch.providers.mediabrowser.rows import UserData

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item as ServerItem, Oddities
from .jellyfin_world import ITEMS, FaultRule, World, a_world
from .mediabrowser_world import as_item, moment
from .operating import operation, written
from .worlds import world_of

APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
NOT_FOUND = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
AMBIGUOUS = (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
UNKNOWN = (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
REJECTED = (OutcomeKind.FAILED, Reason.REJECTED)
UNAVAILABLE = (OutcomeKind.FAILED, Reason.UNAVAILABLE)

USER_DATA = r"/UserItems/\w+/UserData"
UNFINDABLE = Item(MediaKind.MOVIE, {"imdb": "tt9999999"}, "Not here")

world = world_of(a_world)


@pytest.fixture
async def odd_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a server that has grown for years, with copies and double episodes."""
    catalogue = make_catalogue(films=100, shows=12)
    async with a_world(session, limiters, catalogue, Oddities()) as world:
        yield world


def data_of(world: World, item: ServerItem) -> tuple[bool, int, datetime | None]:
    """Return whether, how often and when an item was played, to the second."""
    data = world.user.of(item)
    at = data.last_played
    when = None if at is None else datetime.fromtimestamp(at // 10_000_000, UTC)
    return data.played, data.play_count, when


async def test_finds_and_marks(world: World) -> None:
    """Films and episodes are found by their ids, and marked with date and count."""
    film = world.seeded.films[0]
    episode = world.seeded.episodes[3]
    by_show_only = as_item(world.seeded.episodes[8])
    bare = Item(
        MediaKind.EPISODE,
        {},
        "",
        None,
        by_show_only.show,
        by_show_only.season,
        by_show_only.number,
    )
    operations = [
        operation(as_item(film), Watched(moment(3))),
        operation(as_item(episode), Watched(moment(2))),
        operation(bare, Watched(moment(1))),
        operation(UNFINDABLE, Watched(moment(1))),
    ]
    outcomes = await written(world.provider, Feature.HISTORY, operations)
    told = {
        id(one.operation): (one.kind, one.reason, one.native_id) for one in outcomes
    }
    assert [told[id(one)] for one in operations] == [
        (*APPLIED, film.id),
        (*APPLIED, episode.id),
        (*APPLIED, world.seeded.episodes[8].id),
        (*NOT_FOUND, ""),
    ]
    assert data_of(world, film) == (True, 1, moment(3))
    assert data_of(world, episode) == (True, 1, moment(2))
    assert world.server.writes() == 3
    records = await world.read(Feature.HISTORY)
    assert records[film.id].value == Watched(moment(3), (), 1)


async def test_the_library_is_scanned_once(world: World) -> None:
    """One scan serves a whole run; a known address needs none."""
    films = world.seeded.films
    known = operation(as_item(films[0]), Watched(moment(1)), native_ids=[films[0].id])
    assert await world.write(Feature.HISTORY, known) == [APPLIED]
    assert world.server.count("GET") == 1
    world.server.reset_requests()
    for film in films[1:4]:
        await world.write(Feature.HISTORY, operation(as_item(film), Watched(moment(1))))
    scans = [one for one in world.server.requests if "includeItemTypes" in one.query]
    [scan] = scans
    assert dict(scan.query) == {
        "userId": world.user.id,
        "recursive": "true",
        "includeItemTypes": "Movie,Series",
        "fields": "ProviderIds",
        "enableImages": "false",
        "imageTypeLimit": "0",
        "enableUserData": "false",
        "collapseBoxSetItems": "false",
        "sortBy": "DateCreated,SortName",
        "sortOrder": "Ascending",
        "startIndex": "0",
        "limit": "1000",
    }
    episodes = world.seeded.episodes[:5]
    await world.write(
        Feature.HISTORY,
        *(operation(as_item(one), Watched(moment(1))) for one in episodes),
    )
    assert world.server.count("GET", r"/Shows/\w+/Episodes") == 1


async def test_the_index_grows_old(world: World) -> None:
    """What came into the library later is found after some minutes."""
    now = 1000.0
    records = await world.provider.records()
    records._index = LibraryIndex(records._client, lambda: now)  # noqa: SLF001
    film = world.seeded.films[0]
    ids, film.provider_ids = film.provider_ids, {}
    world.server.state.touch()
    missing = operation(
        Item(MediaKind.MOVIE, {"imdb": ids["Imdb"]}), Watched(moment(1))
    )
    assert await world.write(Feature.HISTORY, missing) == [NOT_FOUND]
    film.provider_ids = ids
    world.server.state.touch()
    assert await world.write(Feature.HISTORY, missing) == [NOT_FOUND]
    now += 301
    assert await world.write(Feature.HISTORY, missing) == [APPLIED]


async def test_an_address_that_is_gone(world: World) -> None:
    """An item that has a new address is found by its ids; made-up ones are none."""
    film = world.seeded.films[0]
    moved = operation(
        as_item(film), Watched(moment(1)), native_ids=["0" * 32, "own:movie"]
    )
    assert await world.write(Feature.HISTORY, moved) == [APPLIED]
    assert data_of(world, film)[0]


async def test_all_copies_are_marked(odd_world: World) -> None:
    """A film in two libraries is watched in both."""
    films = odd_world.seeded.films
    copies = [film for film in films if film.name == films[39].name]
    assert len(copies) == 2
    change = operation(as_item(copies[0]), Watched(moment(1)))
    assert await odd_world.write(Feature.HISTORY, change) == [APPLIED]
    assert all(data_of(odd_world, copy) == (True, 1, moment(1)) for copy in copies)
    assert await odd_world.write(Feature.HISTORY, change) == [THERE]


async def test_one_copy_is_missing(world: World) -> None:
    """A copy whose address is gone does not keep the other from being marked."""
    film = world.seeded.films[0]
    change = operation(
        as_item(film), Watched(moment(1)), native_ids=["0" * 32, film.id]
    )
    assert await world.write(Feature.HISTORY, change) == [APPLIED]


async def test_items_that_contradict_are_not_guessed(world: World) -> None:
    """Ids of two different films lead to neither."""
    first, second = world.seeded.films[:2]
    mixed = Item(
        MediaKind.MOVIE,
        {"imdb": first.provider_ids["Imdb"], "tmdb": second.provider_ids["Tmdb"]},
    )
    series = world.seeded.series
    show = Item(
        MediaKind.SHOW,
        {
            "imdb": series[0].provider_ids["Imdb"],
            "tvdb": series[1].provider_ids["Tvdb"],
        },
    )
    part = Item(MediaKind.EPISODE, {}, "", None, show, 1, 1)
    assert await world.write(
        Feature.HISTORY,
        operation(mixed, Watched(moment(1))),
        operation(part, Watched(moment(1))),
    ) == [AMBIGUOUS, AMBIGUOUS]
    assert world.server.writes() == 0


async def test_by_the_ids_of_the_other_side(world: World) -> None:
    """The keys of both sides are used, also for the series of an episode."""
    film, episode = world.seeded.films[0], world.seeded.episodes[3]
    unknown = Item(MediaKind.MOVIE, {"trakt": "5"})
    show = Item(MediaKind.SHOW, {"trakt": "7"})
    part = Item(
        MediaKind.EPISODE, {}, "", None, show, episode.parent_index, episode.index
    )
    tvdb = episode.series.provider_ids["Tvdb"]
    assert await world.write(
        Feature.HISTORY,
        operation(
            unknown,
            Watched(moment(1)),
            keys=["movie:trakt:5", f"movie:imdb:{film.provider_ids['Imdb']}"],
        ),
        operation(
            part,
            Watched(moment(1)),
            keys=[f"trakt:7#{part.place}", f"tvdb:{tvdb}#{part.place}"],
        ),
    ) == [APPLIED, APPLIED]
    assert data_of(world, film)[0]
    assert data_of(world, episode)[0]


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(None, id="no series"),
        pytest.param(Item(MediaKind.SHOW, {}, "Unknown"), id="without ids"),
    ],
)
async def test_an_episode_by_its_own_ids(world: World, show: Item | None) -> None:
    """An episode whose series nobody names is found by a scan over all episodes."""
    episode = world.seeded.episodes[3]
    item = Item(
        MediaKind.EPISODE, {"tvdb": episode.provider_ids["Tvdb"]}, "", None, show, 1, 1
    )
    assert await world.write(Feature.HISTORY, operation(item, Watched(moment(1)))) == [
        APPLIED
    ]
    assert data_of(world, episode)[0]


async def test_an_episode_that_is_numbered_otherwise(world: World) -> None:
    """Where a series has no such number, the episode's own ids decide."""
    episode = world.seeded.episodes[3]
    item = Item(
        MediaKind.EPISODE,
        {"tvdb": episode.provider_ids["Tvdb"]},
        "",
        None,
        as_item(episode.series),
        1,
        400,
    )
    other = Item(MediaKind.EPISODE, {}, "", None, as_item(episode.series), 1, 401)
    assert await world.write(
        Feature.HISTORY,
        operation(item, Watched(moment(1))),
        operation(other, Watched(moment(1))),
    ) == [APPLIED, NOT_FOUND]
    assert data_of(world, episode)[0]


async def test_a_missing_episode_is_not_marked(odd_world: World) -> None:
    """An episode without a file cannot have been played there."""
    missing = next(item for item in odd_world.seeded.episodes if item.virtual)
    missing.provider_ids = {"Tvdb": "4711"}
    odd_world.user.shows_missing = True
    alone = Item(MediaKind.EPISODE, {"tvdb": "4711"})
    assert await odd_world.write(
        Feature.HISTORY,
        operation(as_item(missing), Watched(moment(1))),
        operation(alone, Watched(moment(1))),
    ) == [NOT_FOUND, NOT_FOUND]


async def test_an_episode_without_a_number(world: World) -> None:
    """A file that the server could not number is at no place."""
    series = world.seeded.series[0]
    file = series.children[-1].children[0]
    wanted = operation(as_item(file), Watched(moment(1)), keys=[])
    file.index, file.provider_ids = None, {}
    assert await world.write(Feature.HISTORY, wanted) == [NOT_FOUND]


async def test_a_file_of_two_episodes(odd_world: World) -> None:
    """Its second episode marks the file, and is known under its own address."""
    double = next(item for item in odd_world.seeded.episodes if item.index_end)
    show = as_item(double.series)
    assert show.ids
    first, second = (
        operation(
            Item(MediaKind.EPISODE, {}, "", None, show, double.parent_index, number),
            Watched(moment(number)),
        )
        for number in (1, 2)
    )
    outcomes = await written(odd_world.provider, Feature.HISTORY, [second, first])
    natives = {one.operation.item.number: one.native_id for one in outcomes}
    assert natives == {1: double.id, 2: f"{double.id}#2"}
    # The newer of both dates stays, whichever is written first.
    assert data_of(odd_world, double) == (True, 1, moment(1))


async def test_removing_a_part_of_a_file(odd_world: World) -> None:
    """One episode cannot be taken out of a file: the other would go as well."""
    double = next(item for item in odd_world.seeded.episodes if item.index_end)
    odd_world.server.play(odd_world.user, double, moment(1))
    show = as_item(double.series)
    first, second = (
        operation(
            Item(MediaKind.EPISODE, {}, "", None, show, double.parent_index, number),
            None,
            native_ids=[native],
        )
        for number, native in ((1, double.id), (2, f"{double.id}#2"))
    )
    assert await odd_world.write(Feature.HISTORY, second) == [AMBIGUOUS]
    assert data_of(odd_world, double)[0]
    kinds = await odd_world.write(Feature.HISTORY, first, second)
    assert sorted(kinds) == sorted([APPLIED, THERE])
    assert not data_of(odd_world, double)[0]


@pytest.mark.parametrize(
    ("held", "wanted", "sent"),
    [
        pytest.param(
            UserData(),
            Watched(moment(1)),
            {
                "Played": True,
                "PlayCount": 1,
                "LastPlayedDate": "2024-05-31T12:00:00Z",
                "PlaybackPositionTicks": 0,
            },
            id="new",
        ),
        pytest.param(
            UserData(True, 3, moment(9)),
            Watched(moment(1)),
            {
                "Played": True,
                "PlayCount": 3,
                "LastPlayedDate": "2024-05-31T12:00:00Z",
                "PlaybackPositionTicks": 0,
            },
            id="again: the count is never lowered",
        ),
        pytest.param(
            UserData(True, 3, moment(1)), Watched(moment(1)), None, id="the same"
        ),
        pytest.param(
            UserData(True, 1, moment(1)), Watched(moment(9)), None, id="older"
        ),
        pytest.param(
            UserData(False, 0, moment(1), position=5),
            Watched(moment(9)),
            {"Played": True, "PlayCount": 1},
            id="begun since: date and position stay",
        ),
        pytest.param(
            UserData(False, 0, moment(9), position=5),
            Watched(moment(1)),
            {
                "Played": True,
                "PlayCount": 1,
                "LastPlayedDate": "2024-05-31T12:00:00Z",
                "PlaybackPositionTicks": 0,
            },
            id="begun before",
        ),
        pytest.param(
            UserData(True, 1, None),
            Watched(moment(1)),
            {
                "Played": True,
                "PlayCount": 1,
                "LastPlayedDate": "2024-05-31T12:00:00Z",
                "PlaybackPositionTicks": 0,
            },
            id="undated gets a date",
        ),
        pytest.param(
            UserData(),
            Watched(),
            {"Played": True, "PlayCount": 1, "PlaybackPositionTicks": 0},
            id="an undated play is never dated now",
        ),
        pytest.param(
            UserData(False, 0, moment(1), position=5),
            Watched(),
            {"Played": True, "PlayCount": 1},
            id="undated, begun",
        ),
        pytest.param(
            UserData(True, 1, moment(1)), Watched(), None, id="undated, watched"
        ),
    ],
)
def test_what_is_sent(
    held: UserData, wanted: Watched, sent: dict[str, object] | None
) -> None:
    """A watched item is never made less recently watched, nor loses anything."""
    assert watched_change(held, wanted) == sent


@pytest.mark.parametrize(
    ("now", "confirmed"),
    [
        (UserData(True, 1, moment(1)), True),
        (UserData(True, 1, moment()), True),
        (UserData(True, 1, moment(1) - timedelta(milliseconds=400)), True),
        (UserData(True, 1, moment(2)), False),
        (UserData(True, 1, None), False),
        (UserData(False, 1, moment(1)), False),
    ],
)
def test_what_confirms(now: UserData, confirmed: bool) -> None:
    """Only an answer that says watched, at that moment or later, is believed."""
    assert is_watched(now, Watched(moment(1))) is confirmed
    assert is_watched(UserData(True), Watched())


def test_ratings_are_sent_as_they_are() -> None:
    """A rating keeps its decimals."""
    assert rating_change(UserData(), Rated(7.3), 0.1) == {"Rating": 7.3}
    assert rating_change(UserData(rating=7.3), Rated(7.3), 0.1) is None
    assert rating_change(UserData(rating=7.0), Rated(7.3), 0.1) == {"Rating": 7.3}
    # Where a server knows likes and dislikes only, a like is any high rating.
    assert rating_change(UserData(rating=10), Rated(8), 5) is None
    assert rating_change(UserData(rating=1), Rated(8), 5) == {"Rating": 8}
    assert rating_change(UserData(), Rated(8), 5) == {"Rating": 8}


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        (Feature.HISTORY, Watched(moment(1))),
        (Feature.WATCHLIST, Listed()),
        (Feature.RATINGS, Rated(7.5)),
    ],
)
async def test_there_and_back(world: World, feature: Feature, value: Value) -> None:
    """Everything is written once, read back, and removed once."""
    film = world.seeded.films[0]
    item = as_item(film)
    add = operation(item, value, feature=feature)
    remove = operation(item, None, feature=feature, native_ids=[film.id])
    assert await world.write(feature, add) == [APPLIED]
    [record] = (await world.read(feature)).values()
    assert (record.native_id, record.item, record.seen) == (film.id, item, True)
    if feature is not Feature.HISTORY:
        assert record.value == value
    assert await world.write(feature, add) == [THERE]
    assert world.server.writes() == 1
    assert await world.write(feature, remove) == [APPLIED]
    assert await world.read(feature) == {}
    assert await world.write(feature, remove) == [THERE]
    assert world.server.writes() == 2
    gone = operation(UNFINDABLE, None, feature=feature)
    assert await world.write(feature, gone) == [THERE]


async def test_rates_all_kinds(world: World) -> None:
    """Series, seasons and episodes are found and rated."""
    series = world.seeded.series[0]
    season = series.children[-1]
    items = [series, season, season.children[0]]
    assert (
        await world.write(
            Feature.RATINGS,
            *(
                operation(as_item(one), Rated(6), feature=Feature.RATINGS)
                for one in items
            ),
        )
        == [APPLIED] * 3
    )
    assert set(await world.read(Feature.RATINGS)) == {one.id for one in items}


async def test_a_newer_play_wins_over_a_removal(world: World) -> None:
    """What was watched again after the plan was made is not removed."""
    film = world.seeded.films[0]
    world.server.play(world.user, film, moment(1))
    remove = operation(
        as_item(film), None, before=Watched(moment(9)), native_ids=[film.id]
    )
    assert await world.write(Feature.HISTORY, remove) == [
        (OutcomeKind.FAILED, Reason.CHANGED_SINCE)
    ]
    assert data_of(world, film)[0]
    remove = operation(
        as_item(film), None, before=Watched(moment(1)), native_ids=[film.id]
    )
    assert await world.write(Feature.HISTORY, remove) == [APPLIED]


async def test_older_routes(world: World) -> None:
    """Where a new route is not let through, its older form is used."""
    world.server.faults.fail(
        path=r"/(UserItems|UserPlayedItems|UserFavoriteItems)/.*", status=405, times=99
    )
    film = world.seeded.films[0]
    item = as_item(film)
    for feature, value in (
        (Feature.HISTORY, Watched(moment(1))),
        (Feature.WATCHLIST, Listed()),
        (Feature.RATINGS, Rated(7)),
    ):
        for wanted in (value, None):
            change = operation(item, wanted, feature=feature, native_ids=[film.id])
            assert await world.write(feature, change) == [APPLIED]
    assert world.server.count(path=r"/Users/\w+/.*") == 6


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        pytest.param({"status": 400}, REJECTED, id="refused"),
        pytest.param({"status": 404}, UNAVAILABLE, id="denied by a proxy"),
        pytest.param({"status": 405}, REJECTED, id="no such method"),
        pytest.param({"status": 500}, UNKNOWN, id="status 500"),
        pytest.param({"status": 501}, UNKNOWN, id="status 501"),
        pytest.param({"kind": FaultKind.CUT}, UNKNOWN, id="cut"),
        pytest.param({"kind": FaultKind.NONSENSE}, UNKNOWN, id="nonsense"),
        pytest.param(
            {"kind": FaultKind.NONSENSE, "body": '{"Played": false}'},
            REJECTED,
            id="not done",
        ),
        pytest.param(
            {"kind": FaultKind.NONSENSE, "body": '{"Played": true}'},
            REJECTED,
            id="done without the date",
        ),
    ],
)
async def test_a_fault_of_one_write(
    world: World, fault: FaultRule, result: tuple[OutcomeKind, Reason | None]
) -> None:
    """It is never called applied, and does not concern the others."""
    first, second = world.seeded.films[:2]
    world.server.faults.fail(
        path=rf"/(UserItems|Users/\w+/Items)/{first.id}/UserData", times=99, **fault
    )
    assert await world.write(
        Feature.HISTORY,
        operation(as_item(first), Watched(moment(1))),
        operation(as_item(second), Watched(moment(1))),
    ) == [result, APPLIED]


async def test_an_answer_that_was_lost(world: World) -> None:
    """The write may be repeated, as it says how it shall be: it is done once."""
    film = world.seeded.films[0]
    world.server.faults.fail(path=USER_DATA, kind=FaultKind.CUT_AFTER)
    assert await world.write(
        Feature.HISTORY, operation(as_item(film), Watched(moment(1)))
    ) == [APPLIED]
    assert data_of(world, film) == (True, 1, moment(1))
    assert world.server.count("POST", USER_DATA) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, ProviderUnavailableError),
        (403, AccountLimitError),
        (500, ProviderUnavailableError),
    ],
)
async def test_a_fault_of_all_writes(
    world: World, status: int, error: type[ProviderError]
) -> None:
    """The error speaks for those without an outcome; the others have theirs."""
    world.server.faults.fail(path=USER_DATA, status=status, times=999)
    operations = [
        operation(as_item(film), Watched(moment(1))) for film in world.seeded.films[:20]
    ]
    outcomes: list[Outcome] = []

    async def collect() -> None:
        """Write, and keep the outcomes that come before the error."""
        async for outcome in world.provider.write(Feature.HISTORY, operations):
            outcomes.append(outcome)  # noqa: PERF401

    with pytest.raises(error) as raised:
        await collect()
    assert not raised.value.maybe_sent
    assert len(outcomes) < len(operations)
    # Only an error of the server leaves it open whether the write was done.
    kind = OutcomeKind.UNKNOWN if status == 500 else OutcomeKind.FAILED
    assert all(one.kind is kind for one in outcomes)
    if status == 403:
        assert not outcomes


async def test_a_login_that_ends_while_writing(world: World) -> None:
    """What is left has no outcome, and the person has to sign in again."""
    films = world.seeded.films[:8]
    operations = [
        operation(as_item(film), Watched(moment(1)), native_ids=[film.id])
        for film in films
    ]
    outcomes: list[Outcome] = []

    async def collect() -> None:
        """Write, and end the login with the first outcome."""
        async for outcome in world.provider.write(Feature.HISTORY, operations):
            outcomes.append(outcome)
            world.server.revoke_tokens(world.user)

    with pytest.raises(AuthenticationError):
        await collect()
    assert 1 <= len(outcomes) < len(operations)
    done = {one.operation.native_ids[0] for one in outcomes}
    assert {film.id for film in films if world.user.of(film).played} == done


async def test_an_item_that_is_counted_but_not_shown(world: World) -> None:
    """It cannot be found, and is no reason to refuse all the others."""
    film, hidden = world.seeded.films[:2]
    world.server.unshown.add(hidden.id)
    assert await world.write(
        Feature.HISTORY,
        operation(as_item(film), Watched(moment(1))),
        operation(as_item(hidden), Watched(moment(1)), native_ids=[hidden.id]),
    ) == [APPLIED, NOT_FOUND]


@pytest.mark.parametrize("on_call", [1, 2])
async def test_a_fault_while_looking_for_items(world: World, on_call: int) -> None:
    """Nothing is written then, and nothing is called missing."""
    cut = orjson.dumps({"Items": [], "TotalRecordCount": 9, "StartIndex": 0})
    world.server.faults.fail(
        path=ITEMS, kind=FaultKind.NONSENSE, body=cut, on_call=on_call, times=9
    )
    with pytest.raises(ProtocolError):
        await world.write(
            Feature.HISTORY,
            operation(as_item(world.seeded.films[0]), Watched(moment(1))),
        )
    assert world.server.writes() == 0


async def test_a_value_of_another_feature(world: World) -> None:
    """An operation that says nothing sensible is refused, and the others done."""
    first, second = (as_item(film) for film in world.seeded.films[:2])
    assert await world.write(
        Feature.RATINGS,
        operation(first, Listed(), feature=Feature.RATINGS),
        operation(second, Rated(3), feature=Feature.RATINGS),
    ) == [REJECTED, APPLIED]


async def test_no_more_than_four_at_a_time(world: World) -> None:
    """The server's database is spared."""
    busy = most = 0
    client = (await world.provider.records())._client  # noqa: SLF001
    save = client.save_user_data

    async def counting(item_id: str, changes: dict[str, object]) -> object:
        """Count the writes under way."""
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.001)
        try:
            return await save(item_id, changes)  # type: ignore[arg-type]
        finally:
            busy -= 1

    client.save_user_data = counting  # type: ignore[assignment,method-assign]
    outcomes = await world.write(
        Feature.HISTORY,
        *(operation(as_item(film), Watched(moment(1))) for film in world.seeded.films),
    )
    assert outcomes == [APPLIED] * len(world.seeded.films)
    assert most == 4


async def test_a_write_makes_what_was_kept_stale(world: World) -> None:
    """A page from before a write does not serve a read after it."""
    film = world.seeded.films[0]
    await world.provider.activity([Feature.WATCHLIST])
    change = operation(as_item(film), Listed(), feature=Feature.WATCHLIST)
    assert await world.write(Feature.WATCHLIST, change) == [APPLIED]
    [record] = (await world.read(Feature.WATCHLIST)).values()
    assert isinstance(record, Record)


async def test_nothing_to_write(world: World) -> None:
    """No operations are no requests."""
    assert await world.write(Feature.HISTORY) == []
    assert world.server.count() == 0
