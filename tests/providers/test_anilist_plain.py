"""An AniList that takes nothing but the plainest queries, one at a time."""

from collections.abc import AsyncIterator
import json
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Rated
from custom_components.crosswatch.engine.plan import Outcome, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.anilist import SPEC
from custom_components.crosswatch.providers.anilist.provider import AniListProvider
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.sign_in import Question, SignedIn
from tests.simulators.anilist import CLIENT_ID, CLIENT_SECRET
from tests.simulators.anilist.plain import PlainAniListSimulator
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
from .connecting import context_of
from .operating import kinds, write

BOTH = (Feature.WATCHLIST, Feature.RATINGS)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[World]:
    """Return such an AniList with an account that is signed in."""
    async with anilist_world(
        session, limiters, tmp_path, PlainAniListSimulator
    ) as world:
        world.data = {k: v for k, v in world.data.items() if k != "score_format"}
        yield world


async def account(world: World) -> AniListProvider:
    """Return the account of somebody who signs in."""
    context = context_of(world.session, world.limiters, folder=world.folder)
    answers = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    asked = await SPEC.load_sign_in().sign_in(context).begin(answers)
    assert isinstance(asked, Question)
    signed_in = await asked.answer({"pin": world.anilist.show_pin()})
    assert isinstance(signed_in, SignedIn)
    assert "score_format" not in signed_in.data
    world.data = signed_in.data
    world.anilist.reset_requests()
    return world.provider()


async def test_how_it_rates_is_not_told(world: World) -> None:
    """Who is not told how an account rates asks for scores out of 10."""
    assert isinstance(world.anilist, PlainAniListSimulator)
    world.anilist.reads_on = True
    world.anilist.put(world.anilist.alice, world.series[0], score=7)
    records = (await (await account(world)).read(Feature.RATINGS, None)).records
    assert {each.value.rating for each in records.values()} == {7}  # type: ignore[union-attr]


async def test_read(world: World) -> None:
    """All is read that there is: one request, for both features."""
    alice = world.anilist.alice
    world.anilist.put(alice, world.films[0], "PLANNING")
    world.anilist.put(alice, world.series[0], score=7)
    provider = await account(world)
    assert (await provider.activity(BOTH)).keys() == set(BOTH)
    planned = (await provider.read(Feature.WATCHLIST, None)).records
    rated = (await provider.read(Feature.RATINGS, None)).records
    assert world.requests() == 1
    assert set(planned) == {"1001"}
    assert set(rated) == {"2001"}
    assert isinstance(value := rated["2001"].value, Rated)
    assert value.rating == 7
    assert (await provider.identify()).account_id == str(alice.user_id)
    assert world.requests() == 1
    assert provider.capabilities[Feature.RATINGS].rating_step == 1
    assert not world.saved


async def test_plan(world: World) -> None:
    """Titles are planned one by one, by either id, and only what is no more yet."""
    alice = world.anilist.alice
    world.anilist.put(alice, world.films[1], "COMPLETED")
    world.anilist.put(alice, world.films[2], "PLANNING")
    strange = Item(MediaKind.MOVIE, {"mal": "999999"}, "Strange", 1990)
    wanted = plan(item(world.films[0], "mal"), *world.films[1:3], world.series[0])
    outcomes = await write(await account(world), [*wanted, *plan(strange)])
    assert kinds(outcomes) == [
        OutcomeKind.APPLIED,
        OutcomeKind.ALREADY_THERE,
        OutcomeKind.ALREADY_THERE,
        OutcomeKind.APPLIED,
        OutcomeKind.UNRESOLVED,
    ]
    # The list, the three titles that are not in it, and two to be planned.
    assert world.requests() == 6
    assert {e.media.media_id: e.status for e in alice.entries.values()} == {
        1001: "PLANNING",
        1002: "COMPLETED",
        1003: "PLANNING",
        2001: "PLANNING",
    }


async def test_unplan(world: World) -> None:
    """An entry is deleted by its own number; one with a score is left alone."""
    alice = world.anilist.alice
    first = world.anilist.put(alice, world.films[0], "PLANNING")
    second = world.anilist.put(alice, world.films[1], "PLANNING", score=8)
    done = await write(await account(world), [unplan(each) for each in world.films[:3]])
    assert [(each.kind, each.reason) for each in done] == [
        (OutcomeKind.APPLIED, None),
        (OutcomeKind.FAILED, Reason.NOT_REMOVED),
        (OutcomeKind.ALREADY_THERE, None),
    ]
    assert first.entry_id not in alice.entries
    assert second.entry_id in alice.entries


async def test_rate(world: World) -> None:
    """Scores are out of 100 on their way there, and read back as they were."""
    alice = world.anilist.alice
    entry = world.anilist.put(alice, world.films[1], "CURRENT", score=3)
    gone = world.anilist.put(alice, world.films[2], "COMPLETED", score=4)
    provider = await account(world)
    done = await write(
        provider,
        [rate(world.films[0], 9), rate(world.films[1], 6), unrate(world.films[2])],
    )
    assert kinds(done) == [OutcomeKind.APPLIED] * 3
    assert (entry.raw, entry.status) == (60, "CURRENT")
    assert (gone.raw, gone.status) == (0, "COMPLETED")
    new = alice.entry_of(world.films[0])
    assert new is not None
    assert (new.raw, new.status) == (90, "CURRENT")
    records = (await provider.read(Feature.RATINGS, None)).records
    assert {
        name: each.value.rating
        for name, each in records.items()
        if isinstance(each.value, Rated)
    } == {"1001": 9, "1002": 6}
    assert kinds(await write(provider, [rate(world.films[0], 9)])) == [
        OutcomeKind.ALREADY_THERE
    ]


async def test_nothing_known(world: World) -> None:
    """For titles without an id that AniList knows, nothing is asked."""
    other = Item(MediaKind.MOVIE, {"imdb": "tt0137523"}, "Other", 1999)
    outcomes = await write(world.provider(), [operation(other)])
    assert kinds(outcomes) == [OutcomeKind.UNRESOLVED]
    assert world.requests() == 0


async def test_refusals(world: World) -> None:
    """What is wrong with the login or the service is told as ever."""
    alice = world.anilist.alice
    provider = world.provider()
    world.anilist.behaviour.api_is_off = True
    with pytest.raises(ProviderUnavailableError):
        await write(provider, plan(world.films[0]))
    world.anilist.behaviour.api_is_off = False
    world.anilist.put(alice, world.films[1], "PLANNING")
    world.data = {**world.data, "access_token": "other"}
    with pytest.raises(AuthenticationError):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_odd_answers_about_a_title(world: World) -> None:
    """A title that is null is none; what else is refused is no answer."""
    wanted = plan(world.films[0])
    for status, body in ((200, {"Media": None}), (400, None)):
        told: dict[str, object] = {"data": body}
        if body is None:
            told["errors"] = [{"message": "validation", "status": status}]
        # The list comes first.
        world.anilist.faults.fail(status=status, body=json.dumps(told), on_call=2)
        if body is not None:
            outcomes = await write(world.provider(), wanted)
            assert kinds(outcomes) == [OutcomeKind.UNRESOLVED]
        else:
            with pytest.raises(ProtocolError):
                await write(world.provider(), wanted)
        world.anilist.faults.clear()
    assert not world.anilist.alice.entries


async def test_no_answer(world: World) -> None:
    """A change without an answer is in doubt, and nothing is sent after it."""
    provider = world.provider()
    # After the list and two titles, the first change.
    world.anilist.faults.fail(kind=FaultKind.CUT_AFTER, on_call=4)
    outcomes: list[Outcome] = []

    async def collect() -> None:
        """Remember what comes before the error."""
        operations = plan(*world.films[:2])
        async for outcome in provider.write(Feature.WATCHLIST, operations):
            outcomes.append(outcome)  # noqa: PERF401

    with pytest.raises(ProviderUnavailableError):
        await collect()
    assert kinds(outcomes) == [OutcomeKind.UNKNOWN]
    assert len(world.anilist.alice.entries) == 1
