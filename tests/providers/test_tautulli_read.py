"""Reading what a user of a Plex server has played, from Tautulli."""

from datetime import timedelta
import time

import aiohttp
import orjson
import pytest

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature, Item, Snapshot, Watched
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.tautulli import reading
from tests.simulators.base import FaultKind
from tests.simulators.catalogue import make_catalogue
from tests.simulators.tautulli import Media, Session, Title

from .operating import operation, written
from .tautulli_world import World, moment, plays, tautulli_world, watched
from .worlds import world_of

world = world_of(tautulli_world)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few plays fill several pages."""
    monkeypatch.setattr(reading, "PAGE_SIZE", 4)
    monkeypatch.setattr(reading, "HEAD_SIZE", 2)


def play_all(world: World) -> list[Session]:
    """Let the user play everything, a title a day."""
    titles = [*world.seeded.films, *world.seeded.episodes]
    return [
        world.server.play(world.jon, title, moment(len(titles) - day))
        for day, title in enumerate(titles)
    ]


def item_of(snapshot: Snapshot, title: Title) -> Item:
    """Return the item of a title."""
    return snapshot.records[title.guid].item


async def test_films_and_episodes(world: World) -> None:
    """Every play is there, with ids of films and shows, and of nobody else."""
    film, episode = world.seeded.films[0], world.seeded.episodes[2]
    arya = world.server.add_user("arya", 42)
    world.server.play(world.jon, film, moment(9))
    world.server.play(world.jon, film, moment(2))
    world.server.play(world.jon, episode, moment(5))
    world.server.play(arya, world.seeded.films[1], moment(1))
    snapshot = await world.read()
    assert snapshot.records.keys() == {film.guid, episode.guid}
    first = snapshot.records[film.guid]
    assert (first.item.title, first.item.year) == (film.title, film.year)
    assert dict(first.item.ids) == {
        guid.partition("://")[0]: guid.partition("://")[2] for guid in film.guids
    }
    assert watched(first) == Watched(moment(2), watched(first).plays, 2)
    assert [play.at for play in watched(first).plays] == [moment(9), moment(2)]
    item, show = item_of(snapshot, episode), world.seeded.shows[0]
    assert item.show is not None
    assert (item.title, item.show.title, item.show.year) == (
        episode.title,
        show.title,
        show.year,
    )
    tvdb = next(guid for guid in show.guids if guid.startswith("tvdb"))[7:]
    assert f"tvdb:{tvdb}#{item.place}" in item_keys(item)


async def test_specials(world: World) -> None:
    """Specials are in season 0."""
    special = next(
        each for each in world.seeded.episodes if each.parent and not each.parent.index
    )
    world.server.play(world.jon, special, moment(1))
    item = item_of(await world.read(), special)
    assert (item.season, item.number) == (0, special.index)


async def test_what_is_no_play(world: World) -> None:
    """What was left early, runs still, was on television or is music is no play."""
    films, server, jon = world.seeded.films, world.server, world.jon
    track = server.add(Media.TRACK, "Rains of Castamere", "plex://track/1")
    server.play(jon, films[0], moment(1), percent=84)
    server.play(jon, films[1], moment(1), live=True)
    server.play(jon, track, moment(1))
    server.start_playing(jon, films[2])
    server.play(jon, films[3], moment(2), percent=86)
    assert plays(await world.read()) == {
        f"{films[3].title} ({films[3].year})": [moment(2)]
    }


async def test_continued_plays_are_one(world: World) -> None:
    """A film seen in parts is one play, which ended when enough of it was seen."""
    film, server, jon = world.seeded.films[0], world.server, world.jon
    server.behaviour.groups_history = True
    server.play(jon, film, moment(3), percent=40)
    whole = server.play(jon, film, moment(2), percent=90)
    assert whole.reference_id != whole.row_id
    snapshot = await world.read()
    [record] = snapshot.records.values()
    assert [play.at for play in watched(record).plays] == [moment(2)]
    # Somebody regroups what belongs together: the play stays as it was.
    later = server.play(jon, film, moment(1), percent=99)
    later.reference_id = whole.reference_id
    again = await world.read(previous=snapshot)
    assert again.records == snapshot.records
    assert (await world.read()).records == snapshot.records


async def test_part_that_completes_a_film(world: World) -> None:
    """The rest of a film that was begun before the last read is a play."""
    film, server, jon = world.seeded.films[0], world.server, world.jon
    server.play(jon, film, moment(3), percent=40)
    before = await world.read()
    assert not before.records
    server.play(jon, film, moment(2), percent=90)
    world.server.reset_requests()
    after = await world.read(previous=before)
    assert [watched(record).at for record in after.records.values()] == [moment(2)]
    assert server.calls("get_history") == 1
    assert (await world.read()).records == after.records


async def test_nothing_changed_is_one_request(world: World) -> None:
    """The marker is one request, and stays the same."""
    play_all(world)
    provider = world.provider()
    before = await world.read(provider)
    world.server.reset_requests()
    marker = await provider.activity([Feature.HISTORY])
    assert marker == {Feature.HISTORY: before.marker}
    assert len(world.server.requests) == 1
    assert await provider.activity([Feature.WATCHLIST]) == {}
    assert len(world.server.requests) == 1


async def test_unchanged_read_uses_the_look(world: World) -> None:
    """A read after a look at an unchanged history asks for nothing more."""
    play_all(world)
    before = await world.read()
    world.server.reset_requests()
    after = await world.read(previous=before)
    assert after.records is before.records
    assert len(world.server.requests) == 1


async def test_ids_are_asked_for_once(world: World) -> None:
    """A film is a call, and so is a show, but only for the first read ever."""
    play_all(world)
    provider = world.provider()
    before = await world.read(provider)
    films, shows = len(world.seeded.films), len(world.seeded.shows)
    assert world.server.calls("get_metadata") == films + shows
    world.server.reset_requests()
    await provider.read(Feature.HISTORY, None)
    world.now += timedelta(days=2)
    full = await world.read(previous=before)
    assert full.full_read_at == world.now
    assert full.records == before.records
    assert world.server.calls("get_metadata") == 0
    assert world.server.calls("server_status") == 0


async def test_new_plays_are_a_delta(world: World) -> None:
    """New plays cost the look and the ids of what is new; it all adds up."""
    films, episodes = world.seeded.films, world.seeded.episodes
    world.server.play(world.jon, films[0], moment(9))
    world.server.play(world.jon, episodes[0], moment(8))
    provider = world.provider()
    before = await world.read(provider)
    world.server.play(world.jon, films[0], moment(3))
    world.server.play(world.jon, films[1], moment(2))
    world.server.play(world.jon, episodes[1], moment(1))
    world.server.play(world.jon, films[2], moment(0), percent=20)
    world.server.reset_requests()
    after = await world.read(provider, before)
    assert world.server.calls("get_history") == 1
    assert world.server.calls("get_metadata") == 1
    assert after.full_read_at == before.full_read_at
    assert after.records == (await world.read()).records
    assert len(plays(after)) == 4


@pytest.mark.usefixtures("small_pages")
async def test_more_new_plays_than_the_look_shows(world: World) -> None:
    """A few more new plays take one larger page, many more a full read."""
    films = world.seeded.films
    for day in range(6):
        world.server.play(world.jon, films[day], moment(30 - day))
    before = await world.read()
    for day in range(3):
        world.server.play(world.jon, films[6 + day], moment(9 - day))
    world.server.reset_requests()
    after = await world.read(previous=before)
    assert world.server.calls("get_history") == 2
    assert after.full_read_at == before.full_read_at
    for day in range(5):
        world.server.play(world.jon, films[day], moment(5 - day))
    last = await world.read(previous=after)
    assert last.records == (await world.read()).records
    assert len(plays(last)) == 9


@pytest.mark.parametrize("number", [0, -1])
async def test_deleted_rows(world: World, number: int) -> None:
    """A row that was deleted takes its play along, be it an old one."""
    rows = play_all(world)
    before = await world.read()
    world.server.forget(rows[number])
    after = await world.read(previous=before)
    assert before.records.keys() - after.records.keys() == {rows[number].title.guid}


async def test_deleted_and_added(world: World) -> None:
    """A deletion is not hidden by an addition."""
    rows = play_all(world)
    before = await world.read()
    world.server.forget(rows[0])
    world.server.play(world.jon, world.seeded.films[1], moment(0))
    after = await world.read(previous=before)
    assert rows[0].title.guid not in after.records
    assert after.records == (await world.read()).records


async def test_imported_rows(world: World) -> None:
    """Old rows that are imported from elsewhere are found all the same."""
    play_all(world)
    before = await world.read()
    for day in range(3):
        world.server.play(world.jon, world.seeded.films[0], moment(900 + day))
    after = await world.read(previous=before)
    [record] = [
        each
        for each in after.records.values()
        if each.native_id == world.seeded.films[0].guid
    ]
    assert len(watched(record).plays) == 4


async def test_changed_rows(world: World) -> None:
    """Rows that count for less, or for more, than before are seen."""
    rows = play_all(world)
    before = await world.read()
    rows[-1].percent = 20
    after = await world.read(previous=before)
    assert rows[-1].title.guid not in after.records
    rows[-1].percent = 100
    world.server.play(world.jon, world.seeded.films[0], moment(0))
    again = await world.read(previous=after)
    assert rows[-1].title.guid in again.records


async def test_unreadable_marker(world: World) -> None:
    """Without the marker of what was read before, all is read."""
    play_all(world)
    before = await world.provider().read(Feature.HISTORY, None)
    after = await world.read(previous=before)
    assert after.records == before.records
    assert after.marker


async def test_kept_look_gets_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look from long ago does not serve a read, and a later one counts all once."""
    play_all(world)
    provider = world.provider()
    before = await world.read(provider)
    [marker] = (await provider.activity([Feature.HISTORY])).values()
    world.server.play(world.jon, world.seeded.films[0], moment(0))
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    after = await provider.read(Feature.HISTORY, before)
    assert len(watched(after.records[world.seeded.films[0].guid]).plays) == 2
    stored = Snapshot(Feature.HISTORY, after.records, after.full_read_at, marker)
    assert (await world.read(provider, stored)).records == after.records


@pytest.mark.usefixtures("small_pages")
async def test_pages(world: World) -> None:
    """Many plays come in pages, all of them once."""
    rows = play_all(world)
    provider = world.provider()
    snapshot = await provider.read(Feature.HISTORY, None)
    assert len(snapshot.records) == len(rows)
    assert world.server.calls("get_history") == -(-len(rows) // 4)


async def test_smaller_pages_than_asked_for(world: World) -> None:
    """A server that returns less than it is asked for is read on from there."""
    rows = play_all(world)
    world.server.behaviour.longest_page = 5
    snapshot = await world.provider().read(Feature.HISTORY, None)
    assert len(snapshot.records) == len(rows)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 404}, ProtocolError),
        ({"status": 503, "times": 40}, ProviderUnavailableError),
        ({"status": 429, "headers": {"Retry-After": "900"}}, RateLimitedError),
        ({"kind": FaultKind.NONSENSE}, ProtocolError),
        ({"kind": FaultKind.CUT, "times": 40}, ProviderUnavailableError),
        ({"kind": FaultKind.HALF_BODY, "times": 40}, ProviderUnavailableError),
    ],
)
async def test_failed_page(
    world: World, fault: dict[str, object], error: type[Exception]
) -> None:
    """A page in the middle that fails is never a part of a history."""
    play_all(world)
    world.server.faults.fail(on_call=4, **fault)  # type: ignore[arg-type]
    with pytest.raises(error):
        await world.provider().read(Feature.HISTORY, None)
    world.server.faults.clear()
    assert (await world.provider().read(Feature.HISTORY, None)).complete


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("changes", [1, 99])
async def test_plays_come_while_reading(world: World, changes: int) -> None:
    """A play that comes in between is noticed: all is read again, but not forever."""
    play_all(world)
    answer = world.server._data  # noqa: SLF001
    left = [changes]

    def changing(query: dict[str, str]) -> object:
        """Let a play end after each page."""
        if left[0] and query.get("cmd") == "get_history":
            left[0] -= 1
            data = answer(query)
            world.server.play(world.jon, world.seeded.films[0], moment(0))
            return data
        return answer(query)

    world.server._data = changing  # type: ignore[assignment,method-assign]  # noqa: SLF001
    read = world.provider().read(Feature.HISTORY, None)
    if changes == 1:
        assert len(watched((await read).records[world.seeded.films[0].guid]).plays) == 2
    else:
        with pytest.raises(ProtocolError, match="changed while it was read"):
            await read


async def test_database_that_fails(world: World) -> None:
    """A query that fails is answered with an empty history: that is none."""
    play_all(world)
    before = await world.read()
    world.server.behaviour.database_fails = True
    with pytest.raises(ProviderUnavailableError, match="database"):
        await world.read(previous=before)


async def test_older_server(world: World) -> None:
    """A server that takes no list of types is read with its music, and unchanged."""
    track = world.server.add(Media.TRACK, "Rains of Castamere", "plex://track/1")
    rows = play_all(world)
    world.server.play(world.jon, track, moment(0))
    world.server.play(world.jon, world.seeded.films[0], moment(0), live=True)
    world.server.behaviour.understands_lists = False
    snapshot = await world.read()
    assert len(snapshot.records) == len(rows)
    world.server.play(world.jon, world.seeded.films[1], moment(0))
    after = await world.read(previous=snapshot)
    assert after.full_read_at == snapshot.full_read_at
    assert len(watched(after.records[world.seeded.films[1].guid]).plays) == 2


async def test_nobody_played(world: World) -> None:
    """A user who has played nothing has an empty history."""
    assert not (await world.read()).records
    world.server.play(
        world.server.add_user("arya", 42), world.seeded.films[0], moment()
    )
    assert not (await world.read()).records


async def test_endless_history(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that claims to have more than anybody has is not believed."""
    play_all(world)
    monkeypatch.setattr(reading, "MOST_ROWS", 5)
    with pytest.raises(ProtocolError, match="claims"):
        await world.provider().read(Feature.HISTORY, None)


async def test_writes_are_refused(world: World) -> None:
    """Nothing can be written, and each operation is told so."""
    world.server.play(world.jon, world.seeded.films[0], moment(1))
    [record] = (await world.read()).records.values()
    world.server.reset_requests()
    operations = [operation(record.item, value) for value in (record.value, None)]
    outcomes = await written(world.provider(), Feature.HISTORY, operations)
    assert [(each.kind, each.reason) for each in outcomes] == [
        (OutcomeKind.FAILED, Reason.FEATURE_NOT_SUPPORTED)
    ] * 2
    assert not world.server.requests
    assert await world.provider().libraries() == ()


async def test_large_history_is_quick(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The first read of 10,000 plays takes little CPU, the server's own included."""
    catalogue = make_catalogue(300, 40, 2, 10)
    async with tautulli_world(session, limiters, catalogue) as world:
        titles = [*world.seeded.films, *world.seeded.episodes]
        world.server.behaviour.groups_history = False
        for number in range(10_000):
            title = titles[number % len(titles)]
            session_ = Session(
                number + 1,
                number + 1,
                world.jon,
                title,
                moment(minutes=10_060 - number),
                moment(minutes=10_000 - number),
                100.0,
            )
            world.server.sessions.append(session_)
        served = [0.0]
        data = world.server._data  # noqa: SLF001

        def timed(query: dict[str, str]) -> object:
            """Remember the time that the server takes itself."""
            since = time.process_time()
            try:
                return orjson.loads(orjson.dumps(data(query)))
            finally:
                served[0] += time.process_time() - since

        world.server._data = timed  # type: ignore[assignment,method-assign]  # noqa: SLF001
        began = time.process_time()
        snapshot = await world.read()
        spent = time.process_time() - began - served[0]
    assert sum(len(watched(each).plays) for each in snapshot.records.values()) == 10_000
    assert len(world.server.requests) == 1 + 10 + 300 + 40
    assert spent < 2.5
