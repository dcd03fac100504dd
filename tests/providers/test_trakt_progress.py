"""Positions at Trakt: read in percent, written by stops, and never over a session."""

from copy import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Progress,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.trakt import SPEC, client
from custom_components.crosswatch.providers.trakt.mapping import PausedRow
from custom_components.crosswatch.providers.trakt.paging import Page
from custom_components.crosswatch.providers.trakt.playback import merged, records_of
from custom_components.crosswatch.providers.trakt.provider import TraktProvider
from tests.simulators.base import FaultKind
from tests.simulators.trakt import Title

from .operating import kinds, write, written
from .trakt_world import World, at, item, operation, trakt_world
from .worlds import world_of

APPLIED = OutcomeKind.APPLIED
THERE = OutcomeKind.ALREADY_THERE
UNRESOLVED = OutcomeKind.UNRESOLVED
FAILED = OutcomeKind.FAILED
UNKNOWN = OutcomeKind.UNKNOWN
HOUR = 3_600_000
LIST = "/sync/playback"
STOP = "/scrobble/stop"

world = world_of(trakt_world)


def change(
    what: Item | Title,
    value: Progress | None,
    *,
    before: Progress | None = None,
    native_ids: tuple[str, ...] = (),
) -> Operation:
    """Return an operation; without a value it removes."""
    return operation(
        what,
        value,
        Action.ADD if value else Action.REMOVE,
        feature=Feature.PROGRESS,
        before=before,
        native_ids=native_ids,
    )


def half(percent: float = 50.0) -> Progress:
    """Return a position in an hour."""
    return Progress(int(HOUR * percent / 100), HOUR, at=at(1))


async def read(
    provider: TraktProvider, previous: Snapshot | None = None
) -> dict[str, Progress]:
    """Return the positions by native id."""
    snapshot = await provider.read(Feature.PROGRESS, previous)
    assert all(record.seen for record in snapshot.records.values())
    values: dict[str, Progress] = {}
    for name, record in snapshot.records.items():
        assert isinstance(record.value, Progress)
        values[name] = record.value
    return values


def held(world: World) -> dict[Title, float]:
    """Return where somebody stopped."""
    return {row.title: row.progress for row in world.trakt.alice.playback.values()}


async def test_reading(world: World) -> None:
    """Films and episodes have a percentage and its date, and no position in time."""
    movie, episode = world.movies[0], world.episodes[0]
    world.trakt.alice.pause(movie, 10.5, at(2))
    world.trakt.alice.pause(episode, 65.25, at(3))
    world.trakt.reset_requests()
    assert await read(world.provider()) == {
        f"movie:{movie.trakt}": Progress(percent=10.5, at=at(2)),
        f"episode:{episode.trakt}": Progress(percent=65.25, at=at(3)),
    }
    assert world.trakt.count() == 1
    snapshot = await world.provider().read(Feature.PROGRESS, None)
    record = snapshot.records[f"episode:{episode.trakt}"]
    assert record.item.show is not None
    assert record.item.place == f"s{episode.season}e{episode.number}"


async def test_odd_rows(world: World) -> None:
    """A title has one position: the latest. One at 0 says nothing, not "begin anew"."""
    title = '"movie": {"title": "A", "year": 1, "ids": {"trakt": %s}}'
    rows = ",".join(
        f'{{"id": {row_id}, "type": "{kind}", "progress": {progress},'
        f' "paused_at": {paused}, {title % trakt}}}'
        for row_id, kind, progress, paused, trakt in (
            (1, "movie", 20, '"2026-01-01T00:00:00.000Z"', 7),
            (2, "movie", 10, '"2026-01-02T00:00:00.000Z"', 7),
            (3, "movie", 90, "null", 7),
            (4, "movie", 0, '"2026-01-02T00:00:00.000Z"', 8),
            (5, "movie", 100.5, '"soon"', 9),
            (6, "song", 50, "null", 10),
        )
    )
    headers = {"X-Pagination-Page-Count": "1", "X-Pagination-Item-Count": "6"}
    world.trakt.faults.fail(path=LIST, status=200, body=f"[{rows}]", headers=headers)
    at_new_year = datetime(2026, 1, 2, tzinfo=UTC)
    assert await read(world.provider()) == {
        "movie:7": Progress(percent=10, at=at_new_year),
        "movie:8": Progress(at=at_new_year),
        "movie:9": Progress(percent=100),
    }


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ('{"id": 1, "type": "movie"}', "movie"),
        ('{"type": "movie", "progress": 5, "movie": {"ids": {"trakt": 1}}}', "id"),
        ('{"id": 1, "type": "movie", "movie": {"ids": {"trakt": 1}}}', "progress"),
    ],
)
async def test_missing_fields(world: World, row: str, missing: str) -> None:
    """A field without which a row makes no sense is named."""
    headers = {"X-Pagination-Page-Count": "1", "X-Pagination-Item-Count": "1"}
    world.trakt.faults.fail(path=LIST, status=200, body=f"[{row}]", headers=headers)
    with pytest.raises(ProtocolError, match=missing):
        await read(world.provider())


@pytest.fixture
async def many(world: World, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """Return what was read of an account with several pages."""
    monkeypatch.setattr(client, "PAGE_SIZE", 4)
    for number, movie in enumerate(world.movies[:10]):
        world.trakt.alice.pause(movie, 10 + number, at(1, minute=number))
    snapshot = await world.provider().read(Feature.PROGRESS, None)
    world.trakt.reset_requests()
    return snapshot


async def test_delta(world: World, many: Snapshot) -> None:
    """What is new stands on the first page, and the number proves that it is all."""
    alice = world.trakt.alice
    alice.pause(world.movies[3], 77, at(4))
    alice.pause(world.episodes[0], 5, at(3))
    before = await world.provider().read(Feature.PROGRESS, many)
    assert world.trakt.count() == 1
    assert before.full_read_at == many.full_read_at
    assert dict(before.records) == dict(
        (await world.provider().read(Feature.PROGRESS, None)).records
    )


@pytest.mark.parametrize("case", ["gone", "swapped", "much", "own", "old", "partial"])
async def test_no_delta(world: World, many: Snapshot, case: str) -> None:
    """Whatever the first page does not prove is read in full."""
    alice, previous = world.trakt.alice, many
    match case:
        case "gone":
            alice.dismiss_playback(min(alice.playback))
        case "swapped":
            alice.dismiss_playback(min(alice.playback))
            alice.pause(world.episodes[0], 5, at(3))
        case "much":
            for number, movie in enumerate(world.movies[20:26]):
                alice.pause(movie, 5, at(5, minute=number))
        case "own":
            record = Record(item(world.movies[30]), half(), "own:x", seen=False)
            previous = many.updated([record])
            alice.dismiss_playback(min(alice.playback))
        case "old":
            alice.dismiss_playback(min(alice.playback))
            alice.pause(world.episodes[0], 5, at(3))
            previous = replace(many, full_read_at=many.full_read_at - timedelta(days=2))
        case _:
            previous = replace(many, complete=False)
    found = await world.provider().read(Feature.PROGRESS, previous)
    assert world.trakt.count("GET", LIST) > 1
    assert {
        name: each.value.percent
        for name, each in found.records.items()
        if isinstance(each.value, Progress)
    } == {f"{row.kind.value}:{row.trakt}": far for row, far in held(world).items()}


def page(*days: int, total: int = 9, undated: int = 0) -> Page[PausedRow]:
    """Return a first page with positions of these days, and some without a date."""
    dates = [*(at(day) for day in days), *[None] * undated]
    rows = [
        PausedRow(str(number), f"movie:{number}", Item(MediaKind.MOVIE), 10.0, moment)
        for number, moment in enumerate(dates, 1)
    ]
    return Page(rows, 0, 2, total)


def test_what_proves_nothing() -> None:
    """A page that is not in order, or whose dates are unknown, is no proof."""
    rows = [
        PausedRow(str(number), f"movie:{number}", Item(MediaKind.MOVIE), 10.0, at(4))
        for number in range(1, 10)
    ]
    known = Snapshot.of(Feature.PROGRESS, records_of(rows), at(5))
    assert merged(known, page(9, 8, 3)) is not None
    assert merged(known, page(9, 3, 8)) is None
    assert merged(known, page(9, 8, 3, undated=1)) is None
    assert merged(known, page(9, 8, 3, total=8)) is None
    assert merged(known, page(9, 8, 4)) is None
    assert merged(known, replace(page(9, 8, 3), others=1)) is None
    assert merged(known, replace(page(9, 8, 3), pages=1)) is None
    assert merged(replace(known, records={}), page(9, 8, 3)) is None
    assert merged(known, page()) is None


async def test_marker(world: World) -> None:
    """The marker moves with each stop, in films as in episodes, and with nothing else."""
    provider, alice = world.provider(), world.trakt.alice
    markers = [await provider.activity([Feature.PROGRESS])]
    alice.pause(world.movies[0], 10)
    markers.append(await provider.activity([Feature.PROGRESS]))
    alice.pause(world.episodes[0], 10)
    markers.append(await provider.activity([Feature.PROGRESS]))
    alice.rate(world.movies[0], 5)
    assert await provider.activity([Feature.PROGRESS]) == markers[-1]
    assert len({each[Feature.PROGRESS] for each in markers}) == 3


async def test_writing(world: World) -> None:
    """Positions in time and in percent are told as percentages, by id or by place."""
    movie, episode, other = world.movies[0], world.episodes[0], world.episodes[1]
    native = (f"episode:{other.trakt}",)
    operations = [
        change(movie, Progress(percent=33.33)),
        change(episode, Progress(percent=12.5)),
        change(other, half(1), native_ids=native),
    ]
    provider = world.provider()
    outcomes = await write(provider, operations)
    assert kinds(outcomes) == [APPLIED] * 3
    assert [each.native_id for each in outcomes] == [
        f"movie:{movie.trakt}",
        f"episode:{episode.trakt}",
        *native,
    ]
    assert held(world) == {movie: 33.33, episode: 12.5, other: 1}
    # One look at what is being watched, and one stop for each.
    assert world.trakt.count() == 4
    bodies = [each.body for each in world.trakt.requests if each.path == STOP]
    assert isinstance(bodies[0], dict)
    assert bodies[0]["movie"]["title"] == movie.name
    assert isinstance(bodies[1], dict)
    assert bodies[1]["episode"] == {
        "season": episode.season,
        "number": episode.number,
    }
    assert isinstance(bodies[2], dict)
    assert bodies[2]["episode"] == {"ids": {"trakt": other.trakt}}
    assert kinds(await write(provider, operations)) == [APPLIED] * 3
    assert held(world) == {movie: 33.33, episode: 12.5, other: 1}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (half(0.99), Reason.BELOW_MINIMUM),
        (Progress(percent=0.0), Reason.BELOW_MINIMUM),
        (half(79), Reason.NEARLY_FINISHED),
        (half(100), Reason.NEARLY_FINISHED),
        (Progress(60_000), Reason.REJECTED),
        (Progress(60_000, 0), Reason.REJECTED),
        (Progress(), Reason.REJECTED),
    ],
)
async def test_what_is_not_sent(world: World, value: Progress, reason: Reason) -> None:
    """What Trakt would ignore, or take for watched, is not even sent."""
    outcomes = await write(world.provider(), [change(world.movies[0], value)])
    assert [(each.kind, each.reason) for each in outcomes] == [(UNRESOLVED, reason)]
    assert world.trakt.count() == 0


async def test_just_below_the_border(world: World) -> None:
    """No rounding makes a play of a position."""
    value = Progress(percent=78.9999)
    assert kinds(await write(world.provider(), [change(world.movies[0], value)])) == [
        APPLIED
    ]
    assert held(world) == {world.movies[0]: 78.99}
    assert len(world.trakt.alice.history) == 0
    support = SPEC.load().capabilities[Feature.PROGRESS]
    assert support.completes_at == 79
    assert support.forgets


async def test_shows_and_strangers(world: World) -> None:
    """What has no position, or nothing to be found by, is not sent either."""
    nameless = Item(MediaKind.MOVIE, {}, "Nobody", 2000)
    lost = Item(MediaKind.EPISODE, {}, "Nobody", show=nameless)
    unknown = Item(MediaKind.MOVIE, {"imdb": "tt99999999"}, "Nobody", 2000)
    outcomes = await write(
        world.provider(),
        [
            change(world.shows[0], half()),
            change(nameless, half()),
            change(lost, half()),
            change(unknown, half()),
        ],
    )
    assert [(each.kind, each.reason) for each in outcomes] == [
        (UNRESOLVED, Reason.KIND_NOT_SUPPORTED),
        (UNRESOLVED, Reason.NOT_FOUND),
        (UNRESOLVED, Reason.NOT_FOUND),
        (UNRESOLVED, Reason.NOT_FOUND),
    ]
    assert world.trakt.count("POST") == 1


async def test_other_ids_where_the_place_is_unknown(world: World) -> None:
    """An episode that has another place at Trakt is found by its own ids."""
    episode = item(world.episodes[0])
    moved = replace(episode, season=77)
    outcomes = await write(world.provider(), [change(moved, half())])
    assert kinds(outcomes) == [APPLIED]
    assert held(world) == {world.episodes[0]: 50}
    assert world.trakt.count("POST", STOP) == 2


async def test_named_as_far_as_it_is_known(world: World) -> None:
    """Without a title ids do, and without ids of the show those of the episode."""
    movie, episode = item(world.movies[0]), item(world.episodes[0])
    assert episode.show is not None
    nameless = replace(episode, show=replace(episode.show, ids={}))
    operations = [
        change(replace(movie, title=""), half()),
        change(nameless, half()),
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED] * 2
    bodies = [each.body for each in world.trakt.requests if each.path == STOP]
    assert isinstance(bodies[0], dict)
    assert bodies[0]["movie"].keys() == {"ids"}
    assert isinstance(bodies[1], dict)
    assert bodies[1].keys() == {"episode", "progress"}


async def test_nobody_is_disturbed(world: World) -> None:
    """While something is being watched nothing is stopped, and removals go on."""
    alice = world.trakt.alice
    alice.pause(world.movies[2], 20)
    alice.start_watching(world.movies[0], timedelta(hours=1))
    operations = [
        change(world.movies[0], half()),
        change(world.movies[1], half()),
        change(world.movies[2], None, before=Progress(percent=20.0)),
    ]
    outcomes = await write(world.provider(), operations)
    assert [(each.kind, each.reason) for each in outcomes] == [
        (FAILED, Reason.BEING_PLAYED),
        (FAILED, Reason.BEING_PLAYED),
        (APPLIED, None),
    ]
    assert alice.watching is not None
    assert world.trakt.count("POST") == 0
    alice.stop_watching()
    assert kinds(await write(world.provider(), operations[:2])) == [APPLIED] * 2


async def test_nobody_can_tell_what_is_watched(world: World) -> None:
    """Where there is no address for that any more, positions are written all the same."""
    world.trakt.behaviour.has_watching = False
    outcomes = await write(world.provider(), [change(world.movies[0], half())])
    assert kinds(outcomes) == [APPLIED]
    world.trakt.faults.fail(path="/users/me/watching", status=426)
    with pytest.raises(AccountLimitError):
        await write(world.provider(), [change(world.movies[0], half())])


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (409, '{"watched_at": "x"}', FAILED, Reason.ALREADY_WATCHED),
        (422, "", FAILED, Reason.REJECTED),
        (400, "", FAILED, Reason.REJECTED),
        (404, "", UNRESOLVED, Reason.NOT_FOUND),
        (201, "", UNKNOWN, Reason.NO_ANSWER),
        (201, "{}", FAILED, Reason.REJECTED),
        (201, '{"action": "scrobble", "progress": 50}', FAILED, Reason.REJECTED),
        (201, '{"action": "pause", "progress": 0.0}', UNKNOWN, Reason.NO_ANSWER),
        (201, '{"action": "pause"}', UNKNOWN, Reason.NO_ANSWER),
        (201, '{"action": "pause", "progress": 50.04}', APPLIED, None),
        (201, '{"action": "pause", "progress": 50, "movie": {}}', APPLIED, None),
        (500, "", UNKNOWN, Reason.NO_ANSWER),
    ],
)
async def test_answers(
    world: World, status: int, body: str, kind: OutcomeKind, reason: Reason | None
) -> None:
    """Done is what Trakt says it has stored, and nothing else."""
    world.trakt.faults.fail(path=STOP, status=status, body=body, times=9)
    [outcome] = await write(world.provider(), [change(world.movies[0], half())])
    assert (outcome.kind, outcome.reason, outcome.native_id) == (kind, reason, "")


@pytest.mark.parametrize("kind", [FaultKind.CUT_AFTER, FaultKind.CUT])
async def test_lost_answer_is_asked_for_again(world: World, kind: FaultKind) -> None:
    """A stop that is told twice is one position."""
    world.trakt.faults.fail(path=STOP, kind=kind)
    assert kinds(await write(world.provider(), [change(world.movies[0], half())])) == [
        APPLIED
    ]
    assert held(world) == {world.movies[0]: 50}


async def test_trouble_speaks_for_the_rest(world: World) -> None:
    """After a request without an answer nothing more is sent, and it is said so."""
    operations = [change(movie, half()) for movie in world.movies[:3]]
    world.trakt.faults.fail(path=STOP, status=500, on_call=2, times=9)
    outcomes: list[Outcome] = []

    async def collect_until_it_fails() -> None:
        """Write, and keep what was said before the error."""
        async for outcome in world.provider().write(Feature.PROGRESS, operations):
            outcomes.append(outcome)  # noqa: PERF401

    with pytest.raises(ProviderUnavailableError) as caught:
        await collect_until_it_fails()
    assert kinds(outcomes) == [APPLIED, UNKNOWN]
    assert not caught.value.maybe_sent
    assert len(held(world)) == 1
    world.trakt.faults.clear()
    world.trakt.faults.fail(path=STOP, status=423)
    with pytest.raises(ProviderError):
        await write(world.provider(), operations)


async def test_removing(world: World) -> None:
    """A position is deleted by its own number, which is looked up."""
    alice = world.trakt.alice
    movie, episode, third = world.movies[0], world.episodes[0], world.movies[1]
    for title in (movie, episode, third):
        alice.pause(title, 40)
    operations = [
        change(movie, None, before=half(40), native_ids=(f"movie:{movie.trakt}",)),
        change(episode, None, before=Progress(percent=40.05)),
        change(world.movies[5], None, before=half()),
    ]
    provider = world.provider()
    assert kinds(await write(provider, operations)) == [APPLIED, APPLIED, THERE]
    assert held(world) == {third: 40}
    assert world.trakt.count("GET") == 1
    assert kinds(await write(provider, operations)) == [THERE] * 3


async def test_removing_what_went_on(world: World) -> None:
    """What somebody has played since is not taken away; unknown positions are."""
    world.trakt.alice.pause(world.movies[0], 60)
    operation = change(world.movies[0], None, before=Progress(percent=40.0))
    [outcome] = await write(world.provider(), [operation])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.CHANGED_SINCE)
    for before in (Progress(), None):
        world.trakt.alice.pause(world.movies[0], 60)
        blind = change(world.movies[0], None, before=before)
        assert kinds(await write(world.provider(), [blind])) == [APPLIED]
        assert held(world) == {}


@pytest.mark.parametrize(
    ("status", "kind"), [(404, THERE), (204, APPLIED), (500, UNKNOWN)]
)
async def test_answers_to_a_removal(
    world: World, status: int, kind: OutcomeKind
) -> None:
    """A row that is not there any more was not removed by us."""
    world.trakt.alice.pause(world.movies[0], 60)
    path = "/sync/playback/[0-9]+"
    world.trakt.faults.fail(path=path, method="DELETE", status=status, times=9)
    operation = change(world.movies[0], None, before=half(60))
    assert kinds(await write(world.provider(), [operation])) == [kind]
    world.trakt.faults.clear()
    world.trakt.faults.fail(path=path, method="DELETE", status=423)
    with pytest.raises(AccountLimitError):
        await write(world.provider(), [operation])


async def test_nothing_to_write(world: World) -> None:
    """Without operations there is no request."""
    assert await written(world.provider(), Feature.PROGRESS, []) == []
    assert world.trakt.count() == 0
