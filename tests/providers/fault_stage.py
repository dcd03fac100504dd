"""Pairs of real providers against simulators, for tests in which things go wrong."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, cast

import aiohttp
from aiohttp import web

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Play,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Action
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy
from custom_components.crosswatch.engine.provider import FeatureSupport, Provider
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import (
    Counts,
    FeatureReport,
    Report,
    Result,
)
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.jellyfin import SPEC as JELLYFIN
from custom_components.crosswatch.providers.sign_in import SignedIn

from ..simulators.base import FaultKind, Request, Simulator
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import JellyfinSimulator, Oddities, User, UserData, seed
from ..simulators.routing import route_hosts
from ..simulators.trakt import Behaviour, Kind, Title, TraktSimulator
from . import jellyfin_world, mediabrowser_world, trakt_world
from .tracker_world import put, tracker

SYNCED = (Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS)
# Small, so that a few records make several requests; with foreign titles among them.
CATALOGUE = make_catalogue(19, 3, (1, 2), (3, 4))
BATCH = 6
SEED = datetime(2026, 3, 1, 20, 30, 40, tzinfo=UTC)

type State = Mapping[str, object]


def moment(number: int, plays: int = 0) -> datetime:
    """Return the moment of a play, a week later for each play after the first."""
    return SEED + timedelta(hours=3 * number, days=7 * plays)


class End(Protocol):
    """One account of a pair, and what stands behind it."""

    slug: str

    async def fill(self, *, as_source: bool) -> None:
        """Fill it: much as the source, a part of the same as the target."""

    def provider(self, session: aiohttp.ClientSession, limiters: Limiters) -> Provider:
        """Return the account, as if Home Assistant had just started."""

    async def state(self) -> State:
        """Return all that is kept there, in a form that can be compared."""


class JellyfinEnd:
    """A user of a Jellyfin server."""

    slug = "jellyfin"

    def __init__(self, simulator: JellyfinSimulator, user: User) -> None:
        """Take the server and the user."""
        self.simulator = simulator
        self.user = user
        self.data: JsonObject = {}

    async def fill(self, *, as_source: bool) -> None:
        """Let the user watch, like and rate; the files of a source are odd."""
        seeded = seed(
            self.simulator,
            CATALOGUE,
            oddities=Oddities(
                in_mixed_library=5,
                # Of two copies a target marks both, but either will do.
                second_copy=6 if as_source else 0,
                no_ids=8,
                episode_no_ids=4,
                double_episode=2,
            ),
        )
        server, user, every = self.simulator, self.user, 1 if as_source else 4
        for number, item in enumerate([*seeded.films, *seeded.episodes][::every]):
            if number % 4 and not item.virtual:
                server.play(user, item, moment(number * every))
        for number, item in enumerate([*seeded.films, *seeded.series][::every]):
            if number % 3 == 0:
                server.favourite(user, item)
            if number % 3 == 1:
                server.rate(user, item, 5.5 + number % 4 - every % 2)
        server.state.data(user, seeded.films[every]).last_played = None

    def provider(self, session: aiohttp.ClientSession, limiters: Limiters) -> Provider:
        """Return the user's account."""
        return jellyfin_world.provider_for(self.data, session, limiters)

    async def sign_in(self, session: aiohttp.ClientSession, limiters: Limiters) -> None:
        """Sign in."""
        context = mediabrowser_world.context(session, limiters)
        answers = mediabrowser_world.answers(self.simulator.url)
        signed_in = await JELLYFIN.load_sign_in().sign_in(context).begin(answers)
        assert isinstance(signed_in, SignedIn)
        self.data = signed_in.data

    async def state(self) -> State:
        """Return the user's data of each item, by its path."""
        items, untouched = self.simulator.state.items, _facts(UserData())
        return {
            items[key].path: _facts(data)
            for key, data in self.user.data.items()
            if _facts(data) != untouched
        }


def _facts(data: UserData) -> tuple[object, ...]:
    return (
        data.played,
        data.play_count,
        data.last_played,
        data.favourite,
        data.rating,
    )


class TraktEnd:
    """An account at Trakt."""

    slug = "trakt"

    def __init__(self, simulator: TraktSimulator) -> None:
        """Take the service."""
        self.simulator = simulator
        self.saved: list[JsonObject] = []
        self.data: JsonObject = {}

    async def fill(self, *, as_source: bool) -> None:
        """Let the person watch, list and rate."""
        trakt, alice = self.simulator, self.simulator.alice
        trakt.seed(CATALOGUE)
        every = 1 if as_source else 4
        titles = list(trakt.library)
        played = [each for each in titles if each.kind in {Kind.MOVIE, Kind.EPISODE}]
        for number, title in list(enumerate(played))[::every]:
            for play in range(0 if number % 5 == 4 else 1 + number % 2):
                alice.watch(title, moment(number, play))
        if as_source:
            # The service keeps a play of unknown date like this.
            alice.watch(played[4], datetime.fromtimestamp(0, UTC))
        listed = [each for each in titles if each.kind in {Kind.MOVIE, Kind.SHOW}]
        for number, title in list(enumerate(listed))[::every]:
            if number % 3 == 0:
                alice.put_on_watchlist(title, moment(number))
            if number % 3 == 1:
                alice.rate(title, 2 + number % 6 + every % 2, moment(number))

    def provider(self, session: aiohttp.ClientSession, limiters: Limiters) -> Provider:
        """Return the account with the tokens that were saved last."""
        world = trakt_world.World(self.simulator, session, limiters, self.saved)
        if not self.data:
            world.sign_in()
            self.data = cast(JsonObject, world.data)
        world.data = dict(self.saved[-1] if self.saved else self.data)
        return world.provider()

    def expire_tokens_at(self, number: int) -> None:
        """Let the tokens run out just before that request."""
        simulator = self.simulator
        log = simulator._log  # noqa: SLF001

        async def logged(request: web.Request) -> Request:
            """Log a request; the tokens may have run out."""
            entry = await log(request)
            if len(simulator.requests) == number:
                simulator.oauth.expire_tokens()
            return entry

        simulator._log = logged  # type: ignore[method-assign]  # noqa: SLF001

    def catch_up(self) -> None:
        """Let readers see everything that was written."""
        alice = self.simulator.alice
        for _ in range(self.simulator.behaviour.read_lag):
            alice.history.shelf.read()
            alice.watchlist.read()
            alice.ratings.read()

    async def state(self) -> State:
        """Return plays, watchlist and ratings."""
        alice = self.simulator.alice
        plays = alice.history.shelf.live.values()
        return {
            "plays": sorted((_name(play.title), play.at) for play in plays),
            "watchlist": sorted(map(_name, alice.watchlist.live)),
            "ratings": sorted(
                (_name(each.title), each.rating) for each in alice.ratings.live.values()
            ),
        }


def _name(title: Title) -> str:
    return f"{title.kind}:{title.trakt}"


class TrackerEnd:
    """A tracker in a folder."""

    slug = "tracker"
    simulator = None

    def __init__(self, folder: Path) -> None:
        """Take the folder of its file."""
        self.folder = folder

    async def fill(self, *, as_source: bool) -> None:
        """Keep plays, some of them twice, a watchlist and ratings."""
        service = TraktSimulator()
        service.seed(CATALOGUE)
        titles = list(service.library)
        played = [each for each in titles if each.kind in {Kind.MOVIE, Kind.EPISODE}]
        listed = [each for each in titles if each.kind in {Kind.MOVIE, Kind.SHOW}]
        every = 1 if as_source else 4
        watched = [
            (_item(title, number), _watched(number))
            for number, title in enumerate(played)
            if number % every == 0 and number % 5 != 3
        ]
        provider = tracker(self.folder)
        await put(provider, Feature.HISTORY, *watched)
        some = [(n, title) for n, title in enumerate(listed) if n % every == 0]
        await put(
            provider,
            Feature.WATCHLIST,
            *((_item(title, n), Listed(moment(n))) for n, title in some if n % 3 == 0),
        )
        await put(
            provider,
            Feature.RATINGS,
            *(
                (_item(title, n), Rated(1.5 + n % 7 + every % 2, moment(n)))
                for n, title in some
                if n % 3 == 1
            ),
        )

    def provider(self, session: aiohttp.ClientSession, limiters: Limiters) -> Provider:
        """Return the tracker."""
        return tracker(self.folder)

    async def state(self) -> State:
        """Return all values, without the numbers that the file gives to plays."""
        provider = tracker(self.folder)
        return {
            feature: sorted(
                repr((each.item.kind, each.item.label, _shown(each.value)))
                for each in (await provider.read(feature, None)).records.values()
            )
            for feature in SYNCED
        }


def _item(title: Title, number: int) -> Item:
    """Return what a tracker knows of a title: a few of them by one id, or by none."""
    match number % 9:
        case 5:
            return replace(trakt_world.item(title), ids={})
        case 7:
            return trakt_world.item(title, "imdb")
    return trakt_world.item(title)


def _watched(number: int) -> Value:
    if number % 7 == 6:
        return Watched()
    plays = tuple(Play(moment(number, play)) for play in range(1 + number % 3))
    return Watched(plays[-1].at, plays, len(plays))


def _shown(value: Value) -> object:
    if isinstance(value, Watched):
        return value.at, [play.at for play in value.plays], value.count
    return value


@dataclass(slots=True, repr=False)
class Stage:
    """A pair, its state, and what it runs on.

    `late` is how much later than now the runs believe to be.
    """

    source: End
    target: End
    folder: Path
    session: aiohttp.ClientSession
    limiters: Limiters
    policy: Policy
    store: Store
    accounts: dict[str, Account]
    late: timedelta = timedelta()

    def restart(
        self, store: type[Store] = Store, session: aiohttp.ClientSession | None = None
    ) -> None:
        """Begin anew with what is on the disk, as after a restart."""
        self.store.close()
        self.store = store.open(self.folder / "state.db")
        for side, end in (("source", self.source), ("target", self.target)):
            provider = end.provider(session or self.session, self.limiters)
            small: Mapping[Feature, FeatureSupport] = {
                feature: replace(support, batch_size=min(support.batch_size, BATCH))
                for feature, support in provider.capabilities.items()
            }
            provider.capabilities = small  # type: ignore[misc]
            self.accounts[side] = Account(
                account_id=side, name=end.slug, provider=provider
            )

    async def run(self, *, full_refresh: bool = False) -> Report:
        """Run the pair once; what it says of itself has to add up."""

        def now() -> datetime:
            return datetime.now(UTC) + self.late

        pair = Pair(
            pair_id="pair",
            name="Source → Target",
            source=self.accounts["source"],
            target=self.accounts["target"],
            policy=self.policy,
        )
        report = await run_pair(
            pair,
            RunOptions(dry_run=False, full_refresh=full_refresh),
            store=self.store,
            snapshots=Snapshots(self.store, now),
            now=now,
        )
        for each in report.features.values():
            assert counted(each) == each.counts
        assert not report.counts.removed
        return report

    def a_day_later(self) -> None:
        """Let a day pass, after which no service is late with what it lists."""
        self.late += timedelta(hours=25)
        for end in (self.source, self.target):
            if isinstance(end, TraktEnd):
                end.catch_up()

    def simulators(self) -> Iterator[Simulator]:
        """Return the services that can show faults, the source's first."""
        for end in (self.source, self.target):
            simulator: Simulator | None = getattr(end, "simulator", None)
            if simulator is not None:
                yield simulator

    def forget_requests(self) -> None:
        """Forget the requests so far."""
        for simulator in self.simulators():
            simulator.reset_requests()

    def writes(self) -> int:
        """Return how many requests asked for a change."""
        return sum(simulator.writes() for simulator in self.simulators())


def counted(report: FeatureReport) -> Counts:
    """Return the counts that the items of a report make."""
    done = {Action.ADD: "added", Action.UPDATE: "updated", Action.REMOVE: "removed"}
    other = {
        Result.ALREADY_THERE: "skipped",
        Result.SKIPPED: "skipped",
        Result.UNRESOLVED: "unresolved",
        Result.FAILED: "errors",
        Result.UNKNOWN: "errors",
        Result.BLOCKED: "blocked",
    }
    tally: Counter[str] = Counter()
    for item in report.items:
        if item.result is Result.APPLIED and item.action is not None:
            tally[done[item.action]] += 1
        elif item.result is not Result.NOT_SENT:
            tally[other[item.result]] += 1
    if report.failure and not report.items:
        tally["errors"] = 1
    return Counts(**tally)


@asynccontextmanager
async def an_end(
    name: str,
    folder: Path,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    behaviour: Behaviour | None,
    *,
    as_source: bool,
) -> AsyncIterator[End]:
    """Start a service, and fill the account there."""
    match name:
        case "jellyfin":
            async with JellyfinSimulator() as server:
                user = server.add_user(
                    mediabrowser_world.USER, mediabrowser_world.PASSWORD
                )
                end = JellyfinEnd(server, user)
                await end.fill(as_source=as_source)
                await end.sign_in(session, limiters)
                yield end
        case "trakt":
            plain = Behaviour(enforce_rate=False, watched_leaves_watchlist=False)
            async with TraktSimulator(behaviour=behaviour or plain) as trakt:
                service = TraktEnd(trakt)
                # What was there long before is late no more.
                lag, trakt.behaviour.read_lag = trakt.behaviour.read_lag, 0
                await service.fill(as_source=as_source)
                trakt.behaviour.read_lag = lag
                hosts = {"api.trakt.tv": trakt.url, "auth.trakt.tv": trakt.url}
                with route_hosts(hosts):
                    yield service
        case _:
            folder.mkdir(parents=True, exist_ok=True)
            file = TrackerEnd(folder)
            await file.fill(as_source=as_source)
            yield file


@asynccontextmanager
async def a_stage(
    route: str,
    folder: Path,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    *,
    behaviour: Behaviour | None = None,
) -> AsyncIterator[Stage]:
    """Set up a route such as "tracker-trakt", with "+" after it for rewatches."""
    names, rewatches = route.removesuffix("+").split("-"), route.endswith("+")
    folder.mkdir(parents=True, exist_ok=True)
    rules = {feature: FeaturePolicy(rewatches=rewatches) for feature in SYNCED}
    common = (session, limiters, behaviour)
    async with (
        an_end(names[0], folder / "source", *common, as_source=True) as source,
        an_end(names[1], folder / "target", *common, as_source=False) as target,
    ):
        stage = Stage(
            source=source,
            target=target,
            folder=folder,
            session=session,
            limiters=limiters,
            policy=Policy(features=rules),
            store=Store.open(folder / "state.db"),
            accounts={},
        )
        stage.restart()
        stage.forget_requests()
        try:
            yield stage
        finally:
            stage.store.close()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong, and for how many requests in a row."""

    kind: FaultKind
    status: int = 0
    times: int = 1

    def befall(self, simulator: Simulator, on_call: int) -> None:
        """Let a service show it from that request on."""
        simulator.faults.fail(
            kind=self.kind,
            status=self.status or None,
            times=self.times,
            on_call=on_call,
        )
