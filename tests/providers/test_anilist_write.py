"""Writing to an AniList account: several changes at once, and nothing overwritten."""

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Rated
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.anilist.scores import (
    ScoreFormat,
    rating_of,
    score_of,
    step_of,
)
from tests.simulators.anilist import STATUSES, Media
from tests.simulators.base import FaultKind

from .anilist_world import (
    World,
    anilist_world,
    item,
    operation,
    plan,
    rate,
    unplan,
    unrate,
)
from .operating import kinds, write
from .worlds import world_with_files_of

APPLIED, THERE = OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE

world = world_with_files_of(anilist_world)


def statuses(world: World) -> dict[int, str]:
    """Return the status of each of Alice's entries."""
    entries = world.anilist.alice.entries.values()
    return {entry.media.media_id: entry.status for entry in entries}


async def test_planned(world: World) -> None:
    """Titles are planned: twenty with one mutation, after one look at them."""
    outcomes = await write(world.provider(), plan(*world.films[:40]))
    assert kinds(outcomes) == [APPLIED] * 40
    assert [outcome.native_id for outcome in outcomes[:2]] == ["1001", "1002"]
    assert set(statuses(world).values()) == {"PLANNING"}
    assert len(statuses(world)) == 40
    assert world.anilist.writes() == 2
    assert world.requests() == 3


async def test_by_the_id_at_my_anime_list(world: World) -> None:
    """A title that is known by MyAnimeList's id only is found, many at a time."""
    wanted = [item(media, "mal") for media in world.series[:30]]
    outcomes = await write(world.provider(), plan(*wanted))
    assert kinds(outcomes) == [APPLIED] * 30
    assert statuses(world).keys() == {media.media_id for media in world.series[:30]}
    assert world.requests() == 2 + 2


async def test_not_found(world: World) -> None:
    """What AniList does not have, or has twice, is told so, and stops nothing."""
    world.anilist.add(Media(9001, "Half", 2001, 777))
    world.anilist.add(Media(9002, "Other half", 2001, 777))
    unknown = [
        Item(MediaKind.SHOW, {"anilist": "999999"}),
        Item(MediaKind.SHOW, {"mal": "999999"}),
        Item(MediaKind.SHOW, {"mal": "777"}),
        Item(MediaKind.SHOW, {"tvdb": "5"}),
        Item(MediaKind.SHOW, {}, "Series 1", 2010),
        # A film by its number, but no film there.
        Item(MediaKind.MOVIE, {"anilist": "2001"}),
    ]
    outcomes = await write(world.provider(), plan(*unknown, world.films[0]))
    assert [(each.kind, each.reason) for each in outcomes[:-1]] == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ] * len(unknown)
    assert outcomes[-1].kind is APPLIED
    assert statuses(world) == {1001: "PLANNING"}


async def test_nothing_to_look_up(world: World) -> None:
    """Where nothing can be found by its ids, nobody is asked."""
    outcomes = await write(world.provider(), plan(Item(MediaKind.SHOW, {"tvdb": "5"})))
    assert kinds(outcomes) == [OutcomeKind.UNRESOLVED]
    assert world.requests() == 0


@pytest.mark.parametrize("status", STATUSES)
async def test_what_was_begun_stays(world: World, status: str) -> None:
    """Planning a title never changes an entry that there is, whatever its status."""
    alice = world.anilist.alice
    world.anilist.put(alice, world.series[0], status, progress=5, score=7)
    provider = world.provider()
    await provider.read(Feature.WATCHLIST, None)
    outcomes = await write(provider, plan(world.series[0]))
    assert kinds(outcomes) == [THERE]
    entry = alice.entry_of(world.series[0])
    assert entry is not None
    assert (entry.status, entry.progress, entry.raw) == (status, 5, 70)
    assert world.anilist.writes() == 0


async def test_begun_since_the_read(world: World) -> None:
    """Nor does it when the person began with it after the list was read."""
    provider = world.provider()
    await provider.activity([Feature.WATCHLIST])
    world.anilist.put(world.anilist.alice, world.series[0], "CURRENT", progress=1)
    assert kinds(await write(provider, plan(world.series[0]))) == [THERE]
    assert statuses(world) == {2001: "CURRENT"}


async def test_taken_off(world: World) -> None:
    """An entry that is only planned is deleted; one that is gone is no longer there."""
    alice = world.anilist.alice
    for media in world.films[:3]:
        world.anilist.put(alice, media, "PLANNING")
    world.anilist.put(alice, world.films[3], "COMPLETED")
    provider = world.provider()
    records = (await provider.read(Feature.WATCHLIST, None)).records
    world.anilist.put(alice, world.films[1], "CURRENT")
    world.anilist.delete(alice, world.films[2])
    doomed = [unplan(record) for record in records.values()]
    outcomes = await write(provider, [*doomed, unplan(world.films[3])])
    assert kinds(outcomes) == [APPLIED, THERE, THERE, THERE]
    assert statuses(world) == {1002: "CURRENT", 1004: "COMPLETED"}
    assert not (await provider.read(Feature.WATCHLIST, None)).records


@pytest.mark.parametrize(
    "facts",
    [{"score": 5}, {"progress": 1}, {"repeat": 1}, {"notes": "with Tom"}],
    ids=["score", "progress", "repeat", "notes"],
)
async def test_what_would_be_lost(world: World, facts: dict[str, object]) -> None:
    """An entry that holds more than that it is planned is never deleted."""
    world.anilist.put(world.anilist.alice, world.films[0], "PLANNING", **facts)  # type: ignore[arg-type]
    [outcome] = await write(world.provider(), [unplan(world.films[0])])
    assert (outcome.kind, outcome.reason) == (OutcomeKind.FAILED, Reason.NOT_REMOVED)
    assert statuses(world) == {1001: "PLANNING"}
    assert world.anilist.writes() == 0


async def test_rated(world: World) -> None:
    """A score is given to an entry as it is; a new one is not one that is planned."""
    alice = world.anilist.alice
    world.anilist.put(alice, world.films[0], "PLANNING", notes="keep")
    world.anilist.put(alice, world.films[1], "COMPLETED", score=8)
    before = alice.entry_of(world.films[0])
    assert before is not None
    stamp = before.updated_at
    provider = world.provider()
    operations = [
        rate(world.films[0], 7),
        rate(world.films[1], 8),
        rate(world.films[2], 9.5),
    ]
    outcomes = await write(provider, operations)
    assert kinds(outcomes) == [APPLIED, THERE, APPLIED]
    assert statuses(world) == {1001: "PLANNING", 1002: "COMPLETED", 1003: "CURRENT"}
    assert (before.raw, before.notes) == (70, "keep")
    assert before.updated_at > stamp
    assert kinds(await write(provider, operations)) == [THERE] * 3
    found = (await provider.read(Feature.RATINGS, None)).records
    assert [each.value.rating for each in found.values()] == [7, 8, 10]  # type: ignore[union-attr]


@pytest.mark.parametrize("form", ScoreFormat)
@pytest.mark.parametrize("rating", [0.5, 1, 3.3, 5, 6.6, 7.25, 8.7, 10])
async def test_reads_back_the_same(
    world: World, form: ScoreFormat, rating: float
) -> None:
    """In each format a rating reads back as the nearest that the account can hold."""
    world.anilist.alice.score_format = form.value
    provider = world.provider()
    assert kinds(await write(provider, [rate(world.films[0], rating)])) == [APPLIED]
    [record] = (await provider.read(Feature.RATINGS, None)).records.values()
    assert isinstance(record.value, Rated)
    assert (
        abs(record.value.rating - max(rating, step_of(form)))
        <= step_of(form) / 2 + 1e-3
    )
    again = rate(world.films[0], record.value.rating)
    assert kinds(await write(provider, [again])) == [THERE]


@pytest.mark.parametrize("form", ScoreFormat)
def test_scores(form: ScoreFormat) -> None:
    """What a score says is written as that score."""
    worth = rating_of(1, form)
    highest = round(10 / worth)
    for score in range(1, highest + 1):
        assert score_of(rating_of(score, form), form) == score
    assert score_of(0, form) > 0
    assert score_of(10, form) == highest


async def test_unrated(world: World) -> None:
    """A score that is taken leaves the entry; without one nothing is sent."""
    alice = world.anilist.alice
    world.anilist.put(alice, world.films[0], "COMPLETED", score=8, progress=1)
    world.anilist.put(alice, world.films[1], "COMPLETED")
    provider = world.provider()
    operations = [unrate(media) for media in world.films[:3]]
    assert kinds(await write(provider, operations)) == [APPLIED, THERE, THERE]
    entry = alice.entry_of(world.films[0])
    assert entry is not None
    assert (entry.raw, entry.status, entry.progress) == (0, "COMPLETED", 1)
    assert statuses(world) == {1001: "COMPLETED", 1002: "COMPLETED"}


async def test_too_complex(world: World) -> None:
    """What is too much at once is sent in halves, as small as it has to be."""
    world.anilist.behaviour.max_complexity = 40
    outcomes = await write(world.provider(), plan(*world.films[:20]))
    assert kinds(outcomes) == [APPLIED] * 20
    assert len(statuses(world)) == 20


async def test_look_up_that_is_too_complex(world: World) -> None:
    """So is a look-up."""
    # A look-up for both kinds of ids costs more than one for each.
    world.anilist.behaviour.max_complexity = 30
    wanted: list[Item | Media] = [world.films[0], item(world.series[0], "mal")]
    outcomes = await write(world.provider(), plan(*wanted))
    assert kinds(outcomes) == [APPLIED] * 2
    world.anilist.behaviour.max_complexity = 10
    with pytest.raises(ProtocolError):
        await write(world.provider(), plan(world.films[1]))


@pytest.mark.parametrize("whole", [True, False], ids=["no data", "some data"])
@pytest.mark.parametrize("stops", [True, False], ids=["stops", "goes on"])
async def test_one_of_many_is_refused(
    world: World, *, whole: bool, stops: bool
) -> None:
    """One that fails does not take the others with it, however AniList answers."""
    world.anilist.behaviour.fails_as_a_whole = whole
    world.anilist.behaviour.stops_at_a_failure = stops

    def lose_two() -> None:
        """Take two of the titles out of AniList."""
        del world.anilist.media[1003], world.anilist.media[1008]

    # Once they were found, before the first change.
    world.anilist.faults.meanwhile(lose_two, on_call=2)
    outcomes = await write(world.provider(), plan(*world.films[:10]))
    assert [each.reason for each in outcomes].count(Reason.NOT_FOUND) == 2
    assert kinds(outcomes).count(APPLIED) == 8
    assert len(statuses(world)) == 8


async def test_deleted_meanwhile(world: World) -> None:
    """An entry that went away between look and deletion is not there any more."""
    for media in world.films[:3]:
        world.anilist.put(world.anilist.alice, media, "PLANNING")
    # Before the first change.
    world.anilist.faults.meanwhile(
        lambda: world.anilist.delete(world.anilist.alice, world.films[1]), on_call=2
    )
    outcomes = await write(world.provider(), [unplan(each) for each in world.films[:3]])
    assert kinds(outcomes)[1] is THERE
    # Those beside it were deleted when AniList refused all of them as a whole.
    assert set(kinds(outcomes)) <= {APPLIED, THERE}
    assert not statuses(world)


async def test_refused_values(world: World) -> None:
    """A value that AniList does not take is refused for its own operation only."""
    refusal = '{"data":null,"errors":[{"message":"validation","status":400}]}'
    provider = world.provider()
    world.anilist.faults.fail(status=400, body=refusal, on_call=2)
    [outcome] = await write(provider, [rate(world.films[0], 5)])
    assert (outcome.kind, outcome.reason) == (OutcomeKind.FAILED, Reason.REJECTED)


async def test_no_answer(world: World) -> None:
    """A mutation without an answer may be done: nothing more is sent after it."""
    world.anilist.faults.fail(kind=FaultKind.CUT_AFTER, on_call=2)
    outcomes, error = [], None
    try:
        async for outcome in world.provider().write(
            Feature.WATCHLIST, plan(*world.films[:30])
        ):
            outcomes.append(outcome)  # noqa: PERF401
    except ProviderError as err:
        error = err
    assert {(each.kind, each.reason) for each in outcomes} == {
        (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    }
    assert len(outcomes) == 20
    assert isinstance(error, ProviderUnavailableError)
    assert not error.maybe_sent
    assert len(statuses(world)) == 20


async def test_last_part_without_an_answer(world: World) -> None:
    """Where nothing was left to send, there is no error."""
    world.anilist.faults.fail(kind=FaultKind.CUT, on_call=2)
    outcomes = await write(world.provider(), plan(*world.films[:3]))
    assert kinds(outcomes) == [OutcomeKind.UNKNOWN] * 3
    assert not statuses(world)


async def test_more_than_a_batch(world: World) -> None:
    """More than are looked up at once are looked up and sent in turn."""
    outcomes = await write(world.provider(), plan(*world.films, *world.series))
    assert kinds(outcomes) == [APPLIED] * 80
    assert world.requests() == 2 + 3 + 2


async def test_answers_that_confirm_nothing(world: World) -> None:
    """Success without the entry as it was to be is no confirmation."""
    for told in ("null", '{"status": "CURRENT"}', "7"):
        world.anilist.faults.clear()
        body = f'{{"data": {{"a0": {told}}}}}'
        world.anilist.faults.fail(status=200, body=body, on_call=2)
        [outcome] = await write(world.provider(), plan(world.films[0]))
        assert outcome.kind is OutcomeKind.UNKNOWN


async def test_same_title_twice(world: World) -> None:
    """Two operations on one title are carried out one after the other."""
    operations = [rate(world.films[0], 3), rate(item(world.films[0], "mal"), 6)]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED] * 2
    entry = world.anilist.alice.entry_of(world.films[0])
    assert entry is not None
    assert entry.raw == 60


async def test_no_rating(world: World) -> None:
    """An operation without a rating is not carried out."""
    odd = operation(world.films[0], None, Action.ADD, feature=Feature.RATINGS)
    [outcome] = await write(world.provider(), [odd])
    assert (outcome.kind, outcome.reason) == (
        OutcomeKind.FAILED,
        Reason.FEATURE_NOT_SUPPORTED,
    )


async def test_login_that_has_ended(world: World) -> None:
    """A write with a token that is not good any more does nothing."""
    world.anilist.logins.tokens.clear()
    with pytest.raises(AuthenticationError):
        await write(world.provider(), plan(world.films[0]))
    assert not statuses(world)


async def test_a_write_is_read_back(world: World) -> None:
    """What was read before a write is not shown after it."""
    provider = world.provider()
    await provider.activity([Feature.WATCHLIST, Feature.RATINGS])
    await write(provider, plan(world.films[0]))
    assert set((await provider.read(Feature.WATCHLIST, None)).records) == {"1001"}
