"""Nothing is lost and nothing written twice, whatever goes wrong, with real providers.

Every case runs a pair against simulators, lets one thing go wrong, and runs it again
undisturbed: the target has to end up with exactly what an undisturbed run leaves.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import override

import aiohttp
import orjson
import pytest

from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.report import Result, RunStatus
from custom_components.crosswatch.providers.http import Limiters

from ..engine.arena import Killed, Strike, WatchedStore
from ..simulators.base import FaultKind
from ..simulators.jellyfin import JellyfinSimulator
from ..simulators.trakt import Behaviour, Repeats, TraktSimulator
from .fault_stage import Stage, State, TraktEnd, Trouble, a_stage

ROUTES = [
    "jellyfin-trakt",
    "jellyfin-tracker",
    "tracker-trakt",
    "tracker-trakt+",
    "trakt-jellyfin",
    "trakt-tracker+",
]
TROUBLES = [
    *(
        Trouble(FaultKind.STATUS, status, times)
        for times in (1, 4)
        for status in (500, 502, 503, 504, 429, 401, 404)
    ),
    Trouble(FaultKind.CUT),
    Trouble(FaultKind.CUT_AFTER),
    Trouble(FaultKind.CUT_AFTER, times=4),
    Trouble(FaultKind.HALF_BODY),
    Trouble(FaultKind.NONSENSE),
    Trouble(FaultKind.STATUS_AFTER, 504),
]
# How many cases of each kind are run: all of them take many minutes.
FAULTS = 3
DEATHS = 2

type MakeStage = Callable[..., AbstractAsyncContextManager[Stage]]


def behaviour(repeats: Repeats = Repeats.PLAY, read_lag: int = 0) -> Behaviour:
    """Return a Trakt that minds no pace, as time flies."""
    return Behaviour(
        enforce_rate=False,
        watched_leaves_watchlist=False,
        repeats=repeats,
        read_lag=read_lag,
    )


@pytest.fixture
def make_stage(
    tmp_path: Path, session: aiohttp.ClientSession, limiters: Limiters
) -> MakeStage:
    """Return what sets up a route, in a folder of its own each time."""
    numbers = count()

    def make(
        route: str, behaviour: Behaviour | None = None
    ) -> AbstractAsyncContextManager[Stage]:
        """Set up a route."""
        folder = tmp_path / str(next(numbers))
        return a_stage(route, folder, session, limiters, behaviour=behaviour)

    return make


def spread[T](cases: Sequence[T], number: int) -> Sequence[T]:
    """Return so many of the cases, far apart from each other."""
    return [cases[len(cases) * at // number] for at in range(min(number, len(cases)))]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run in which nothing goes wrong leaves, and what it asked for."""

    target: State
    requests: list[list[str]]


async def undisturbed(stage: Stage) -> Undisturbed:
    """Run twice, the second time without a single write."""
    source = await stage.source.state()
    report = await stage.run()
    assert report.status in {RunStatus.SUCCESS, RunStatus.PARTIAL}
    assert report.counts.added > 20
    requests = [
        [f"{each.method} {each.path}" for each in simulator.requests]
        for simulator in stage.simulators()
    ]
    stage.forget_requests()
    await stage.run()
    assert not stage.writes()
    assert await stage.source.state() == source
    return Undisturbed(await stage.target.state(), requests)


async def recovered(stage: Stage, source: State, expected: State) -> None:
    """Run twice, a day later: all is there once, and then nothing is left to do."""
    for simulator in stage.simulators():
        simulator.faults.clear()
    await stage.run()
    stage.a_day_later()
    await stage.run()
    stage.forget_requests()
    await stage.run()
    assert not stage.writes()
    assert await stage.target.state() == expected
    assert await stage.source.state() == source


async def disturbed(
    stage: Stage, expected: State, service: int, on_call: int, trouble: Trouble
) -> None:
    """Let a request of a service go wrong, and then run again."""
    source = await stage.source.state()
    simulator = list(stage.simulators())[service]
    trouble.befall(simulator, on_call)
    await stage.run()
    assert simulator.faults.fired
    if on_call % 2:
        stage.restart()
    await recovered(stage, source, expected)


@pytest.mark.parametrize("route", ROUTES)
async def test_a_fault_at_any_request(make_stage: MakeStage, route: str) -> None:
    """Whatever a request meets at whichever service, the next runs mend it."""
    async with make_stage(route) as stage:
        usual = await undisturbed(stage)
    cases = [
        (service, number, trouble)
        for service, requests in enumerate(usual.requests)
        for number in range(1, len(requests) + 1)
        for trouble in TROUBLES
    ]
    for service, number, trouble in spread(cases, FAULTS):
        async with make_stage(route) as stage:
            await disturbed(stage, usual.target, service, number, trouble)


@pytest.mark.parametrize("repeats", [Repeats.EXISTING, Repeats.CONFLICT])
@pytest.mark.parametrize(
    "kind", [FaultKind.CUT, FaultKind.CUT_AFTER, FaultKind.HALF_BODY]
)
async def test_a_service_that_knows_repeats(
    make_stage: MakeStage, repeats: Repeats, kind: FaultKind
) -> None:
    """Where Trakt would take a play once only, nothing is lost by that either."""
    async with make_stage("tracker-trakt+", behaviour(repeats)) as stage:
        usual = await undisturbed(stage)
    for number in spread(_writes(usual.requests[0]), 2):
        async with make_stage("tracker-trakt+", behaviour(repeats)) as stage:
            await disturbed(stage, usual.target, 0, number, Trouble(kind))


def _writes(requests: list[str]) -> list[int]:
    """Return which of the requests are writes, counted from 1."""
    return [n for n, name in enumerate(requests, 1) if name.startswith("POST /sync")]


@pytest.mark.parametrize("route", ["tracker-trakt", "tracker-trakt+"])
@pytest.mark.parametrize("lag", [0, 1])
@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.CUT_AFTER])
async def test_late_listing_of_a_write_without_an_answer(
    make_stage: MakeStage, route: str, lag: int, kind: FaultKind
) -> None:
    """What may have arrived is not sent again while Trakt may be late to list it."""
    async with make_stage(route) as stage:
        usual = await undisturbed(stage)
    for number in spread(_writes(usual.requests[0]), 2):
        async with make_stage(route, behaviour(read_lag=lag)) as stage:
            await disturbed(stage, usual.target, 0, number, Trouble(kind))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(None, id="HTTP 500"),
        pytest.param(404, id="HTTP 404"),
        pytest.param(5, id="the first rows only"),
    ],
)
@pytest.mark.parametrize("route", ["jellyfin-trakt", "jellyfin-tracker"])
async def test_a_source_that_lost_its_items(
    make_stage: MakeStage, route: str, rows: int | None
) -> None:
    """A server that fails, or lists a part only, changes nothing at the target."""
    async with make_stage(route) as stage:
        await stage.run()
        before = await stage.target.state()
        (server, *_) = stage.simulators()
        assert isinstance(server, JellyfinSimulator)
        body = b""
        if rows == 5:
            body = await _first_rows(stage, rows)
        server.faults.fail(
            path="/Items",
            times=1000,
            status=rows or 500,
            kind=FaultKind.NONSENSE if body else FaultKind.STATUS,
            body=body,
        )
        stage.forget_requests()
        for _ in range(3):
            report = await stage.run(full_refresh=True)
            assert report.status is not RunStatus.SUCCESS
            assert report.failures
        assert await stage.target.state() == before
        server.faults.clear()
        await stage.run(full_refresh=True)
        assert await stage.target.state() == before
        assert not stage.writes()


async def _first_rows(stage: Stage, rows: int) -> bytes:
    """Return the server's own list of the plays, cut short."""
    server = next(stage.simulators())
    asked = [each for each in server.requests if each.path == "/Items"][-1]
    headers = {"Authorization": asked.headers["Authorization"]}
    url = f"{server.url}/Items"
    async with stage.session.get(url, params=asked.query, headers=headers) as answer:
        listed = await answer.json()
    listed["Items"] = listed["Items"][:rows]
    listed["TotalRecordCount"] = 60
    return orjson.dumps(listed)


class Death(Strike):
    """The end of the process: from the n-th point on nothing passes any more."""

    @override
    def pass_by(self) -> None:
        """Pass one point, or die."""
        self.passed += 1
        if self.passed >= self.at:
            self.what()


def kill() -> None:
    """End the process."""
    raise Killed


@asynccontextmanager
async def struck(stage: Stage, strike: Strike) -> AsyncIterator[None]:
    """Let requests and store calls pass by a strike, and restart afterwards."""

    async def pass_by(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Pass by before and after a request."""
        strike.pass_by()
        answer = await handler(request)
        strike.pass_by()
        return answer

    async with aiohttp.ClientSession(middlewares=[pass_by]) as session:
        stage.restart(WatchedStore, session)
        assert isinstance(stage.store, WatchedStore)
        stage.store.passing = strike.pass_by
        yield
        stage.store.passing = lambda: None
        stage.restart()


async def _struck_run(stage: Stage, strike: Strike) -> None:
    """Run once and let it be struck; a thread may be the one that is."""
    async with struck(stage, strike):
        run = asyncio.create_task(stage.run())
        loop = asyncio.get_running_loop()
        if not isinstance(strike, Death):

            def cancel() -> None:
                """Cancel the run, from whichever thread."""
                loop.call_soon_threadsafe(run.cancel)

            strike.what = cancel
        await asyncio.wait({run})
        if not run.cancelled() and (error := run.exception()) is not None:
            assert isinstance(error, Killed | BaseExceptionGroup)


@pytest.mark.parametrize("route", ROUTES)
async def test_the_end_of_the_process(make_stage: MakeStage, route: str) -> None:
    """Killed or cancelled at any request or store call, the next runs do the rest."""
    async with make_stage(route) as stage:
        usual = await undisturbed(stage)
    counting = Strike(0, lambda: None)
    async with make_stage(route) as stage:
        await _struck_run(stage, counting)
    for number in spread(range(1, counting.passed), DEATHS):
        for strike in (Death(number, kill), Strike(number, lambda: None)):
            async with make_stage(route) as stage:
                source = await stage.source.state()
                await _struck_run(stage, strike)
                await recovered(stage, source, usual.target)


@pytest.mark.parametrize("route", ["tracker-trakt+", "trakt-tracker+"])
async def test_the_token_ends_in_the_middle(make_stage: MakeStage, route: str) -> None:
    """The token is renewed once, and the run goes on where it was."""
    async with make_stage(route) as stage:
        usual = await undisturbed(stage)
    for number in spread(range(1, len(usual.requests[0])), 2):
        async with make_stage(route) as stage:
            (trakt,) = (
                end for end in (stage.source, stage.target) if isinstance(end, TraktEnd)
            )
            source = await stage.source.state()
            trakt.expire_tokens_at(number)
            report = await stage.run()
            assert not report.failures
            assert await stage.target.state() == usual.target
            assert len(trakt.saved) == 1
            await recovered(stage, source, usual.target)


async def test_a_watchlist_that_is_full_in_the_middle(make_stage: MakeStage) -> None:
    """What fits in is there once; the rest waits, and follows when there is room."""
    async with make_stage("jellyfin-trakt") as stage:
        usual = await undisturbed(stage)
    async with make_stage("jellyfin-trakt") as stage:
        source = await stage.source.state()
        (_, trakt) = stage.simulators()
        assert isinstance(trakt, TraktSimulator)
        alice = trakt.alice
        alice.limits.watchlist = len(alice.watchlist.live) + 7
        report = await stage.run()
        assert len(alice.watchlist.live) == alice.limits.watchlist
        told = [
            each.reason for each in report.items if each.result is Result.UNRESOLVED
        ]
        assert told
        assert set(told) == {Reason.ACCOUNT_LIMIT}
        stage.forget_requests()
        await stage.run()
        assert not stage.writes()
        alice.limits.watchlist = 250
        stage.restart()
        stage.a_day_later()
        await recovered(stage, source, usual.target)
