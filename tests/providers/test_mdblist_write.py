"""Writing to an MDBList account: batches, what was not found, and what fails."""

from collections.abc import Sequence
from copy import replace
from datetime import timedelta

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
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.mdblist.provider import MdblistProvider
from tests.simulators.base import FaultKind
from tests.simulators.mdblist import Title

from .mdblist_world import WATCHED_AT, World, item, mdblist_world, operation, removing
from .operating import kinds, write
from .worlds import world_of

APPLIED, THERE = OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE
UNRESOLVED, UNKNOWN = OutcomeKind.UNRESOLVED, OutcomeKind.UNKNOWN
FAILED = OutcomeKind.FAILED
PLAY = Watched(WATCHED_AT, (Play(WATCHED_AT),))
RATING = Rated(7.5, WATCHED_AT)
LISTED = Listed(WATCHED_AT)
NEVER_MADE = Item(MediaKind.MOVIE, {"imdb": "tt99999991", "tmdb": "99999991"}, "Never")
NEVER_AIRED = Item(MediaKind.SHOW, {"imdb": "tt99999992"}, "Never")
NEVER_SHOT = Item(MediaKind.EPISODE, {}, "", None, NEVER_AIRED, 1, 1)

world = world_of(mdblist_world)


async def ready(world: World) -> MdblistProvider:
    """Return the account as it is after it was loaded; requests are forgotten."""
    provider = world.provider()
    await provider.identify()
    world.requests()
    return provider


def bodies(world: World) -> list[object]:
    """Return the bodies of all writes."""
    return [each.body for each in world.mdblist.requests if each.method == "POST"]


def plays(titles: Sequence[Title]) -> list[Operation]:
    """Return operations that add a play of each title."""
    return [operation(title, PLAY) for title in titles]


async def test_one_request_for_films_and_episodes(world: World) -> None:
    """Films and episodes of a history go together, the latter by their places."""
    provider = await ready(world)
    first = world.episodes[0]
    assert first.show is not None
    second = first.show.children[1].children[1]
    operations = plays([world.movies[0], first, second])
    outcomes = await write(provider, operations)
    assert kinds(outcomes) == [APPLIED] * 3
    [body] = bodies(world)
    at = "2026-05-01T20:30:12Z"
    show = {"imdb": "tt0903747", "tmdb": 1396, "tvdb": 81189}
    assert body == {
        "movies": [{"ids": {"imdb": "tt0133093", "tmdb": 603}, "watched_at": at}],
        "shows": [
            {
                "ids": show,
                "seasons": [
                    {
                        "number": each.season,
                        "episodes": [{"number": each.number, "watched_at": at}],
                    }
                    for each in (first, second)
                ],
            }
        ],
    }
    assert [outcome.address for outcome in outcomes] == [
        "movie:tmdb:603",
        "episode:tmdb:1396:s0e1",
        "episode:tmdb:1396:s1e1",
    ]
    snapshot = await provider.read(Feature.HISTORY, None)
    assert snapshot.records.keys() == {outcome.address for outcome in outcomes}


async def test_batches(world: World) -> None:
    """A request holds a hundred things; shows, seasons and episodes are not mixed."""
    provider = await ready(world)
    titles = [*world.movies[:50], *world.episodes[:110], *world.shows]
    seasons = {title.show.children[title.season] for title in titles if title.show}  # type: ignore[index]
    operations = [operation(each, RATING) for each in (*titles, *seasons)]
    outcomes = await write(provider, operations)
    assert kinds(outcomes) == [APPLIED] * len(operations)
    assert len(world.requests()) == 4
    assert len(world.mdblist.alice.ratings.live) == len(operations)
    again = await write(provider, operations)
    assert kinds(again) == [THERE] * len(operations)


async def test_bare_ids(world: World) -> None:
    """The watchlist takes ids alone; those of TVDB only for films without others."""
    provider = await ready(world)
    show = item(world.shows[0])
    only_tvdb = Item(MediaKind.SHOW, {"tvdb": "81189"}, "Only TVDB")
    operations = [
        operation(world.movies[0], LISTED),
        operation(show, LISTED),
        operation(only_tvdb, LISTED),
    ]
    assert kinds(await write(provider, operations)) == [APPLIED, APPLIED, UNRESOLVED]
    assert bodies(world) == [
        {
            "movies": [{"imdb": "tt0133093", "tmdb": 603}],
            "shows": [{"imdb": "tt0903747", "tmdb": 1396}],
        }
    ]


@pytest.mark.parametrize("counted", [False, True], ids=["named", "counted"])
async def test_not_found_in_the_history(world: World, counted: bool) -> None:
    """What is not found is told, be it by name or by number: each play is reported."""
    world.mdblist.behaviour.not_found_counts = counted
    provider = await ready(world)
    operations = [
        operation(NEVER_MADE, PLAY),
        operation(NEVER_SHOT, PLAY),
        *plays([world.movies[0], world.episodes[0]]),
    ]
    outcomes = await write(provider, operations)
    assert kinds(outcomes) == [UNRESOLVED, UNRESOLVED, APPLIED, APPLIED]
    assert world.requests() == ["POST /sync/watched"]


@pytest.mark.parametrize("value", [RATING, LISTED], ids=["ratings", "watchlist"])
async def test_not_found_by_number(world: World, value: Rated | Listed) -> None:
    """A number alone makes us look once what is there now."""
    world.mdblist.behaviour.not_found_counts = True
    provider = await ready(world)
    unknown = [operation(each, value) for each in (NEVER_MADE, NEVER_AIRED)]
    known = [operation(each, value) for each in (world.movies[0], world.shows[0])]
    outcomes = await write(provider, [*unknown, *known])
    assert kinds(outcomes) == [UNRESOLVED, UNRESOLVED, THERE, THERE]
    assert len(world.mdblist.requests) <= 3
    world.requests()
    assert kinds(await write(provider, unknown)) == [UNRESOLVED, UNRESOLVED]
    assert len(world.requests()) == 1


async def test_not_found_by_number_and_no_look(world: World) -> None:
    """If nobody can look, nothing is claimed."""
    world.mdblist.behaviour.not_found_counts = True
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/ratings", method="GET", times=9)
    operations = [
        operation(each, RATING) for each in (NEVER_MADE, item(world.movies[0]))
    ]
    assert kinds(await write(provider, operations)) == [UNKNOWN, UNKNOWN]


async def test_a_late_list_after_a_number(world: World) -> None:
    """If the list is late, it is not clear which was not found."""
    world.mdblist.behaviour.not_found_counts = True
    world.mdblist.behaviour.read_lag = 9
    provider = await ready(world)
    operations = [
        operation(each, RATING) for each in (NEVER_MADE, item(world.movies[0]))
    ]
    assert kinds(await write(provider, operations)) == [UNKNOWN, UNKNOWN]


async def test_plays_that_are_taken_as_one(world: World) -> None:
    """A play that is so near another one that it is the same was there already."""
    world.mdblist.behaviour.same_play = timedelta(minutes=5)
    provider = await ready(world)
    near = WATCHED_AT + timedelta(minutes=2)
    [first] = await write(provider, plays(world.movies[:1]))
    again = operation(world.movies[0], Watched(near, (Play(near),)))
    both = operation(world.movies[1], Watched(near, (Play(WATCHED_AT), Play(near))))
    assert kinds([first, *await write(provider, [again, both])]) == [
        APPLIED,
        THERE,
        APPLIED,
    ]
    assert len(world.mdblist.alice.history.live) == 2


async def test_several_plays_of_a_title_at_once(world: World) -> None:
    """Each is an operation of its own: the report tells which was taken for another."""
    world.mdblist.behaviour.same_play = timedelta(minutes=30)
    provider = await ready(world)
    at = [WATCHED_AT + timedelta(minutes=minutes) for minutes in (0, 10, 90)]
    for title in (world.movies[0], world.episodes[0]):
        operations = [operation(title, Watched(each, (Play(each),))) for each in at]
        outcomes = await write(provider, operations)
        assert kinds(outcomes) == [APPLIED, THERE, APPLIED]
        outcomes = await write(provider, operations[::-1])
        assert kinds(outcomes) == [THERE] * 3


async def test_a_service_that_does_not_report_plays(world: World) -> None:
    """Then the numbers have to do."""
    world.mdblist.behaviour.reports_plays = False
    provider = await ready(world)
    operations = [operation(NEVER_MADE, PLAY), *plays(world.movies[:2])]
    assert kinds(await write(provider, operations)) == [UNRESOLVED, APPLIED, APPLIED]
    assert kinds(await write(provider, operations)) == [UNRESOLVED, THERE, THERE]


async def test_plays_without_a_date(world: World) -> None:
    """The service would take the present moment: never sent."""
    provider = await ready(world)
    [outcome] = await write(provider, [operation(world.movies[0], Watched())])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.NO_DATE)
    show = operation(world.shows[0], PLAY)
    [outcome] = await write(provider, [show])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.KIND_NOT_SUPPORTED)
    assert world.requests() == []


async def test_plays_that_are_there(world: World) -> None:
    """A play that the account is known to have is not sent again."""
    provider = await ready(world)
    later = Play(WATCHED_AT + timedelta(days=1))
    both = Watched(later.at, (Play(WATCHED_AT), later), 2)
    [outcome] = await write(provider, [operation(world.movies[0], PLAY, before=both)])
    assert outcome.kind is THERE
    assert world.requests() == []
    [outcome] = await write(provider, [operation(world.movies[0], both, before=PLAY)])
    assert outcome.kind is APPLIED
    assert len(world.mdblist.alice.history.live) == 1


async def test_episodes_by_their_own_ids(world: World) -> None:
    """An episode of a show without ids is found by its own, if they are its own."""
    provider = await ready(world)
    title = world.episodes[3]
    show = Item(MediaKind.SHOW, {"tvdb": "5"}, "Wrong")
    alone = Item(MediaKind.EPISODE, item(title).ids, "", None, None, 1, 1)
    repeated = Item(MediaKind.EPISODE, {"tvdb": "5"}, "", None, replace(show, ids={}))
    outcomes = await write(
        provider, [operation(alone, RATING), operation(repeated, RATING)]
    )
    assert kinds(outcomes) == [APPLIED, UNRESOLVED]
    assert title in world.mdblist.alice.ratings.live


async def test_several_shows_that_fail(world: World) -> None:
    """Halving finds a size that works; what was done in between is not done twice."""
    world.mdblist.behaviour.many_shows_fail = True
    provider = await ready(world)
    episodes = [next(show.played()) for show in world.shows[:4]]
    outcomes = await write(provider, plays(episodes))
    assert set(kinds(outcomes)) <= {APPLIED, THERE}
    held = world.mdblist.alice.history.live.values()
    assert {row.title for row in held} == set(episodes)
    assert len(held) == 4


async def test_one_that_always_fails(world: World) -> None:
    """It does not keep the others from being written, and nothing is claimed of it."""
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/watched", times=2)
    world.mdblist.faults.fail(path="/sync/watched", on_call=3)
    outcomes = await write(provider, plays(world.movies[:3]))
    assert kinds(outcomes) == [UNKNOWN, APPLIED, APPLIED]


async def test_a_service_that_always_fails(world: World) -> None:
    """It is left alone soon, and nothing is claimed."""
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/watched", times=999)
    outcomes, error = await tried(provider, plays(world.movies[:60]))
    assert isinstance(error, ProviderUnavailableError) or len(outcomes) == 60
    assert set(kinds(outcomes)) == {UNKNOWN}
    assert len(world.requests()) < 20


async def test_refused_bodies(world: World) -> None:
    """The one that is to blame is found, and the others are written."""
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/watched", status=400, times=3)
    outcomes = await write(provider, plays(world.movies[:4]))
    assert kinds(outcomes).count(APPLIED) == 3
    [blamed] = [each for each in outcomes if each.kind is not APPLIED]
    assert (blamed.kind, blamed.reason) == (FAILED, Reason.REJECTED)
    world.mdblist.faults.fail(path="/sync/watched", status=404)
    [outcome] = await write(provider, plays(world.movies[9:10]))
    assert outcome.kind is UNRESOLVED


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.CUT_AFTER])
async def test_no_answer(world: World, kind: FaultKind) -> None:
    """After a request without an answer nothing more is sent."""
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/ratings", kind=kind)
    operations = [operation(each, RATING) for each in [*world.movies, *world.episodes]]
    outcomes, error = await tried(provider, operations)
    assert error is not None
    assert not error.maybe_sent
    assert 0 < len(outcomes) <= 100
    assert set(kinds(outcomes)) == {UNKNOWN}
    assert len(world.requests()) == 1
    few = [operation(world.movies[0], RATING)]
    world.mdblist.faults.fail(path="/sync/ratings", kind=kind)
    outcomes, error = await tried(provider, few)
    assert (kinds(outcomes), error) == ([UNKNOWN], None)


async def test_limits_in_the_middle(world: World) -> None:
    """What was sent before the requests were used up is done; the rest is not sent."""
    world.mdblist.limiter.use(world.mdblist.alice, 1000 - 22)
    provider = await ready(world)
    titles = [*world.movies, *world.episodes]
    outcomes, error = await tried(
        provider, [operation(each, RATING) for each in titles]
    )
    assert isinstance(error, RateLimitedError)
    assert set(kinds(outcomes)) == {APPLIED}
    assert len(outcomes) == len(world.mdblist.alice.ratings.live) == 100


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param('{"added": {"movies": 1}}', APPLIED, id="not reported"),
        pytest.param('{"added": {"movies": 7}}', UNKNOWN, id="too many"),
        pytest.param('{"added": 1, "existing": {"movies": true}}', UNKNOWN, id="odd"),
        pytest.param('{"plays": [7, {"added": 1}]}', UNKNOWN, id="odd reports"),
        pytest.param(
            '{"plays": [], "not_found": {"movies": 5}}', UNKNOWN, id="of what"
        ),
        pytest.param(
            '{"plays": [{"added": true, "movie": {"ids": {"tmdb": 603}}}]}',
            APPLIED,
            id="undated report",
        ),
        pytest.param(
            '{"plays": [{"added": true, "movie": {"ids": {"tmdb": 604}}}]}',
            UNKNOWN,
            id="report of another film",
        ),
    ],
)
async def test_odd_answers_to_plays(world: World, body: str, kind: OutcomeKind) -> None:
    """Nothing is claimed that the answer does not say."""
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/watched", status=200, body=body)
    assert kinds(await write(provider, plays(world.movies[:1]))) == [kind]


async def test_a_report_with_the_show_beside_its_episode(world: World) -> None:
    """The show of an episode stands in it, or beside it."""
    provider = await ready(world)
    body = (
        '{"plays": [{"added": false, "episode": {"season": 0, "number": 1}, '
        '"show": {"ids": {"tmdb": 1396}}}]}'
    )
    world.mdblist.faults.fail(path="/sync/watched", status=200, body=body)
    assert kinds(await write(provider, plays(world.episodes[:1]))) == [THERE]


@pytest.mark.parametrize("body", ["{}", '{"removed": 3}', '{"removed": {"movies": 9}}'])
async def test_odd_answers_to_removals(world: World, body: str) -> None:
    """So it is with removals."""
    alice = world.mdblist.alice
    alice.rate(world.movies[0], 5, WATCHED_AT)
    alice.watch(world.movies[0], WATCHED_AT)
    provider = await ready(world)
    for feature in (Feature.RATINGS, Feature.HISTORY):
        [record] = (await provider.read(feature, None)).records.values()
        world.mdblist.faults.fail(method="POST", status=200, body=body)
        assert kinds(await write(provider, [removing(record)])) == [UNKNOWN]


async def test_many_films(world: World) -> None:
    """Films alone come in hundreds, too; of plays each one counts."""
    provider = await ready(world)
    days = [WATCHED_AT - timedelta(days=number) for number in reversed(range(3))]
    three = Watched(days[-1], tuple(map(Play, days)), 3)
    outcomes = await write(provider, [operation(each, three) for each in world.movies])
    assert set(kinds(outcomes)) == {APPLIED}
    assert len(world.mdblist.alice.history.live) == 180
    assert len(world.requests()) == 2


async def test_a_further_play_of_a_known_title(world: World) -> None:
    """What is known by its name there keeps it."""
    provider = await ready(world)
    [outcome] = await write(
        provider, [operation(world.movies[0], PLAY, native_ids=("movie:imdb:tt1",))]
    )
    assert outcome.address == "movie:imdb:tt1"


async def test_busy_while_writing(world: World) -> None:
    """A service that is down is not asked again, and nothing is claimed."""
    provider = await ready(world)
    world.mdblist.faults.fail(path="/sync/watched", status=503)
    assert kinds(await write(provider, plays(world.movies[:2]))) == [UNKNOWN, UNKNOWN]
    assert len(world.requests()) == 1
    world.mdblist.faults.fail(path="/sync/watched/plays/remove", kind=FaultKind.CUT)
    alice = world.mdblist.alice
    alice.watch(world.movies[5], WATCHED_AT)
    [record] = (await provider.read(Feature.HISTORY, None)).records.values()
    outcomes, error = await tried(
        provider, [removing(record), *plays(world.movies[:1])]
    )
    assert kinds(outcomes) == [UNKNOWN]
    assert error is not None


async def test_removals(world: World) -> None:
    """What is there is removed, and what is not there is no error."""
    alice = world.mdblist.alice
    for title in (*world.movies[:2], world.shows[0]):
        alice.rate(title, 5, WATCHED_AT)
        alice.put_on_watchlist(title, WATCHED_AT)
    provider = await ready(world)
    for feature in (Feature.RATINGS, Feature.WATCHLIST):
        records = (await provider.read(feature, None)).records.values()
        operations = [removing(record) for record in records]
        assert kinds(await write(provider, operations)) == [APPLIED] * 3
        assert kinds(await write(provider, operations)) == [THERE] * 3
        gone = [replace(operations[0], item=NEVER_MADE, native_ids=())]
        assert kinds(await write(provider, gone)) == [THERE]
    assert not alice.ratings.live
    assert not alice.watchlist.live


async def test_removals_without_a_word(world: World) -> None:
    """An empty answer to a removal says that it was done."""
    alice = world.mdblist.alice
    alice.rate(world.movies[0], 5, WATCHED_AT)
    alice.watch(world.movies[0], WATCHED_AT)
    world.mdblist.behaviour.silent_removals = True
    provider = await ready(world)
    for feature in (Feature.RATINGS, Feature.HISTORY):
        [record] = (await provider.read(feature, None)).records.values()
        assert kinds(await write(provider, [removing(record)])) == [APPLIED]
    assert not alice.ratings.live
    assert not alice.history.live


async def test_positions_without_a_word(world: World) -> None:
    """An empty answer to a position says that it was done, too."""
    alice = world.mdblist.alice
    world.mdblist.behaviour.silent_scrobbles = True
    provider = await ready(world)
    adding = operation(world.movies[0], Progress(percent=30))
    assert kinds(await write(provider, [adding])) == [APPLIED]
    [record] = (await provider.read(Feature.PROGRESS, None)).records.values()
    assert kinds(await write(provider, [removing(record)])) == [APPLIED]
    assert not alice.positions.live


async def test_position_without_a_name(world: World) -> None:
    """What was written is written, even if it is not told what it is cleared by."""
    world.mdblist.faults.fail(
        path="/scrobble/pause", status=200, body='{"action": "pause", "progress": "30"}'
    )
    provider = await ready(world)
    adding = operation(world.movies[0], Progress(percent=30))
    assert kinds(await write(provider, [adding])) == [APPLIED]


async def test_plays_that_are_named_oddly(world: World) -> None:
    """The numbers tell of plays that are reported in a way that is not known."""
    told = '{"plays": [{"added": true, "title": "x"}], "added": {"movies": 1}}'
    world.mdblist.faults.fail(path="/sync/watched", status=200, body=told)
    provider = await ready(world)
    assert kinds(await write(provider, plays(world.movies[:1]))) == [APPLIED]


async def test_some_of_several_removals(world: World) -> None:
    """If fewer were there than were named, it is not clear which."""
    alice = world.mdblist.alice
    alice.rate(world.movies[0], 5, WATCHED_AT)
    provider = await ready(world)
    operations = [
        operation(each, None, Action.REMOVE, before=RATING) for each in world.movies[:2]
    ]
    assert kinds(await write(provider, operations)) == [UNKNOWN, UNKNOWN]


async def test_one_of_two_plays(world: World) -> None:
    """A removal takes the plays that it names, and no other ones."""
    alice, movie = world.mdblist.alice, world.movies[0]
    for day in range(3):
        alice.watch(movie, WATCHED_AT + timedelta(days=day))
    provider = await ready(world)
    [record] = (await provider.read(Feature.HISTORY, None)).records.values()
    assert isinstance(record.value, Watched)
    one = replace(record.value, plays=record.value.plays[:1], count=1)
    gone = replace(removing(record), before=one)
    assert kinds(await write(provider, [gone])) == [APPLIED]
    assert len(alice.plays_of(movie)) == 2
    assert kinds(await write(provider, [gone])) == [THERE]


async def test_plays_without_names(world: World) -> None:
    """Plays that are known from elsewhere are looked for by their moments."""
    alice = world.mdblist.alice
    near = WATCHED_AT + timedelta(seconds=20)
    alice.watch(world.movies[0], near)
    alice.watch(world.movies[0], WATCHED_AT + timedelta(days=1))
    provider = await ready(world)
    operations = [
        operation(each, None, Action.REMOVE, before=PLAY) for each in world.movies[:2]
    ]
    assert kinds(await write(provider, operations)) == [APPLIED, THERE]
    assert len(alice.history.live) == 1
    newest = operation(
        world.movies[0],
        None,
        Action.REMOVE,
        before=Watched(WATCHED_AT + timedelta(days=1)),
    )
    assert kinds(await write(provider, [newest])) == [APPLIED]
    assert not alice.history.live


async def test_removal_of_plays_that_fails(world: World) -> None:
    """Nothing is claimed without an answer; a refusal is told."""
    alice = world.mdblist.alice
    alice.watch(world.movies[0], WATCHED_AT)
    provider = await ready(world)
    [record] = (await provider.read(Feature.HISTORY, None)).records.values()
    world.mdblist.faults.fail(path="/sync/watched/plays/remove", kind=FaultKind.CUT)
    assert kinds(await write(provider, [removing(record)])) == [UNKNOWN]
    world.mdblist.faults.fail(path="/sync/watched/plays/remove", status=400)
    [outcome] = await write(provider, [removing(record)])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.REJECTED)
    headers = {"Retry-After": "7200"}
    world.mdblist.faults.fail(status=429, headers=headers)
    with pytest.raises(RateLimitedError):
        await write(provider, [removing(record)])
    assert alice.history.live


async def test_titles_that_only_the_service_knows(world: World) -> None:
    """They are removed by the service's own ids."""
    alice, title = world.mdblist.alice, world.movies[0]
    alice.put_on_watchlist(title, WATCHED_AT)
    for name in title.ids.keys() - {"mdblist"}:
        del title.ids[name]
    provider = await ready(world)
    [record] = (await provider.read(Feature.WATCHLIST, None)).records.values()
    assert record.native_id == f"movie:mdblist:{title.ids['mdblist']}"
    assert kinds(await write(provider, [removing(record)])) == [APPLIED]
    assert not alice.watchlist.live


async def test_positions(world: World) -> None:
    """A position is written in percent, and neither the start nor the end is."""
    provider = await ready(world)
    movie, episode = world.movies[0], world.episodes[5]
    outcomes = await write(
        provider,
        [
            operation(movie, Progress(1_234_567, 8_000_000)),
            operation(episode, Progress(percent=79.99)),
            operation(world.movies[1], Progress(0, 1000)),
            operation(world.movies[2], Progress(percent=100)),
            operation(world.movies[3], Progress(1000)),
            operation(NEVER_MADE, Progress(percent=5)),
            operation(Item(MediaKind.MOVIE, {}, "No ids"), Progress(percent=5)),
            operation(Item(MediaKind.EPISODE, {}, "No ids"), Progress(percent=5)),
        ],
    )
    assert kinds(outcomes) == [APPLIED, APPLIED, *[FAILED] * 3, *[UNRESOLVED] * 3]
    rows = world.mdblist.alice.positions.live.values()
    assert {row.title: row.percent for row in rows} == {movie: 15.43, episode: 79.99}
    found = await provider.read(Feature.PROGRESS, None)
    assert found.records.keys() == {outcome.address for outcome in outcomes[:2]}
    assert len(world.mdblist.alice.history.live) == 0


async def test_clearing_positions(world: World) -> None:
    """A position goes by its name, or else by its title; a gone one is no error."""
    alice = world.mdblist.alice
    for title in (*world.movies[:2], world.episodes[0]):
        alice.pause(title, 30)
    provider = await ready(world)
    records = list((await provider.read(Feature.PROGRESS, None)).records.values())
    assert kinds(await write(provider, [removing(records[0])])) == [APPLIED]
    assert kinds(await write(provider, [removing(records[0])])) == [THERE]
    nameless = [
        replace(removing(record), native_ids=("own:1",)) for record in records[1:]
    ]
    world.requests()
    assert kinds(await write(provider, nameless)) == [APPLIED, APPLIED]
    assert world.requests().count("GET /sync/playback") == 1
    assert kinds(await write(provider, nameless)) == [THERE, THERE]
    assert not alice.positions.live


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("pause", '{"id": 1, "action": "pause", "progress": 90}', UNKNOWN),
        ("pause", '{"id": 1, "action": "stop", "progress": 30}', UNKNOWN),
        ("pause", '{"id": 1, "action": "pause"}', UNKNOWN),
        ("clear", '{"action": "clear"}', UNKNOWN),
    ],
)
async def test_odd_answers_to_positions(
    world: World, path: str, body: str, kind: OutcomeKind
) -> None:
    """Nothing is claimed that the answer does not say."""
    provider = await ready(world)
    world.mdblist.faults.fail(path=f"/scrobble/{path}", status=200, body=body)
    assert kinds(await write(provider, [position(world, path)])) == [kind]


@pytest.mark.parametrize("path", ["pause", "clear"])
async def test_refusals_of_positions(world: World, path: str) -> None:
    """Refusals are told, and so is what got no answer."""
    provider = await ready(world)
    one = position(world, path)
    world.mdblist.faults.fail(path=f"/scrobble/{path}", status=400)
    [outcome] = await write(provider, [one])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.REJECTED)
    world.mdblist.faults.fail(path=f"/scrobble/{path}", status=404)
    [outcome] = await write(provider, [one])
    assert outcome.kind is (UNRESOLVED if path == "pause" else THERE)
    for number in (1, 2):
        world.mdblist.faults.fail(path=f"/scrobble/{path}", kind=FaultKind.CUT)
        outcomes, error = await tried(provider, [one, replace(one)][:number])
        assert kinds(outcomes) == [UNKNOWN]
        assert (error is None) is (number == 1)
    world.mdblist.faults.fail(status=429, headers={"Retry-After": "7200"})
    with pytest.raises(RateLimitedError):
        await write(provider, [one])


def position(world: World, path: str) -> Operation:
    """Return an operation that writes a position, or clears one."""
    if path == "pause":
        return operation(world.movies[0], Progress(percent=30))
    return operation(
        world.movies[0],
        None,
        Action.REMOVE,
        before=Progress(percent=30),
        native_ids=("77",),
    )


async def tried(
    provider: MdblistProvider, operations: Sequence[Operation]
) -> tuple[list[Outcome], ProviderError | None]:
    """Write, and return the outcomes until there was an error."""
    outcomes: list[Outcome] = []
    try:
        async for outcome in provider.write(operations[0].feature, operations):
            outcomes.append(outcome)  # noqa: PERF401
    except ProviderError as err:
        return outcomes, err
    return outcomes, None
