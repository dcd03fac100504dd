"""How far things were played: read from a Jellyfin server and written to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Progress,
    Snapshot,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mediabrowser.capabilities import (
    CAPABILITIES,
)
from custom_components.crosswatch.providers.mediabrowser.mapping import (
    progress_from_row,
)
from custom_components.crosswatch.providers.mediabrowser.positions import (
    is_nearly_over,
    wanted_ticks,
    went_on,
)
from custom_components.crosswatch.providers.mediabrowser.rows import (
    Row,
    UserData,
    parse_row,
)
from custom_components.crosswatch.providers.mediabrowser.sessions import being_played

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item as ServerItem, Oddities
from .jellyfin_world import ITEMS, World, a_world
from .mediabrowser_world import as_item, moment
from .operating import operation
from .worlds import world_of

MINUTE: Final = 60_000
TICKS: Final = 10_000
ALL: Final = (Feature.HISTORY, Feature.WATCHLIST, Feature.PROGRESS)

APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
SESSIONS = "/Sessions"

world = world_of(a_world)


def failed(reason: Reason) -> tuple[OutcomeKind, Reason]:
    """Return what is told of an operation that must not be carried out."""
    return OutcomeKind.FAILED, reason


def stop_at(
    world: World, item: ServerItem, minutes: int, at: datetime | None = None
) -> None:
    """Let the user have stopped watching an item."""
    world.server.stop_at(world.user, item, minutes * MINUTE * TICKS, at)


def length(item: ServerItem) -> int:
    """Return the length of an item in milliseconds."""
    return (item.runtime or 0) // TICKS


async def progress(world: World) -> dict[str, Value]:
    """Return what a read tells, by the server's id."""
    records = await world.read(Feature.PROGRESS)
    return {name: record.value for name, record in records.items()}


async def test_what_was_begun(world: World) -> None:
    """Films and episodes with a position, and no others, of this user only."""
    film, other, done = world.seeded.films[:3]
    episode = world.seeded.episodes[4]
    stop_at(world, film, 30, moment(2))
    stop_at(world, episode, 10, moment(1))
    world.server.play(world.user, done)
    world.server.stop_at(world.server.add_user("Eve"), other, 600_000_000)
    records = await world.read(Feature.PROGRESS)
    told = {name: record.value for name, record in records.items()}
    assert told == {
        film.id: Progress(30 * MINUTE, length(film), at=moment(2)),
        episode.id: Progress(10 * MINUTE, length(episode), at=moment(1)),
    }
    assert records[film.id].item == as_item(film)
    item = records[episode.id].item
    assert (item.season, item.number) == (episode.parent_index, episode.index)
    assert item.show is not None
    assert item.show.ids == as_item(episode.series).ids


async def test_what_no_position_is_told_of(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A position in a file of several episodes is one of none of them."""
    catalogue = make_catalogue(films=20, shows=12)
    async with a_world(session, limiters, catalogue, Oddities()) as world:
        double = next(each for each in world.seeded.episodes if each.index_end)
        stop_at(world, double, 20)
        assert await progress(world) == {}
        item = as_item(double)
        put = operation(item, Progress(10 * MINUTE), feature=Feature.PROGRESS)
        assert await world.write(Feature.PROGRESS, put) == [failed(Reason.REJECTED)]


async def test_a_watched_item_that_was_put_in_the_middle(world: World) -> None:
    """That an item is watched as well is told along with its position."""
    film = world.seeded.films[0]
    world.server.play(world.user, film, moment(3))
    world.server.state.data(world.user, film).position = 20 * MINUTE * TICKS
    value = (await progress(world))[film.id]
    assert value == Progress(20 * MINUTE, length(film), at=moment(3), watched=True)


async def test_what_is_being_played(world: World) -> None:
    """What runs right now is told as such, also before it has a position."""
    film, other, third = world.seeded.films[:3]
    stop_at(world, film, 30, moment(2))
    device = world.server.begin(world.user, other, 5 * MINUTE * TICKS)
    world.server.begin(world.server.add_user("Eve"), third)
    told = await progress(world)
    assert set(told) == {film.id, other.id}
    playing = told[other.id]
    assert isinstance(playing, Progress)
    assert (playing.position_ms, playing.playing) == (5 * MINUTE, True)
    world.server.get_on(device, 40 * MINUTE * TICKS)
    playing = (await progress(world))[other.id]
    assert isinstance(playing, Progress)
    assert (playing.position_ms, playing.playing) == (40 * MINUTE, True)
    world.server.end(device)
    assert (await progress(world))[other.id] == Progress(
        40 * MINUTE, length(other), at=moment()
    )


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ([], {}),
        (["nothing", {"UserId": "me"}, {"UserId": "me", "NowPlayingItem": {}}], {}),
        ([{"UserId": "you", "NowPlayingItem": {"Id": "a"}}], {}),
        ([{"UserId": "me", "NowPlayingItem": {"Id": "a"}}], {"a": 0}),
        (
            [
                {
                    "UserId": "you",
                    "AdditionalUsers": ["x", {"UserId": "me"}],
                    "NowPlayingItem": {"Id": "a"},
                    "PlayState": {"PositionTicks": 7},
                }
            ],
            {"a": 7},
        ),
        ([{"UserId": "me", "NowPlayingItem": {"Id": "a"}, "PlayState": {}}], {"a": 0}),
    ],
)
def test_sessions(sessions: list[object], expected: dict[str, int]) -> None:
    """Only what this user plays counts, alone or with others."""
    assert being_played(sessions, "me") == expected  # type: ignore[arg-type]


async def marked(world: World) -> str:
    """Return the marker, and read as a run would do after it."""
    marker = (await world.provider.activity([Feature.PROGRESS]))[Feature.PROGRESS]
    await world.read(Feature.PROGRESS)
    return marker


async def test_marker(world: World) -> None:
    """The marker moves with what is begun and played, and stays otherwise."""
    film, other = world.seeded.films[:2]
    stop_at(world, film, 30, moment(2))
    quiet = await marked(world)
    assert await marked(world) == quiet
    device = world.server.begin(world.user, other, 40 * MINUTE * TICKS)
    # Nothing can be seen of it so far, save in the sessions.
    await marked(world)
    world.server.get_on(device, 40 * MINUTE * TICKS)
    playing = await marked(world)
    assert playing != quiet
    world.server.end(device)
    stopped = await marked(world)
    assert stopped not in {quiet, playing}
    assert await marked(world) == stopped
    world.server.play(world.user, other)
    assert await marked(world) == quiet
    # A restart forgets nothing that matters.
    restarted = await world.restarted().activity([Feature.PROGRESS])
    assert restarted == {Feature.PROGRESS: quiet}


async def test_requests_where_nothing_has_changed(world: World) -> None:
    """One request a feature; the read after it takes what that brought."""
    stop_at(world, world.seeded.films[0], 30, moment(2))
    await world.provider.activity(ALL)
    for feature in ALL:
        await world.read(feature)
    world.server.reset_requests()
    markers = await world.provider.activity(ALL)
    assert set(markers) == set(ALL)
    assert world.server.count() == 3
    await world.read(Feature.PROGRESS)
    assert world.server.count() == 3


async def test_finished_things_are_gone(world: World) -> None:
    """Who plays something to its end, or puts it back, has no position there."""
    film, other, third = world.seeded.films[:3]
    for each in (film, other, third):
        stop_at(world, each, 30, moment(2))
    before = await world.provider.read(Feature.PROGRESS, None)
    world.server.play(world.user, film)
    world.server.state.data(world.user, other).position = 0
    after = await world.provider.read(Feature.PROGRESS, before)
    assert set(after.records) == {third.id}


async def test_a_list_that_lacks_what_is_there(world: World) -> None:
    """A position that only the list denies is not taken for gone."""
    films = world.seeded.films[:12]
    for film in films:
        stop_at(world, film, 30, moment(2))
    before = await world.provider.read(Feature.PROGRESS, None)
    world.server.behaviour.cut_lists = 4
    world.server.behaviour.honest_total = False
    with pytest.raises(ProtocolError):
        await world.provider.read(Feature.PROGRESS, before)


@pytest.mark.parametrize("path", [ITEMS, SESSIONS])
@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.NONSENSE])
async def test_a_failed_read(world: World, path: str, kind: FaultKind) -> None:
    """What cannot be read whole is not read at all."""
    stop_at(world, world.seeded.films[0], 30)
    world.server.faults.fail(path=path, kind=kind, status=503, times=3)
    with pytest.raises((ProtocolError, ProviderUnavailableError)):
        await world.read(Feature.PROGRESS)


# What the server has, what is to be written knowing of what, and what comes of it:
# a position in minutes, with the days that it is ago and a star where it is watched.
WRITES = [
    ("", "30@1", None, APPLIED, "30@1"),
    ("20@3", "30@1", "20@3", APPLIED, "30@1"),
    ("30@1", "30@1", "20@3", THERE, "30@1"),
    # Put back by an undo, or by whom the pair believes more.
    ("30@1", "20@3", "30@1", APPLIED, "20@3"),
    # Somebody went on playing since.
    ("40@0", "30@2", "20@3", failed(Reason.CHANGED_SINCE), "40@0"),
    ("40@0", "30@2", None, failed(Reason.CHANGED_SINCE), "40@0"),
    # But not since that was played.
    ("40@3", "30@2", "20@3", APPLIED, "30@2"),
    ("0@0", "30@2", "20@3", APPLIED, "30@2"),
    ("0*@3", "30@1", None, failed(Reason.ALREADY_WATCHED), "0*@3"),
    ("20*@3", "30@1", "20@3", failed(Reason.ALREADY_WATCHED), "20*@3"),
    # The pair was told to copy positions also to where it is watched.
    ("0*@1", "30@2", "0*@1", APPLIED, "30@2"),
    ("30*@1", "30@2", "30*@1", APPLIED, "30@2"),
    ("", "95%@1", None, failed(Reason.NEARLY_FINISHED), ""),
    ("", "900@1", None, failed(Reason.NEARLY_FINISHED), ""),
    ("", "50%@1", None, APPLIED, "50%@1"),
    ("50%@1", "50%@0", "50%@1", THERE, "50%@1"),
    ("40@0", "50%@2", "20%@3", APPLIED, "50%@2"),
    ("20@3", "30", "20@3", APPLIED, "30@3"),
    # Removals put it back to its start.
    ("20@3", "", "20@3", APPLIED, "0@3"),
    ("", "", "20@3", THERE, ""),
    ("0@3", "", "20@3", THERE, "0@3"),
    ("40@0", "", "20@3", failed(Reason.CHANGED_SINCE), "40@0"),
    ("40@0", "", "20", APPLIED, "0@0"),
]


def value(text: str, item: ServerItem) -> Progress | None:
    """Return a position in the notation of the table."""
    if not text:
        return None
    place, _, days = text.partition("@")
    at = moment(int(days)) if days else None
    watched, place = place.endswith("*"), place.rstrip("*")
    if place.endswith("%"):
        percent = float(place[:-1])
        return Progress(percent=percent, at=at, watched=watched)
    return Progress(int(place) * MINUTE, length(item), at=at, watched=watched)


def hold(world: World, item: ServerItem, text: str) -> None:
    """Let the server have a position in the notation of the table."""
    if (held := value(text, item)) is None:
        return
    data = world.server.state.data(world.user, item)
    data.position = ticks_of(held, item)
    data.played = held.watched
    if held.at is not None:
        data.last_played = int(held.at.timestamp() * 10_000_000)


def ticks_of(held: Progress, item: ServerItem) -> int:
    """Return a position in ticks."""
    if held.percent is not None:
        return int((item.runtime or 0) * held.percent / 100)
    return (held.position_ms or 0) * TICKS


def shown(world: World, item: ServerItem) -> tuple[int, bool, datetime | None]:
    """Return the position, and whether and when an item was watched."""
    data = world.user.of(item)
    at = data.last_played
    when = None if at is None else datetime.fromtimestamp(at / 10_000_000, UTC)
    return data.position, data.played, when


@pytest.mark.parametrize(
    ("held", "wanted", "before", "expected", "after"),
    WRITES,
    ids=[f"{held} {wanted} {before}" for held, wanted, before, _, _ in WRITES],
)
async def test_writes(
    world: World,
    held: str,
    wanted: str,
    before: str | None,
    expected: tuple[OutcomeKind, Reason | None],
    after: str,
) -> None:
    """The server ends up with what the table says, and tells so."""
    film = world.seeded.films[0]
    hold(world, film, held)
    put = operation(
        as_item(film),
        value(wanted, film),
        feature=Feature.PROGRESS,
        before=value(before or "", film),
    )
    assert await world.write(Feature.PROGRESS, put) == [expected]
    left = value(after, film) or Progress(0)
    assert shown(world, film) == (ticks_of(left, film), left.watched, left.at)
    assert world.server.writes() == (expected == APPLIED)
    # Written, it reads as it was written, and is there when it is written again.
    if expected == APPLIED and wanted:
        again = operation(
            as_item(film),
            value(wanted, film),
            feature=Feature.PROGRESS,
            before=value(after, film),
        )
        assert await world.write(Feature.PROGRESS, again) == [THERE]


async def test_what_is_being_played_is_left_alone(world: World) -> None:
    """Nothing is moved under somebody who watches it."""
    film = world.seeded.films[0]
    stop_at(world, film, 30, moment(2))
    device = world.server.begin(world.user, film, 31 * MINUTE * TICKS)
    for wanted in (Progress(50 * MINUTE, at=moment()), None):
        put = operation(as_item(film), wanted, feature=Feature.PROGRESS)
        assert await world.write(Feature.PROGRESS, put) == [failed(Reason.BEING_PLAYED)]
    assert world.server.writes() == 0
    world.server.end(device)
    put = operation(
        as_item(film), Progress(50 * MINUTE, at=moment()), feature=Feature.PROGRESS
    )
    assert await world.write(Feature.PROGRESS, put) == [APPLIED]


async def test_kinds_and_what_is_not_there(world: World) -> None:
    """A series has no position; what the server does not have has none either."""
    series = world.seeded.series[0]
    wrong = operation(
        as_item(series),
        Progress(10 * MINUTE),
        feature=Feature.PROGRESS,
        native_ids=[series.id],
    )
    unknown = Item(MediaKind.MOVIE, {"imdb": "tt9999999"}, "Not here")
    missing = operation(unknown, Progress(10 * MINUTE), feature=Feature.PROGRESS)
    gone = operation(unknown, None, feature=Feature.PROGRESS)
    assert await world.write(Feature.PROGRESS, wrong, missing, gone) == [
        failed(Reason.KIND_NOT_SUPPORTED),
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND),
        THERE,
    ]
    assert world.server.writes() == 0


async def test_an_unconfirmed_write(world: World) -> None:
    """What the answer does not show was not done."""
    film = world.seeded.films[0]
    put = operation(
        as_item(film), Progress(30 * MINUTE, at=moment(1)), feature=Feature.PROGRESS
    )
    body = b'{"PlaybackPositionTicks":0,"Played":false}'
    path = rf"/UserItems/{film.id}/UserData"
    world.server.faults.fail(path=path, method="POST", status=200, body=body)
    assert await world.write(Feature.PROGRESS, put) == [failed(Reason.REJECTED)]


async def test_both_ways(world: World) -> None:
    """What one account wrote, a run reads as its own snapshot had it."""
    film = world.seeded.films[0]
    put = operation(
        as_item(film), Progress(30 * MINUTE, at=moment(1)), feature=Feature.PROGRESS
    )
    await world.write(Feature.PROGRESS, put)
    assert await progress(world) == {
        film.id: Progress(30 * MINUTE, length(film), at=moment(1))
    }
    # A play of it takes the position away, as it does at the server.
    played = operation(as_item(film), Watched(moment()), native_ids=[film.id])
    assert await world.write(Feature.HISTORY, played) == [APPLIED]
    assert await progress(world) == {}


async def test_many(session: aiohttp.ClientSession, limiters: Limiters) -> None:
    """Hundreds of begun items take a few requests."""
    async with a_world(session, limiters, make_catalogue(300, 10)) as world:
        for item in (*world.seeded.films, *world.seeded.episodes):
            world.server.stop_at(world.user, item, 10 * MINUTE * TICKS, moment(1))
        begun = sum(data.position > 0 for data in world.user.data.values())
        snapshot: Snapshot = await world.provider.read(Feature.PROGRESS, None)
        assert len(snapshot.records) == begun > 300
        assert world.server.count() == 3


def row(runtime: int) -> Row:
    """Return a row of some length in minutes."""
    return parse_row(
        {"Id": "a", "Type": "Movie", "RunTimeTicks": runtime * MINUTE * TICKS}
    )


def test_rows_without_a_position() -> None:
    """A list may hold what goes by user data of former times: it is left out."""
    assert progress_from_row(row(100), {}, {}) is None
    record = progress_from_row(row(100), {}, {"a": 0})
    assert record is not None
    assert record.value == Progress(0, 100 * MINUTE, playing=True)


def test_positions() -> None:
    """Percent need a length; and short or unmeasured items have limits of their own."""
    assert wanted_ticks(Progress(percent=50), row(100)) == 50 * MINUTE * TICKS
    assert wanted_ticks(Progress(percent=50), row(0)) is None
    assert wanted_ticks(Progress(), row(100)) is None
    assert wanted_ticks(Progress(5), row(0)) == 5 * TICKS
    for minutes, length, expected in (
        (89, 100, False),
        (90, 100, True),
        (3.9, 4, False),
        (4, 4, True),
        (4, 0, False),
    ):
        assert is_nearly_over(int(minutes * MINUTE * TICKS), row(length)) is expected


def test_who_went_on() -> None:
    """Only a newer date tells that somebody went on playing."""
    at = moment(1)
    data = UserData(last_played=at, position=20 * MINUTE * TICKS)
    known = Progress(10 * MINUTE, at=moment(2))
    assert went_on(data, known, None)
    assert went_on(data, known, moment(2))
    assert not went_on(data, known, at)
    assert not went_on(data, Progress(20 * MINUTE, at=moment(2)), moment(2))
    assert not went_on(data._replace(last_played=None), known, moment(2))
    assert not went_on(data._replace(position=0), known, moment(2))
    assert not went_on(data, Progress(10 * MINUTE), None)


def test_capabilities() -> None:
    """Positions near the end of anything but a clip are the history's business."""
    support = CAPABILITIES[Feature.PROGRESS]
    assert support.completes_at == 90
    assert support.completes_from == timedelta(minutes=5)
    assert support.kinds == {MediaKind.MOVIE, MediaKind.EPISODE}


async def test_a_position_outlives_a_removal(world: World) -> None:
    """Who is watching a film again stays where they are in it."""
    film = world.seeded.films[0]
    world.server.play(world.user, film, moment(days=9))
    world.server.stop_at(world.user, film, 30 * MINUTE * TICKS, moment(days=2))
    (begun,) = (await world.read(Feature.PROGRESS)).values()
    assert isinstance(begun.value, Progress)
    assert begun.value.watched

    assert await world.write(Feature.HISTORY, operation(as_item(film), None)) == [
        APPLIED
    ]

    assert not await world.read(Feature.HISTORY)
    (left,) = (await world.read(Feature.PROGRESS)).values()
    assert left.value == replace(begun.value, watched=False)
