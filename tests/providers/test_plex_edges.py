"""Rare things at Plex: what is gone in between, lists that move, odd answers."""

import asyncio
from pathlib import Path

import pytest
from yarl import URL

from custom_components.crosswatch.engine.model import (
    Item,
    Listed,
    MediaKind,
    Play,
    Rated,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.answer import Answer
from custom_components.crosswatch.providers.plex import library
from custom_components.crosswatch.providers.plex.found import found_plex
from custom_components.crosswatch.providers.plex.index import LibraryIndex
from custom_components.crosswatch.providers.plex.own import Own, OwnPlay
from custom_components.crosswatch.providers.plex.wire import accepted
from custom_components.crosswatch.providers.spec import Announcement

from ..simulators.base import FaultKind
from ..simulators.plex import watch_some
from .operating import operation
from .plex_world import (
    APPLIED,
    HISTORY,
    LISTS,
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

world = world_with_files_of(a_world)


@pytest.mark.parametrize(
    ("status", "written", "error"),
    [
        (401, True, AuthenticationError),
        (403, True, AccountLimitError),
        (301, True, ProtocolError),
        (400, True, ProtocolError),
        (501, True, ProviderUnavailableError),
    ],
)
def test_refusals(status: int, written: bool, error: type[ProviderError]) -> None:
    """Only where a server failed in the middle may a write have been done."""
    answer = Answer(
        method="PUT",
        url=URL("http://plex.test/x"),
        status=status,
        headers={},
        body=b"<html>401</html>",
        written=written,
    )
    with pytest.raises(error) as raised:
        accepted(answer, "The Plex server")
    assert raised.value.maybe_sent is (status == 501)


async def test_another_server_answers(world: World) -> None:
    """An address at which another server answers is not that of the account."""
    provider = world.provider_for({**world.data, "server_id": "another"})

    with pytest.raises(AuthenticationError, match="Another"):
        await provider.identify()


async def test_what_is_kept_lacks_something(world: World) -> None:
    """Data without a token is that of nobody."""
    with pytest.raises(AuthenticationError, match="token"):
        world.provider_for({**world.data, "token": ""})


async def test_others_are_not_asked_for_settings(world: World) -> None:
    """Only the owner may ask how the server is set up."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann)
    data = {**world.data, "user_id": str(ann.id), "token": world.server.token(ann)}
    provider = world.provider_for(data)

    await provider.identify()

    assert world.server.count("GET", "/:/prefs") == 0
    assert provider.capabilities[PROGRESS].completes_at == 90.0
    assert (await provider.read(PROGRESS, None)).records == {}
    assert world.server.count("GET", "/status/sessions") == 0


async def test_no_longer_shared(world: World) -> None:
    """Who has lost the server has to sign in again, or ask its owner."""
    ann = world.cloud.add_friend(world.jon, "Ann")
    world.server.share(ann)
    token = world.cloud.sign_in(ann, "crosswatch-test-device")
    data = {
        **world.data,
        "user_id": str(ann.id),
        "token": world.server.token(ann),
        "account_token": token,
    }
    provider = world.provider_for(data)
    world.server.unshare(ann)

    with pytest.raises(AuthenticationError, match="no longer"):
        await provider.read(PROGRESS, None)


async def test_a_refused_token_that_is_the_right_one(world: World) -> None:
    """A server that refuses what plex.tv gives for it is not asked on and on."""
    world.server.faults.fail(path=r"/(library|status)/.*", status=401, times=99)

    for _ in range(2):
        with pytest.raises(AuthenticationError):
            await world.read(HISTORY)
    assert world.cloud.count("GET", "/api/v2/resources") == 1


async def test_a_server_that_is_down(world: World) -> None:
    """It is looked for once, by however many that ask."""
    await world.server.stop()

    results = await asyncio.gather(
        *(world.provider.read(feature, None) for feature in (HISTORY, RATINGS)),
        return_exceptions=True,
    )

    assert all(isinstance(each, ProviderUnavailableError) for each in results)
    assert world.cloud.count("GET", "/api/v2/resources") == 1
    world.cloud.faults.fail(status=500, times=99)
    with pytest.raises(ProviderUnavailableError):
        await world.provider.read(HISTORY, None)
    await world.server.start()


async def test_several_find_it_together(world: World) -> None:
    """When a server has moved, all that wait for it go on."""
    world.server.watch(world.jon, world.seeded.films[0], ago(days=1))
    await world.server.stop()
    await world.server.start()

    results = await asyncio.gather(
        *(
            world.provider.read(feature, None)
            for feature in (HISTORY, RATINGS, PROGRESS)
        )
    )

    assert [len(snapshot.records) for snapshot in results] == [1, 0, 0]
    assert len(world.saved) == 1


async def test_many_shows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many shows all are listed at once."""
    monkeypatch.setattr(library, "MOST_SHOWS_ASKED", 2)
    watch_some(world.server, world.jon, world.seeded, films=0, episodes=1.0)
    world.forget_requests()

    records = await world.read(HISTORY)

    assert all(record.item.show and record.item.show.ids for record in records.values())
    assert world.server.count("GET", r"/library/metadata/.*") == 0


async def test_a_list_that_moves(world: World) -> None:
    """A list that changes while it is read is read again; and a delta fails."""
    world.server.behaviour.largest_page = 5
    watch_some(world.server, world.jon, world.seeded, films=20, episodes=0)
    before = await world.snapshot(HISTORY)
    fresh = [f for f in world.seeded.films if f.key not in before.records]
    world.clock.move(hours=1)
    for film in fresh[:6]:
        world.server.watch(world.jon, film)

    def move(start: int) -> None:
        """Let one more film be watched for each page."""
        if start:
            world.clock.move(seconds=1)
            world.server.watch(world.jon, fresh.pop())

    world.server.behaviour.before_page = move
    with pytest.raises(ProtocolError):
        await world.read(HISTORY, before)
    world.server.behaviour.before_page = None
    assert len(await world.read(HISTORY)) >= 26


@pytest.mark.parametrize(
    "body",
    ['{"MediaContainer": {"Directory": 7}}', '{"MediaContainer": 7}', "{}"],
)
async def test_libraries_that_make_no_sense(world: World, body: str) -> None:
    """A list of libraries has to be one."""
    world.server.faults.fail(
        path="/library/sections", kind=FaultKind.NONSENSE, body=body
    )
    with pytest.raises(ProtocolError):
        await world.provider.libraries()


async def test_odd_libraries(world: World) -> None:
    """Libraries of music, and what is none, are left out."""
    body = (
        '{"MediaContainer": {"Directory": [7, {"type": "artist", "key": "9"},'
        ' {"type": "movie"}, {"type": "movie", "key": "4"}]}}'
    )
    world.server.faults.fail(
        path="/library/sections", kind=FaultKind.NONSENSE, body=body
    )
    (library_,) = await world.provider.libraries()
    assert (library_.library_id, library_.name) == ("4", "4")


async def test_sessions_that_make_no_sense(world: World) -> None:
    """A list of sessions has to be one; what is in it may be odd."""
    world.server.faults.fail(
        path="/status/sessions",
        kind=FaultKind.NONSENSE,
        body='{"MediaContainer": {"Metadata": {"a": 1}}}',
    )
    with pytest.raises(ProtocolError):
        await world.read(PROGRESS)
    world.server.faults.fail(
        path="/status/sessions",
        kind=FaultKind.NONSENSE,
        body='{"MediaContainer": {"Metadata": [1, {}, {"User": {"id": 1}}]}}',
    )
    assert await world.read(PROGRESS) == {}


async def test_just_begun(world: World) -> None:
    """What has just begun to be played stands nowhere so far."""
    world.server.play_now(world.jon, world.seeded.films[0], 0)

    assert await world.read(PROGRESS) == {}


async def test_titles_that_plex_forgot(world: World) -> None:
    """A title whose page is gone stays on the list, without ids."""
    title = world.cloud.title(world.seeded.films[0].title)
    world.cloud.put_on_watchlist(world.jon, title)
    path = r"/library/metadata/\w+"
    world.cloud.faults.fail(path=path, status=404)

    (record,) = (await world.read(WATCHLIST)).values()

    assert (record.item.ids, record.item.title) == ({}, title.name)
    world.restart()
    (record,) = (await world.read(WATCHLIST)).values()
    assert record.item.ids


async def test_what_is_asked_is_refused(world: World) -> None:
    """Questions about titles that Plex refuses find nothing."""
    film = Item(MediaKind.MOVIE, {"imdb": "tt0133093"}, "The Matrix", 1999)
    world.cloud.faults.fail(path=r"/library/metadata/matches", status=400, times=9)
    world.cloud.faults.fail(path=r"/library/search", status=400, times=9)

    wanted = operation(film, Listed(), feature=WATCHLIST)
    assert await world.write(WATCHLIST, wanted) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ]


async def test_a_title_of_no_year(world: World) -> None:
    """Where a year is not known, the name and the ids do."""
    film = world.seeded.films[0]
    ids = dict(guid.split("://") for guid in film.guids)
    world.cloud.behaviour.broken_matches = True
    item = Item(MediaKind.MOVIE, ids, film.title)

    assert await world.write(
        WATCHLIST, operation(item, Listed(), feature=WATCHLIST)
    ) == [APPLIED]


async def test_a_missing_title_without_a_page(world: World) -> None:
    """What is gone from the list, and from Plex, is gone."""
    titles = [world.cloud.title(film.title) for film in world.seeded.films[:2]]
    for title in titles:
        world.cloud.put_on_watchlist(world.jon, title)
    before = await world.snapshot(WATCHLIST)
    for title in titles:
        world.cloud.take_off_watchlist(world.jon, title)
    world.cloud.faults.fail(path=r".*/userState", status=404)

    assert await world.read(WATCHLIST, before) == {}


async def test_items_by_ids_alone(world: World) -> None:
    """An episode is found by its own ids where nothing is known of its show."""
    episode = world.seeded.episodes[5]
    ids = dict(guid.split("://") for guid in episode.guids)
    alone = Item(MediaKind.EPISODE, ids, "")
    of_show = Item(
        MediaKind.EPISODE,
        ids,
        "",
        show=Item(
            MediaKind.SHOW, dict(guid.split("://") for guid in episode.top.guids)
        ),
    )

    assert await world.write(
        HISTORY,
        operation(alone, Watched(ago(days=9))),
        operation(of_show, Watched(ago(days=9))),
    ) == [APPLIED, THERE]
    assert world.server.view(world.jon, episode).count == 1


async def test_the_index_does_not_last(world: World) -> None:
    """What was added since is found a while later."""
    clock = [0.0]
    lists = (await world.provider.records())._lists  # noqa: SLF001
    index = LibraryIndex(lists, clock=lambda: clock[0])
    film = world.seeded.films[0]
    wanted = operation(
        Item(
            MediaKind.MOVIE, {"imdb": dict(g.split("://") for g in film.guids)["imdb"]}
        ),
        Watched(ago(days=9)),
    )
    assert await index.find(wanted) == {film.key}
    again = world.server.library.add_again(film)
    assert await index.find(wanted) == {film.key}
    clock[0] = 61.0
    assert await index.find(wanted) == {film.key, again.key}
    third = world.server.library.add_again(again)
    found: set[str] = set()
    while third.key not in found and clock[0] < 2000:
        # In use all the time, it serves a while longer.
        clock[0] += 59
        found = await index.find(wanted)
    assert 900 <= clock[0] - 61 < 1000


async def test_a_removal_that_knows_nothing(world: World) -> None:
    """A removal without a value before takes all plays."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    (record,) = (await world.read(HISTORY)).values()
    gone = operation(record.item, None, native_ids=[film.key])

    assert await world.write(HISTORY, gone) == [APPLIED]
    assert world.server.view(world.jon, film).count == 0


async def test_a_removal_of_undated_plays(world: World) -> None:
    """So does one of an item of which no play is dated any more."""
    film = world.seeded.films[0]
    world.server.mark(world.jon, film, ago(days=9))
    (record,) = (await world.read(HISTORY)).values()
    world.server.stop_at(world.jon, film, 600_000)

    assert await world.write(HISTORY, removal(record, HISTORY)) == [APPLIED]


async def test_the_same_play_taken_twice(world: World) -> None:
    """A play that was named twice in a batch is taken once."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    world.server.watch(world.jon, film, ago(days=3))
    (record,) = (await world.read(HISTORY)).values()
    assert isinstance(record.value, Watched)
    first = record.value.plays[0]
    # As another account knows it: by its date alone.
    before = Watched(first.at, (Play(first.at),))

    assert await world.write(
        HISTORY, removal(record, HISTORY, before), removal(record, HISTORY, before)
    ) == [APPLIED, APPLIED]
    (record,) = (await world.read(HISTORY)).values()
    assert isinstance(record.value, Watched)
    assert [play.at for play in record.value.plays] == [ago(days=3)]


async def test_a_play_that_was_logged_late(world: World) -> None:
    """A play is the same whether the flag tells of it or the log."""
    film = world.seeded.films[0]
    world.server.mark(world.jon, film, ago(days=9))
    (record,) = (await world.read(HISTORY)).values()
    viewer = world.server.viewer(world.jon)
    world.server.doings.log(viewer, film, int(ago(days=9).timestamp()) - 20)

    assert await world.write(HISTORY, removal(record, HISTORY)) == [APPLIED]
    assert world.server.view(world.jon, film).count == 0


async def test_a_play_that_is_gone_already(world: World) -> None:
    """Where a play is not there any more, others are left alone."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    (record,) = (await world.read(HISTORY)).values()
    world.server.unmark(world.jon, film)
    world.server.watch(world.jon, film, ago(days=1))

    assert await world.write(HISTORY, removal(record, HISTORY)) == [THERE]
    assert world.server.view(world.jon, film).count == 1


async def test_a_rating_of_an_item_that_is_gone(world: World) -> None:
    """What is gone by the time of writing is nowhere."""
    film = world.seeded.films[0]
    world.server.rate(world.jon, film, 6)
    (record,) = (await world.read(RATINGS)).values()
    world.server.faults.fail(path=r"/:/rate", status=404, times=9)
    world.server.faults.fail(
        path=r"/library/metadata/\d+", on_call=2, times=99, status=404
    )
    wanted = operation(
        record.item,
        Rated(3),
        feature=RATINGS,
        before=record.value,
        native_ids=[film.key],
    )

    assert await world.write(RATINGS, wanted) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ]


async def test_a_dry_run_leaves_no_trace(world: World) -> None:
    """What was read in between and not kept is read again."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    before = await world.snapshot(HISTORY)
    world.clock.move(hours=1)
    world.server.watch(world.jon, film)
    seen = await world.snapshot(HISTORY, before)
    assert seen.records != before.records

    again = await world.snapshot(HISTORY, before)

    assert again.records == seen.records


async def test_nothing_was_ever_watched(world: World) -> None:
    """An empty history is brought up to date like any other."""
    before = await world.snapshot(HISTORY)
    assert before.records == {}
    world.forget_requests()
    assert await world.snapshot(HISTORY, before) == before
    assert world.server.count("GET", "/status/.*") == 0


def test_a_file_that_was_in_use(tmp_path: Path) -> None:
    """What goes wrong with the file is told as such; nothing of it is half done."""
    own = Own(tmp_path / "own.db")
    own.add([("title", OwnPlay(1, 2, 3))])
    with pytest.raises(ProviderUnavailableError):
        own.add([("title", OwnPlay(1, 2, 3)), ("title", OwnPlay(None, 2, 3))])  # type: ignore[arg-type]
    assert len(own.plays()["title"]) == 1
    (tmp_path / "own.db").unlink()
    (tmp_path / "own.db").mkdir()
    with pytest.raises(ProviderUnavailableError):
        own.plays()


async def test_positions_from_another_account(world: World) -> None:
    """A value that is no position is refused."""
    film = world.seeded.films[0]
    ids = dict(guid.split("://") for guid in film.guids)
    item = Item(MediaKind.MOVIE, ids, film.title)
    assert await world.write(PROGRESS, operation(item, Rated(3), feature=PROGRESS)) == [
        (OutcomeKind.FAILED, Reason.REJECTED)
    ]


async def test_a_snapshot_of_long_ago(world: World) -> None:
    """What the log of long ago held is not needed for what is new."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=9))
    before = await world.snapshot(HISTORY)
    bare = Snapshot.of(HISTORY, before.records.values(), before.full_read_at)
    world.clock.move(hours=2)
    world.server.watch(world.jon, world.seeded.films[1])

    after = await world.read(HISTORY, bare)

    assert len(after) == 2
    assert world.server.count("GET", LISTS) >= 2


def test_servers_that_announce_themselves() -> None:
    """A server in the network is found at its address, with Plex's own port."""
    found = found_plex(Announcement(host="192.168.1.5", port=None, name="Tower"))
    assert found is not None
    assert found.answers == {"url": "http://192.168.1.5:32400"}
    assert found.name == "Tower"
    named = found_plex(Announcement(host="fd00::1", port=32401, name=""))
    assert named is not None
    assert named.name == "http://[fd00::1]:32401"
    assert found_plex(Announcement(host="", port=1, name="x")) is None
