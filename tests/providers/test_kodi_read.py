"""Reading from a Kodi: everything that was done, or nothing at all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import time
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    MediaKind,
    Progress,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.kodi import library, lists, records

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.kodi import Episode, Movie, Oddities
from ..simulators.kodi.server import CALLS
from .kodi_world import PATH, World, a_world, as_item, moment
from .operating import operation
from .worlds import world_of

FEATURES = (Feature.HISTORY, Feature.RATINGS, Feature.PROGRESS)
LISTS = ("GetMovies", "GetEpisodes", "GetTVShows")

world = world_of(a_world)


@pytest.fixture
async def odd_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a device whose library is odd in many ways."""
    odd = Oddities(
        no_ids=7,
        second_copy=5,
        double_episode=2,
        episode_no_ids=3,
        imdb_as_unknown=4,
        no_runtime=2,
    )
    async with a_world(session, limiters, oddities=odd) as world:
        yield world


def use(world: World) -> None:
    """Let a person watch, rate and stop."""
    movies, episodes = world.seeded.movies, world.seeded.episodes
    played: list[Movie | Episode] = [*movies[:4], *episodes[:5]]
    for days, each in enumerate(played):
        world.server.play(each, moment(40 * days, days))
    movies[1].user_rating, episodes[7].user_rating = 8, 10
    world.seeded.shows[2].user_rating = 3
    world.server.stop_at(movies[6], 754.9, 5400, moment(2))
    world.server.stop_at(episodes[9], 61, 1500, moment(3))


async def test_history(world: World) -> None:
    """Films and episodes that were watched come with date, count and ids."""
    use(world)
    world.server.play(world.seeded.movies[0], moment(0, 5))
    world.seeded.movies[3].file.last_played = ""
    records = await world.read(Feature.HISTORY)
    wanted: dict[str, Movie | Episode] = {
        as_item(each).label: each for each in world.seeded.movies[:4]
    }
    wanted |= {as_item(each).label: each for each in world.seeded.episodes[:5]}
    assert records.keys() == wanted.keys()
    assert {label: record.item for label, record in records.items()} == {
        label: as_item(entry) for label, entry in wanted.items()
    }
    first, *_, undated = (as_item(each).label for each in world.seeded.movies[:4])
    assert records[first].value == Watched(moment(0, 5), (), 2)
    assert records[undated].value == Watched(None, (), 1)
    assert all(record.seen for record in records.values())


async def test_ratings_and_progress(world: World) -> None:
    """Ratings are those of films, episodes and series; positions come in whole seconds."""
    use(world)
    records = await world.read(Feature.RATINGS)
    assert [(each.item.kind, each.value) for each in records.values()] == [
        (MediaKind.MOVIE, Rated(8.0)),
        (MediaKind.EPISODE, Rated(10.0)),
        (MediaKind.SHOW, Rated(3.0)),
    ]
    show = as_item(world.seeded.shows[2])
    assert records[show.label].item == show
    records = await world.read(Feature.PROGRESS)
    assert [each.value for each in records.values()] == [
        Progress(754_000, 5_400_000, None, moment(2)),
        Progress(61_000, 1_500_000, None, moment(3)),
    ]


async def test_what_is_being_played(world: World) -> None:
    """What runs right now is told as such."""
    use(world)
    before = await world.provider.activity(FEATURES)
    world.server.playing = world.seeded.movies[6]
    after = await world.provider.activity(FEATURES)
    assert {each for each in FEATURES if before[each] != after[each]} == {
        Feature.PROGRESS
    }
    records = await world.read(Feature.PROGRESS)
    assert [
        each.value
        for each in records.values()
        if isinstance(each.value, Progress) and each.value.playing
    ] == [Progress(754_000, 5_400_000, None, moment(2), playing=True)]


async def test_length_is_that_of_the_entry_where_the_player_told_none(
    world: World,
) -> None:
    """A position without a length gets that of the film; without that it has none."""
    first, second = world.seeded.movies[:2]
    world.server.stop_at(first, 100, 0)
    world.server.stop_at(second, 100, 0)
    second.runtime = 0
    values = [each.value for each in (await world.read(Feature.PROGRESS)).values()]
    assert [each.duration_ms for each in values if isinstance(each, Progress)] == [
        first.runtime * 1000,
        None,
    ]


async def test_odd_library(odd_world: World) -> None:
    """Entries without ids, copies, and files of several episodes are what they are."""
    world = odd_world
    entries: list[Movie | Episode] = [*world.seeded.movies, *world.seeded.copies]
    entries += world.seeded.episodes
    for entry in entries:
        world.server.play(entry, moment(5))
        world.server.stop_at(entry, 60, 600, moment(5))
    snapshot = await world.snapshot(Feature.HISTORY)
    assert len(snapshot.records) == len(entries)
    items = [record.item for record in snapshot.records.values()]
    assert sum(not item.ids for item in items if item.kind is MediaKind.MOVIE) == 4
    unknown = world.seeded.movies[3]
    assert list(unknown.unique_ids) == ["unknown"]
    [named] = [item for item in items if item.title == unknown.title]
    assert named.ids == {"imdb": unknown.unique_ids["unknown"]}
    shared = [
        each for each in world.seeded.episodes if each.number <= 2 and each.season
    ]
    shared = [
        each
        for each in shared
        if sum(each.file is other.file for other in world.seeded.episodes) == 2
    ]
    assert len(shared) > 4
    # A position in such a file is one of none of its episodes.
    assert len(await world.read(Feature.PROGRESS)) < len(snapshot.records)
    positions = (await world.snapshot(Feature.PROGRESS)).records
    assert len(positions) == len(entries) - len(shared)


async def test_native_ids_hold_no_secrets_and_outlive_a_scan(world: World) -> None:
    """A scan gives everything another number; records keep their names."""
    use(world)
    before = await world.snapshot(Feature.HISTORY)
    assert "nas" not in str(list(before.records))
    numbers = {each.title: each.id for each in world.seeded.movies}
    world.server.rescan()
    assert all(numbers[each.title] != each.id for each in world.seeded.movies)
    after = await world.snapshot(Feature.HISTORY, before)
    assert after.records == before.records
    assert (await world.snapshot(Feature.HISTORY)).records == before.records


async def test_unchanged_is_one_request(world: World) -> None:
    """Markers of all features take one request, and stay the same."""
    use(world)
    snapshots = {feature: await world.snapshot(feature) for feature in FEATURES}
    before = await world.provider.activity(FEATURES)
    assert set(before) == set(FEATURES)
    world.server.reset_requests()
    assert await world.provider.activity(FEATURES) == before
    assert len(world.server.requests) == 1
    # And the reads after it, where something has changed, need no more.
    for feature in FEATURES:
        await world.provider.read(feature, snapshots[feature])
    assert len(world.server.requests) == 1
    assert not world.server.writes()
    # A second read of the same is a fresh one.
    await world.provider.read(Feature.HISTORY, None)
    assert len(world.server.requests) == 2


@pytest.mark.parametrize(
    ("number", "feature"),
    [(0, Feature.HISTORY), (1, Feature.RATINGS), (2, Feature.PROGRESS)],
)
async def test_markers_move_with_their_feature_only(
    world: World, number: int, feature: Feature
) -> None:
    """A marker moves with what its feature says, and with nothing else."""
    use(world)
    before = await world.provider.activity(FEATURES)
    movie = world.seeded.movies[10]
    if number == 0:
        world.server.play(movie)
    elif number == 1:
        movie.user_rating = 1
    else:
        world.server.stop_at(movie, 90, 600)
    after = await world.provider.activity(FEATURES)
    assert [each for each in FEATURES if before[each] != after[each]] == [feature]


async def test_removed_by_a_person(world: World) -> None:
    """What a person takes back is listed no longer, and the marker says so."""
    use(world)
    snapshots = {feature: await world.snapshot(feature) for feature in FEATURES}
    before = await world.provider.activity(FEATURES)
    movies = world.seeded.movies
    movies[0].file.play_count = 0
    movies[1].user_rating = 0
    movies[6].file.position = 0.0
    after = await world.provider.activity(FEATURES)
    for feature, movie in zip(FEATURES, (movies[0], movies[1], movies[6]), strict=True):
        assert before[feature] != after[feature]
        now = await world.read(feature, snapshots[feature])
        gone = len(snapshots[feature].records) - len(now)
        assert (gone, as_item(movie).label in now) == (1, False)


async def test_after_a_start_only_what_is_new_is_looked_up(world: World) -> None:
    """Stored records tell what their entries are; others are asked for one by one."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.restart()
    for entry in (world.seeded.movies[20], world.seeded.episodes[20]):
        world.server.play(entry)
    world.server.reset_requests()
    snapshot = await world.snapshot(Feature.HISTORY, previous)
    assert len(snapshot.records) == len(previous.records) + 2
    assert snapshot.full_read_at == previous.full_read_at
    assert len(world.server.requests) == 3
    assert len(world.server.calls("VideoLibrary.GetMovieDetails")) == 1
    assert len(world.server.calls("VideoLibrary.GetEpisodeDetails")) == 1
    assert len(world.server.calls("VideoLibrary.GetTVShowDetails")) == 1
    episode = as_item(world.seeded.episodes[20])
    items = [record.item for record in snapshot.records.values()]
    assert episode in items


async def test_many_new_ones_are_listed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many unknown entries are not asked for one by one."""
    monkeypatch.setattr(library, "MOST_ASKED", 3)
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.restart()
    for movie in world.seeded.movies[20:25]:
        world.server.play(movie)
    world.server.reset_requests()
    assert len(await world.read(Feature.HISTORY, previous)) == 14
    assert len(world.server.requests) == 2


async def test_corrected_ids_come_with_a_new_number(world: World) -> None:
    """An entry that a person has looked up anew is another item under the same file."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    movie = world.seeded.movies[0]
    movie.id, movie.title, movie.unique_ids = 999, "Another", {"imdb": "tt0000099"}
    records = (await world.snapshot(Feature.HISTORY, previous)).records
    assert records.keys() == previous.records.keys()
    [item] = [each.item for each in records.values() if each.item.title == "Another"]
    assert item.ids == {"imdb": "tt0000099"}


async def test_a_new_number_after_a_start(world: World) -> None:
    """What was stored tells what an entry was under its number of then."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.restart()
    await world.snapshot(Feature.HISTORY, previous)
    movie = world.seeded.movies[0]
    movie.id, movie.title, movie.unique_ids = 999, "Another", {"imdb": "tt0000099"}
    assert "Another (1999)" in await world.read(Feature.HISTORY, previous)


async def test_gone_while_nobody_looked(world: World) -> None:
    """After a start nobody knows the number of what is gone, to ask it."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.restart()
    world.seeded.movies[0].file.play_count = 0
    assert len(await world.read(Feature.HISTORY, previous)) == 8


async def test_full_read_once_a_day(world: World) -> None:
    """What the entries are is read afresh at least once a day."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.restart()
    world.seeded.movies[0].unique_ids = {"imdb": "tt0000099"}
    label = as_item(world.seeded.movies[0]).label
    known = await world.read(Feature.HISTORY, previous)
    assert known[label].item.ids["imdb"] != "tt0000099"
    old = replace(previous, full_read_at=previous.full_read_at - timedelta(days=1))
    snapshot = await world.snapshot(Feature.HISTORY, old)
    items = [each.item for each in snapshot.records.values()]
    assert {"imdb": "tt0000099"} in [item.ids for item in items]
    assert snapshot.full_read_at > previous.full_read_at


async def test_own_writes_that_were_not_listed_tell_nothing(world: World) -> None:
    """What only our own write knows does not say what an entry is."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    unseen = {
        key: Record(each.item, each.value, key, seen=False)
        for key, each in previous.records.items()
    }
    world.restart()
    world.server.reset_requests()
    now = await world.snapshot(Feature.HISTORY, replace(previous, records=unseen))
    assert now.records == previous.records
    assert len(world.server.requests) > 1


async def test_a_viewing_that_was_broken_off_is_no_new_play(world: World) -> None:
    """Its date replaces that of the last whole one, which is kept as it was told."""
    movie = world.seeded.movies[0]
    world.server.play(movie, moment(300))
    previous = await world.snapshot(Feature.HISTORY)
    world.server.stop_at(movie, 600, 7000, moment(1))
    for before in (previous, None):
        [record] = (await world.snapshot(Feature.HISTORY, before)).records.values()
        assert record.value == Watched(moment(300), (), 1)
    world.server.play(movie, moment(0))
    [record] = (await world.snapshot(Feature.HISTORY, previous)).records.values()
    assert record.value == Watched(moment(0), (), 2)


async def test_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long library comes in pages, which make up the whole of it."""
    monkeypatch.setattr(records, "_KEPT_FOR", 0.0)
    for page in ("STATE_PAGE", "FACTS_PAGE"):
        monkeypatch.setattr(lists, page, 7)
    monkeypatch.setattr(
        "custom_components.crosswatch.providers.kodi.probe.STATE_PAGE", 7
    )
    monkeypatch.setattr(library, "FACTS_PAGE", 7)
    entries: list[Movie | Episode] = [*world.seeded.movies, *world.seeded.episodes]
    for entry in entries:
        world.server.play(entry, moment(5))
    snapshot = await world.provider.read(Feature.HISTORY, None)
    assert len(snapshot.records) == 30 + len(world.seeded.episodes)
    starts = [
        params["limits"]
        for params in world.server.calls("VideoLibrary.GetMovies")
        if "filter" in params
    ]
    assert starts == [{"start": n, "end": n + 7} for n in (0, 7, 14, 21, 28)]


@pytest.mark.parametrize("on_call", [1, 2, 3])
async def test_a_failed_page_fails_the_read(
    world: World, monkeypatch: pytest.MonkeyPatch, on_call: int
) -> None:
    """There is no part of a snapshot."""
    monkeypatch.setattr(
        "custom_components.crosswatch.providers.kodi.probe.STATE_PAGE", 7
    )
    for movie in world.seeded.movies:
        world.server.play(movie)
    world.server.behaviour.fail("VideoLibrary.GetMovies", -32603, on_call=on_call)
    with pytest.raises(ProviderUnavailableError, match="-32603") as caught:
        await world.provider.read(Feature.HISTORY, None)
    assert not caught.value.maybe_sent
    assert len((await world.provider.read(Feature.HISTORY, None)).records) == 30


@pytest.mark.parametrize("how", ["ignores", "cut"])
async def test_lists_that_cannot_be_whole(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """A server that ignores the limits, or cuts its lists, is not believed."""
    monkeypatch.setattr(
        "custom_components.crosswatch.providers.kodi.probe.STATE_PAGE", 7
    )
    for movie in world.seeded.movies:
        world.server.play(movie)
    if how == "ignores":
        world.server.behaviour.ignores_limits = True
    else:
        world.server.behaviour.cut_lists = 12
    with pytest.raises(ProtocolError, match="not as long"):
        await world.provider.read(Feature.HISTORY, None)


async def test_a_list_that_moves_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that is watched while the pages come costs another attempt."""
    monkeypatch.setattr(
        "custom_components.crosswatch.providers.kodi.probe.STATE_PAGE", 7
    )
    for movie in world.seeded.movies[1:20]:
        world.server.play(movie)
    world.server.faults.meanwhile(
        lambda: world.server.play(world.seeded.movies[0]), on_call=2
    )
    # The list of what is watched had 19 rows at first.
    assert len((await world.provider.read(Feature.HISTORY, None)).records) == 20


async def test_releases_that_leave_out_empty_lists(world: World) -> None:
    """A list without rows may lack its array."""
    world.server.behaviour.omits_empty_lists = True
    assert await world.read(Feature.HISTORY) == {}
    world.server.play(world.seeded.episodes[0])
    assert len(await world.read(Feature.HISTORY)) == 1


async def test_an_empty_library_is_not_believed(world: World) -> None:
    """A database that is away looks like an empty library."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    movies, shows = world.server.library.movies, world.server.library.shows
    world.server.library.movies, world.server.library.shows = [], []
    for before in (previous, None):
        with pytest.raises(ProviderUnavailableError, match="empty"):
            await world.snapshot(Feature.HISTORY, before)
    world.server.library.movies, world.server.library.shows = movies, shows
    assert len(await world.read(Feature.HISTORY, previous)) == 9


async def test_a_scan_is_waited_for(world: World) -> None:
    """While a library is scanned, what is missing may come back."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.server.behaviour.scanning = True
    assert len(await world.read(Feature.HISTORY, previous)) == 9
    world.server.library.movies.remove(world.seeded.movies[0])
    with pytest.raises(ProviderUnavailableError, match="scanning"):
        await world.snapshot(Feature.HISTORY, previous)
    world.server.behaviour.scanning = False
    assert len(await world.read(Feature.HISTORY, previous)) == 8


async def test_lists_that_contradict_the_entries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the list lacks and the entry itself still says is not gone."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)

    def test(*_: object) -> object:
        """Return a filter that lets nothing through."""
        return lambda entry: False

    monkeypatch.setattr("tests.simulators.kodi.library_calls.parse_filter", test)
    with pytest.raises(ProtocolError, match="contradict"):
        await world.snapshot(Feature.HISTORY, previous)


async def test_another_profile(world: World) -> None:
    """The library of somebody else is not read, nor written."""
    use(world)
    world.server.behaviour.profile = "Arya"
    with pytest.raises(ProviderUnavailableError, match="profile"):
        await world.provider.activity(FEATURES)
    assert (await world.provider.identify()).account_id.endswith("_Arya")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"status": 401}, AuthenticationError),
        ({"status": 403}, AccountLimitError),
        ({"status": 302}, ProtocolError),
        ({"status": 404}, ProtocolError),
        ({"status": 429, "times": 3}, RateLimitedError),
        ({"status": 500, "times": 3}, ProviderUnavailableError),
        ({"status": 503, "times": 3}, ProviderUnavailableError),
        ({"status": 505}, ProviderUnavailableError),
        ({"kind": FaultKind.NONSENSE}, ProtocolError),
        ({"kind": FaultKind.CUT, "times": 3}, ProviderUnavailableError),
        ({"kind": FaultKind.HALF_BODY, "times": 3}, ProviderUnavailableError),
    ],
)
async def test_faults(
    world: World, rule: dict[str, object], expected: type[ProviderError]
) -> None:
    """Each fault has an error of its own, and nothing is read by halves."""
    use(world)
    world.server.faults.fail(path=PATH, **rule)  # type: ignore[arg-type]
    with pytest.raises(expected) as caught:
        await world.provider.activity(FEATURES)
    assert not caught.value.maybe_sent
    assert "Winter" not in str(caught.value)
    assert len(await world.read(Feature.HISTORY)) == 9


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.HALF_BODY])
async def test_passing_faults_are_outlived(world: World, kind: FaultKind) -> None:
    """A request that changes nothing is repeated."""
    use(world)
    world.server.faults.fail(path=PATH, kind=kind, times=2)
    assert len(await world.read(Feature.HISTORY)) == 9


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{}", "is not a JSON array"),
        ("[5]", "no answer to a call"),
        ('[{"id": 99, "result": 1}]', "not asked for"),
        ('[{"id": 0, "result": 1}, {"id": 0, "result": 1}]', "not asked for"),
        ('[{"id": 0}]', "without result and error"),
        ("[]", "lacks the answer"),
        ('[{"id": null, "error": {"code": -32600}}]', "no answer to a call"),
    ],
)
async def test_nonsense_of_the_protocol(world: World, body: str, text: str) -> None:
    """An answer that is none of JSON-RPC's is refused."""
    world.server.faults.fail(path=PATH, kind=FaultKind.NONSENSE, body=body)
    with pytest.raises(ProtocolError, match=text):
        await world.provider.activity(FEATURES)


@pytest.mark.parametrize(
    ("method", "code", "expected"),
    [
        ("VideoLibrary.GetEpisodes", -32603, ProviderUnavailableError),
        ("VideoLibrary.GetEpisodes", -32099, AccountLimitError),
        ("Profiles.GetCurrentProfile", -32601, ProviderUnavailableError),
    ],
)
async def test_refused_calls(
    world: World, method: str, code: int, expected: type[ProviderError]
) -> None:
    """One refused call of a batch fails the whole."""
    world.server.behaviour.fail(method, code)
    with pytest.raises(expected):
        await world.provider.activity(FEATURES)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"movies": []}, "lacks limits.total"),
        ({"movies": [], "limits": {"total": -1}}, "lacks limits.total"),
        ({"movies": [], "limits": {"total": 10**9}}, "lacks limits.total"),
        ({"limits": {"total": 1}}, "lacks movies"),
        ({"movies": {}, "limits": {"total": 1}}, "lacks movies"),
        ({"movies": [{}], "limits": {"total": 1}}, "lacks movieid"),
        ({"movies": [5], "limits": {"total": 1}}, "lacks movieid"),
        (5, "not an object"),
    ],
)
async def test_odd_lists(
    world: World, monkeypatch: pytest.MonkeyPatch, result: object, text: str
) -> None:
    """A list has its rows, their numbers, and its length."""
    name = "VideoLibrary.GetMovies"
    monkeypatch.setitem(CALLS, name, lambda server, params: result)
    with pytest.raises(ProtocolError, match=text):
        await world.provider.activity(FEATURES)


async def test_a_player_that_does_not_tell(world: World) -> None:
    """Whether something is played need not be known to read."""
    use(world)
    world.server.behaviour.fail("Player.GetItem", -32100)
    assert len(await world.read(Feature.HISTORY)) == 9


async def test_a_library_that_changes_meanwhile(world: World) -> None:
    """An entry that is gone by the time its ids are asked for ends the read."""
    use(world)
    previous = await world.snapshot(Feature.HISTORY)
    world.server.play(world.seeded.movies[20])
    world.seeded.movies[20].id = 5000
    world.server.behaviour.fail("VideoLibrary.GetMovieDetails", -32602)
    with pytest.raises(ProviderUnavailableError, match="changed while"):
        await world.snapshot(Feature.HISTORY, previous)


async def test_ten_thousand(session: aiohttp.ClientSession, limiters: Limiters) -> None:
    """A large library is read in few requests and little time."""
    catalogue = make_catalogue(films=2000, shows=160)
    async with a_world(session, limiters, catalogue) as world:
        entries: list[Movie | Episode] = [*world.seeded.movies]
        entries += world.seeded.episodes[: 10_000 - len(entries)]
        for number, entry in enumerate(entries):
            world.server.play(entry, moment(number % 900, number % 1000))
        snapshot: Snapshot = await world.snapshot(Feature.HISTORY)
        assert len(snapshot.records) == len(entries)
        assert len(world.server.requests) < 16
        marker = await world.provider.activity(FEATURES)
        began = time.process_time()
        assert await world.provider.activity(FEATURES) == marker
        # Both sides of the wire are in it.
        assert time.process_time() - began < 1.5
        assert datetime.now(UTC) > snapshot.full_read_at


async def test_a_device_that_knows_less(world: World) -> None:
    """Without labels and files, dates are of this machine's zone, and all is there."""
    behaviour = world.server.behaviour
    behaviour.unknown_methods = frozenset(
        {"XBMC.GetInfoLabels", "XBMC.GetInfoBooleans", "Settings.GetSettingValue"}
    )
    behaviour.tells_files = False
    movie, episode = world.seeded.movies[0], world.seeded.episodes[0]
    movie.file.play_count, movie.file.last_played = 2, "2026-05-01 20:00:00"
    episode.file.play_count, episode.file.position = 1, 60.0
    here = datetime(2026, 5, 1, 20).astimezone()

    assert (await world.provider.identify()).version
    history = await world.read(Feature.HISTORY)
    again = await world.snapshot(Feature.HISTORY, await world.snapshot(Feature.HISTORY))

    assert history[as_item(movie).label].value == Watched(here.astimezone(UTC), (), 2)
    assert history.keys() == {as_item(each).label for each in (movie, episode)}
    assert len(again.records) == 2
    assert list(await world.read(Feature.PROGRESS)) == [as_item(episode).label]
    wanted = operation(as_item(episode), Watched(moment(days=3)))
    assert await world.write(Feature.HISTORY, wanted) == [(OutcomeKind.APPLIED, None)]


@pytest.mark.parametrize("hours", range(0, 24, 3))
async def test_a_clock_of_twelve_hours(world: World, hours: int) -> None:
    """Morning and evening are told apart, wherever the device says it is."""
    behaviour = world.server.behaviour
    behaviour.halves_of_the_day = ("AM", "PM")
    behaviour.reports_zone = hours % 2 == 0
    # Its clock shows each hour of the day, one after the other.
    ahead = (hours - datetime.now(UTC).hour + 11) % 24 - 11
    world.server.zone = ZoneInfo(f"Etc/GMT{-ahead:+}")
    movie = world.seeded.movies[0]
    movie.file.play_count, movie.file.last_played = 1, "2026-05-01 20:00:00"
    (record,) = (await world.read(Feature.HISTORY)).values()
    at = datetime(2026, 5, 1, 20, tzinfo=UTC) - timedelta(hours=ahead)
    assert record.value == Watched(at, (), 1)


async def test_a_time_that_a_device_has_no_word_for(world: World) -> None:
    """A clock that is never shown is no clock that was not started yet."""
    behaviour = world.server.behaviour
    behaviour.reports_zone = False
    behaviour.known_labels = frozenset({"System.Date(yyyy-mm-dd)"})
    world.server.zone = ZoneInfo("Etc/GMT+5")
    movie = world.seeded.movies[0]
    movie.file.play_count, movie.file.last_played = 1, "2026-05-01 20:00:00"
    here = datetime(2026, 5, 1, 20).astimezone()

    (record,) = (await world.read(Feature.HISTORY)).values()
    assert record.value == Watched(here.astimezone(UTC), (), 1)

    # What it once has told stays true.
    behaviour.known_labels = None
    (record,) = (await world.read(Feature.HISTORY)).values()
    told = record.value
    assert told == Watched(datetime(2026, 5, 2, 1, tzinfo=UTC), (), 1)
    behaviour.known_labels = frozenset()
    (record,) = (await world.read(Feature.HISTORY)).values()
    assert record.value == told


async def test_what_has_left_the_library(world: World) -> None:
    """What was unwatched is there all the same; what was deleted is not."""
    gone, unwatched = world.seeded.movies[:2]
    gone.file.play_count = unwatched.file.play_count = 1
    before = await world.snapshot(Feature.HISTORY)
    world.server.library.movies.remove(gone)
    unwatched.file.play_count = 0
    after = await world.snapshot(Feature.HISTORY, before)
    lost = before.records.keys() - after.records.keys()

    assert len(lost) == 2
    (left,) = await world.provider.left(Feature.HISTORY, {*lost, "own:x"})
    assert before.records[left].item.title == gone.title
