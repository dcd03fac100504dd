"""Plays written to a Plex server, which dates all of them with the present."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import (
    Item,
    MediaKind,
    Play,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.plex.mapping import item_from_row
from custom_components.crosswatch.providers.plex.own import Own, OwnPlay

from ..simulators.base import FaultKind
from ..simulators.plex import Oddities
from ..simulators.plex.model import Item as ServerItem
from .operating import operation
from .plex_world import (
    APPLIED,
    HISTORY,
    LISTS,
    NOW,
    THERE,
    World,
    a_world,
    ago,
    removal,
)
from .worlds import world_with_files_of

SCROBBLE = r"/:/scrobble"
LONG_AGO = ago(days=700, minutes=3)
UNKNOWN = (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)

world = world_with_files_of(a_world)
# A world whose libraries have grown for years.
odd = world_with_files_of(partial(a_world, oddities=Oddities(second_copy=4)))


async def item_of(world: World, item: ServerItem) -> Item:
    """Return an item as other services know it."""
    lists = (await world.provider.records())._lists  # noqa: SLF001
    row = (await lists.by_key([item.key]))[item.key]
    shows = {}
    if item.top is not item:
        (show,) = (await lists.by_key([item.top.key])).values()
        shows = {show.key: item_from_row(show, {})}
    world.forget_requests()
    return item_from_row(row, shows)


def watched(record: Record) -> Watched:
    """Return what a record of the history says."""
    assert isinstance(record.value, Watched)
    return record.value


def moments(record: Record) -> list[object]:
    """Return when something was played."""
    return [play.at for play in watched(record).plays]


def rewatch(at: object) -> Watched:
    """Return one play, as it is copied where all of them are."""
    moment = at
    assert hasattr(moment, "timestamp")
    return Watched(moment, (Play(moment),))  # type: ignore[arg-type]


@pytest.mark.parametrize("logged", [False, True], ids=["", "and logged"])
async def test_a_play_keeps_its_date(world: World, logged: bool) -> None:
    """A play of years ago is listed at its date, also after a restart."""
    world.server.behaviour.scrobble_writes_history = logged
    film, episode = world.seeded.films[0], world.seeded.episodes[4]
    operations = [
        operation(await item_of(world, film), Watched(LONG_AGO)),
        operation(await item_of(world, episode), Watched(ago(days=300))),
    ]

    assert await world.write(HISTORY, *operations) == [APPLIED, APPLIED]

    assert world.server.view(world.jon, film).viewed_at == NOW.timestamp()
    world.clock.move(hours=5)
    world.restart()
    records = await world.read(HISTORY)
    assert moments(records[film.key]) == [LONG_AGO]
    assert moments(records[episode.key]) == [ago(days=300)]
    assert all(play.native_id for play in watched(records[film.key]).plays)
    # Nor is it taken for another one when it is read by a delta.
    world.server.watch(world.jon, world.seeded.films[1], world.clock.now)
    snapshot = Snapshot.of(HISTORY, records.values(), world.clock.now)
    after = await world.read(HISTORY, snapshot)
    assert after[film.key] == records[film.key]
    assert len(after) == 3


async def test_nothing_is_written_twice(world: World) -> None:
    """The same play again has nothing to do; views are counted by each request."""
    film = world.seeded.films[0]
    item = await item_of(world, film)

    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [APPLIED]
    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [THERE]
    assert await world.write(HISTORY, operation(item, rewatch(LONG_AGO))) == [THERE]

    assert world.server.view(world.jon, film).count == 1
    assert world.server.count("PUT", SCROBBLE) == 1


async def test_every_play(world: World) -> None:
    """With rewatches each play is counted, and listed at its own date."""
    film = world.seeded.films[0]
    item = await item_of(world, film)
    dates = [ago(days=900), ago(days=500), ago(days=100)]

    done = await world.write(HISTORY, *(operation(item, rewatch(d)) for d in dates))

    assert done == [APPLIED] * 3
    assert world.server.view(world.jon, film).count == 3
    (record,) = (await world.read(HISTORY)).values()
    assert moments(record) == dates
    assert len({play.native_id for play in watched(record).plays}) == 3
    world.clock.move(days=1)
    world.server.watch(world.jon, film)
    (record,) = (await world.read(HISTORY)).values()
    assert moments(record) == [*dates, world.clock.now]
    # What the log has is there as well.
    again = operation(item, rewatch(world.clock.now), native_ids=[film.key])
    assert await world.write(HISTORY, again) == [THERE]


@pytest.mark.parametrize("shared", [True, False])
async def test_every_copy_is_marked_once(odd: World, shared: bool) -> None:
    """All copies of a film are watched after, each of them once."""
    odd.server.behaviour.copies_share_state = shared
    copy = odd.seeded.copies[0]
    original = next(film for film in odd.seeded.films if film.guid == copy.guid)
    item = await item_of(odd, copy)

    assert await odd.write(HISTORY, operation(item, Watched(LONG_AGO))) == [APPLIED]

    for each in (copy, original):
        assert odd.server.view(odd.jon, each).count == 1
    records = await odd.read(HISTORY)
    assert {key: moments(record) for key, record in records.items()} == {
        copy.key: [LONG_AGO],
        original.key: [LONG_AGO],
    }


async def test_a_watched_item_is_left_alone(world: World) -> None:
    """Without rewatches one play is as good as another."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=1))
    item = await item_of(world, film)

    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [THERE]
    assert world.server.writes() == 0


async def test_not_on_the_server(world: World) -> None:
    """What the server does not have is not found; there is nothing to remove."""
    stranger = Item(MediaKind.MOVIE, {"imdb": "tt99999999"}, "Nobody's film", 1999)
    episode = Item(
        MediaKind.EPISODE,
        {},
        "",
        show=Item(MediaKind.SHOW, {"tvdb": "99999999"}, "Nobody's show"),
        season=1,
        number=1,
    )

    assert await world.write(
        HISTORY,
        operation(stranger, Watched(LONG_AGO)),
        operation(episode, Watched(LONG_AGO)),
        operation(stranger, None),
    ) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND),
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND),
        THERE,
    ]


async def test_numbers_come_before_ids(world: World) -> None:
    """An episode is found by its show and place, also with another's id."""
    first, second = world.seeded.episodes[2:4]
    wrong = await item_of(world, second)
    item = await item_of(world, first)
    mixed = Item(
        item.kind, wrong.ids, item.title, None, item.show, item.season, item.number
    )

    assert await world.write(HISTORY, operation(mixed, Watched(LONG_AGO))) == [APPLIED]
    assert world.server.view(world.jon, first).count == 1
    assert world.server.view(world.jon, second).count == 0


async def test_never_a_whole_show(world: World) -> None:
    """A show that is named where an episode was meant is not marked."""
    show = world.seeded.series[0]
    item = await item_of(world, world.seeded.episodes[0])
    wrong = operation(item, Watched(LONG_AGO), native_ids=[show.key])

    assert await world.write(HISTORY, wrong) == [
        (OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
    ]
    assert world.server.writes() == 0


async def test_a_play_without_a_date(world: World) -> None:
    """It would be one of now."""
    item = await item_of(world, world.seeded.films[0])

    assert await world.write(HISTORY, operation(item, Watched(None))) == [
        (OutcomeKind.FAILED, Reason.NO_DATE)
    ]


async def test_ambiguous_ids(world: World) -> None:
    """Ids that lead to different films are nobody's."""
    first = await item_of(world, world.seeded.films[0])
    second = await item_of(world, world.seeded.films[1])
    mixed = Item(
        MediaKind.MOVIE, {"imdb": first.ids["imdb"], "tmdb": second.ids["tmdb"]}, "?"
    )

    assert (
        await world.write(
            HISTORY, operation(mixed, Watched(LONG_AGO)), operation(mixed, None)
        )
        == [(OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)] * 2
    )


async def test_removed(world: World) -> None:
    """An item that loses its plays is unwatched; later plays are new ones."""
    film = world.seeded.films[0]
    item = await item_of(world, film)
    await world.write(HISTORY, operation(item, Watched(LONG_AGO)))
    (record,) = (await world.read(HISTORY)).values()

    assert await world.write(HISTORY, removal(record, HISTORY)) == [APPLIED]
    assert world.server.view(world.jon, film).count == 0
    assert await world.read(HISTORY) == {}
    assert await world.write(HISTORY, removal(record, HISTORY)) == [THERE]

    world.clock.move(days=1)
    world.server.mark(world.jon, film)
    (record,) = (await world.read(HISTORY)).values()
    assert moments(record) == [world.clock.now]


async def test_a_newer_play_is_not_removed(world: World) -> None:
    """What was watched since the removal was planned stays."""
    film = world.seeded.films[0]
    world.server.mark(world.jon, film, ago(days=9))
    (record,) = (await world.read(HISTORY)).values()
    world.server.watch(world.jon, film, ago(days=1))
    without_plays = Watched(watched(record).at)

    done = await world.write(HISTORY, removal(record, HISTORY, without_plays))

    assert done == [(OutcomeKind.FAILED, Reason.CHANGED_SINCE)]
    assert world.server.view(world.jon, film).count == 2


@pytest.mark.parametrize("owner", [True, False])
async def test_one_play_of_several(world: World, owner: bool) -> None:
    """A play that is taken away alone leaves the others, and does not come back."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=30))
    world.server.mark(world.jon, film, ago(days=20))
    item = await item_of(world, film)
    await world.write(HISTORY, operation(item, rewatch(LONG_AGO)))
    if not owner:
        world.server.faults.fail(method="DELETE", status=403, times=9)
    (record,) = (await world.read(HISTORY)).values()
    left = [LONG_AGO, ago(days=30), ago(days=20)]
    assert moments(record) == left

    for gone in watched(record).plays:
        left.remove(gone.at)
        before = Watched(gone.at, (gone,))
        done = await world.write(HISTORY, removal(record, HISTORY, before))
        assert done == [APPLIED]
        world.restart()
        found = list((await world.read(HISTORY)).values())
        assert [moments(each) for each in found] == ([left] if left else [])
    # Of the last play the item is unmarked; the one that was logged is taken out.
    assert world.server.count("DELETE") == 1


async def test_a_mark_keeps_its_date(world: World) -> None:
    """What was only marked is not lost when it is watched again."""
    film = world.seeded.films[0]
    world.server.mark(world.jon, film, ago(days=20))
    before = await world.snapshot(HISTORY)
    world.clock.move(days=1)
    world.server.mark(world.jon, film)
    world.clock.move(days=1)
    after = await world.snapshot(HISTORY)
    world.server.watch(world.jon, film)
    world.restart()

    (record,) = (await world.read(HISTORY)).values()

    (first,) = watched(before.records[film.key]).plays
    names = [play.native_id for play in watched(record).plays]
    assert moments(record) == [
        ago(days=20),
        world.clock.now - timedelta(days=1),
        world.clock.now,
    ]
    assert names[:2] == [
        play.native_id for play in watched(after.records[film.key]).plays
    ]
    assert names[0] == first.native_id


async def test_all_plays_one_by_one(world: World) -> None:
    """Who loses all plays in one batch, one at a time, is unwatched."""
    film = world.seeded.films[0]
    for days in (30, 20, 10):
        world.server.watch(world.jon, film, ago(days=days))
    (record,) = (await world.read(HISTORY)).values()

    done = await world.write(
        HISTORY,
        *(
            removal(record, HISTORY, Watched(play.at, (play,)))
            for play in watched(record).plays
        ),
    )

    assert done == [APPLIED] * 3
    assert await world.read(HISTORY) == {}


async def test_a_mark_is_taken_away_and_others_stay(world: World) -> None:
    """The date of a mark that was taken away is not that of another play."""
    film = world.seeded.films[0]
    world.server.watch(world.jon, film, ago(days=30))
    world.server.mark(world.jon, film, ago(days=2))
    (record,) = (await world.read(HISTORY)).values()
    assert moments(record) == [ago(days=30), ago(days=2)]
    last = watched(record).plays[-1]

    before = Watched(last.at, (last,))
    assert await world.write(HISTORY, removal(record, HISTORY, before)) == [APPLIED]

    (record,) = (await world.read(HISTORY)).values()
    assert moments(record) == [ago(days=30)]
    assert watched(record).count == 1


@pytest.mark.parametrize("kind", [FaultKind.CUT_AFTER, FaultKind.STATUS_AFTER])
async def test_a_write_without_an_answer(world: World, kind: FaultKind) -> None:
    """It is not sent again; where it has arrived, it has its date all the same."""
    film, other = world.seeded.films[:2]
    world.server.faults.fail(path=SCROBBLE, kind=kind, status=500)

    assert await world.write(
        HISTORY,
        operation(await item_of(world, film), Watched(LONG_AGO)),
        operation(await item_of(world, other), Watched(LONG_AGO)),
    ) == [UNKNOWN, APPLIED]

    assert world.server.count("PUT", SCROBBLE) == 2
    world.restart()
    records = await world.read(HISTORY)
    assert {key: moments(record) for key, record in records.items()} == {
        film.key: [LONG_AGO],
        other.key: [LONG_AGO],
    }


async def test_a_write_that_did_not_arrive(world: World) -> None:
    """A later mark of one's own is not taken for it."""
    film = world.seeded.films[0]
    world.server.faults.fail(path=SCROBBLE, kind=FaultKind.CUT)
    item = await item_of(world, film)

    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [UNKNOWN]
    assert await world.read(HISTORY) == {}

    world.clock.move(hours=3)
    world.server.mark(world.jon, film)
    (record,) = (await world.read(HISTORY)).values()
    assert moments(record) == [world.clock.now]


async def test_a_server_that_is_slow_to_show(world: World) -> None:
    """What shows a moment later is confirmed by then."""
    item = await item_of(world, world.seeded.films[0])
    world.server.faults.fail(
        path=r"/library/metadata/\d+", on_call=2, kind=FaultKind.SLOW, seconds=0.05
    )
    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [APPLIED]


async def test_what_never_shows(world: World) -> None:
    """An accepted write that does not show is no success."""
    world.server.behaviour.visible_after = 3600
    item = await item_of(world, world.seeded.films[0])

    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [UNKNOWN]

    world.clock.move(hours=2)
    (record,) = (await world.read(HISTORY)).values()
    assert watched(record).count == 1


async def test_what_cannot_be_confirmed(world: World) -> None:
    """Where the server goes away before it is asked, nobody knows."""
    item = await item_of(world, world.seeded.films[0])
    world.server.faults.fail(
        path=r"/library/metadata/\d+", on_call=2, times=99, status=500
    )
    world.cloud.faults.fail(status=500, times=99)

    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [UNKNOWN]


async def test_not_allowed(world: World) -> None:
    """A user that may not do it is told so; the login is good."""
    item = await item_of(world, world.seeded.films[0])
    world.server.faults.fail(path=SCROBBLE, status=403, times=9)

    with pytest.raises(AccountLimitError):
        await world.write(HISTORY, operation(item, Watched(LONG_AGO)))


async def test_gone_in_between(world: World) -> None:
    """An item that is gone by the time of writing was not found."""
    item = await item_of(world, world.seeded.films[0])
    world.server.faults.fail(path=SCROBBLE, status=404, times=9)

    assert await world.write(HISTORY, operation(item, Watched(LONG_AGO))) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ]


async def test_down(world: World) -> None:
    """A server that is down takes nothing, and loses nothing."""
    item = await item_of(world, world.seeded.films[0])
    world.server.faults.fail(path=LISTS, status=503, times=99)

    with pytest.raises(ProviderUnavailableError):
        await world.write(HISTORY, operation(item, Watched(LONG_AGO)))
    assert world.server.writes() == 0


async def test_a_damaged_file(world: World) -> None:
    """Notes that cannot be read are set aside, and begun anew."""
    film = world.seeded.films[0]
    item = await item_of(world, film)
    await world.write(HISTORY, operation(item, Watched(LONG_AGO)))
    (path,) = world.folder.iterdir()
    path.write_bytes(b"This is no database, as anybody can see." * 100)

    (record,) = (await world.read(HISTORY)).values()

    assert moments(record) == [NOW]
    assert len(list(world.folder.glob("*.damaged-*"))) == 1


async def test_a_file_that_cannot_be_used(world: World, tmp_path: Path) -> None:
    """Where the notes cannot be kept, nothing is written to the server."""
    item = await item_of(world, world.seeded.films[0])
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    world.folder = blocked / "below"
    world.restart()

    with pytest.raises(ProviderUnavailableError):
        await world.write(HISTORY, operation(item, Watched(LONG_AGO)))
    assert world.server.writes() == 0


def test_many_begin_the_file_at_once(tmp_path: Path) -> None:
    """Several threads may be the first to write."""
    own = Own(tmp_path / "own.db")
    plays = [("title", OwnPlay(number, number, number)) for number in range(24)]

    with ThreadPoolExecutor(8) as pool:
        numbers = [n for some in pool.map(lambda p: own.add([p]), plays) for n in some]

    assert len(set(numbers)) == 24
    assert len(own.plays()["title"]) == 24
