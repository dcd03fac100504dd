"""Pairs with a TMDb account, which is asked for the ids that it needs itself."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.evidence import Informant, Informed
from custom_components.crosswatch.engine.model import Feature, Item, Listed, Rated, Side
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from tests.contract.stage import Login, Site, Stage, signed_in
from tests.contract.stages.jellyfin import jellyfin
from tests.contract.stages.media_browser import MediaBrowserStage
from tests.contract.stages.tmdb import TmdbStage, tmdb
from tests.contract.titles import EPISODES, FILMS, SHOWS, name
from tests.simulators.routing import route_hosts

LISTED = (*FILMS[:5], SHOWS[0])
RATED = (FILMS[5], SHOWS[1], EPISODES[0])


@dataclass(slots=True)
class Couple:
    """A Jellyfin server and a TMDb account."""

    server: MediaBrowserStage
    service: TmdbStage
    logins: dict[Side, Login]
    store: Store

    def keep_ids(self, *namespaces: str) -> None:
        """Let the server know of all titles no other ids."""
        for row in self.server.server.state.items.values():
            kept = {name.capitalize() for name in namespaces}
            ids = row.provider_ids
            row.provider_ids = {name: ids[name] for name in ids.keys() & kept}
        self.server.server.state.touch()

    async def run(self, mode: Mode = Mode.ONE_WAY, *, asks: bool = True) -> Report:
        """Run the pair, as if Home Assistant had just started."""
        accounts = {
            side: Account(account_id=side, name=side, provider=login.provider())
            for side, login in self.logins.items()
        }
        features = (Feature.WATCHLIST, Feature.RATINGS)
        policy = Policy(
            mode=mode, features=dict.fromkeys(features, FeaturePolicy(remove=True))
        )
        provider = accounts[Side.TARGET].provider
        assert isinstance(provider, Informed)
        informants: Sequence[Informant] = provider.informants() if asks else ()
        return await run_pair(
            Pair(
                pair_id="pair",
                name="Source → Target",
                source=accounts[Side.SOURCE],
                target=accounts[Side.TARGET],
                policy=policy,
            ),
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, now, informants),
            now=now,
        )

    async def held(self) -> dict[Feature, set[str]]:
        """Return what the TMDb account holds."""
        features = (Feature.WATCHLIST, Feature.RATINGS)
        return {each: set(await self.service.held(each)) for each in features}


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@pytest.fixture
async def couple(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[Couple]:
    """Return both, of which a person uses the server only."""
    site = Site(session, limiters, tmp_path)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(jellyfin(site))
        service = await stack.enter_async_context(tmdb(site))
        assert isinstance(server, MediaBrowserStage)
        assert isinstance(service, TmdbStage)
        stack.enter_context(route_hosts(service.hosts))
        for item in LISTED:
            await server.put(Feature.WATCHLIST, item, Listed())
        for item in RATED:
            await server.put(Feature.RATINGS, item, Rated(8.0))
        stages: dict[Side, Stage] = {Side.SOURCE: server, Side.TARGET: service}
        logins = {
            side: Login(stage, site, (await signed_in(stage, site)).data)
            for side, stage in stages.items()
        }
        store = Store.open(tmp_path / "state.db")
        stack.callback(store.close)
        yield Couple(server, service, logins, store)


def names(*items: Item) -> set[str]:
    """Return what items are known by."""
    return {name(item) for item in items}


@pytest.mark.parametrize(
    "kept", [("imdb",), ("tvdb", "imdb"), ()], ids=["imdb", "imdb and tvdb", "no ids"]
)
@pytest.mark.parametrize("mode", Mode)
async def test_ids_are_looked_up(
    couple: Couple, kept: Sequence[str], mode: Mode
) -> None:
    """What the server has no number of goes to the right titles, once and for all."""
    couple.keep_ids(*kept)
    report = await couple.run(mode)
    assert not report.failures
    assert report.counts.added == len(LISTED) + len(RATED)
    assert await couple.held() == {
        Feature.WATCHLIST: names(*LISTED),
        Feature.RATINGS: names(*RATED),
    }
    service = couple.service.service
    # The episode that is listed now has a show without a name: asked for once.
    for questions in (1, 0):
        service.reset_requests()
        report = await couple.run(mode)
        assert not report.failures
        counts = report.counts
        assert (counts.added, counts.updated, counts.removed) == (0, 0, 0)
        assert not service.writes()
        assert service.count("GET", "/3/(find|search|movie|tv)/.*") == questions


async def test_nobody_to_ask(couple: Couple) -> None:
    """Without looking anything up, such items are told of and left alone."""
    couple.keep_ids("imdb")
    report = await couple.run(asks=False)
    assert report.counts.added == 0
    assert report.counts.skipped == len(LISTED) + len(RATED)
    assert not couple.service.service.writes()


async def test_what_is_there_already(couple: Couple) -> None:
    """A title that TMDb has by its own number is known again, and not doubled."""
    couple.keep_ids("imdb")
    for item in LISTED[:3]:
        await couple.service.put(Feature.WATCHLIST, item, Listed())
    report = await couple.run(Mode.TWO_WAY)
    assert report.features[Feature.WATCHLIST].counts.added == len(LISTED) - 3
    found = await couple.server.held(Feature.WATCHLIST)
    assert found.keys() == names(*LISTED)


async def test_a_guess_removes_nothing(couple: Couple) -> None:
    """What was found by its title stays; what was found by an id goes."""
    couple.keep_ids()
    rows = couple.server.server.state.items.values()
    kept = FILMS[0]
    [row] = [each for each in rows if (each.name, each.year) == (kept.title, kept.year)]
    row.provider_ids = {"Imdb": kept.ids["imdb"]}
    await couple.run()
    for item in LISTED[:2]:
        await couple.server.put(Feature.WATCHLIST, item, None)
    # Seen on both sides once more, and then gone from two reads.
    report = await couple.run()
    assert not report.failures
    left = names(*LISTED) - names(kept)
    assert (await couple.held())[Feature.WATCHLIST] == left


async def test_wrong_number(couple: Couple) -> None:
    """A film that the server takes for a series is no series at TMDb either."""
    couple.keep_ids("imdb")
    wrong = couple.server.server.state
    [row] = [each for each in wrong.items.values() if each.name == SHOWS[0].title]
    row.provider_ids = {"Imdb": FILMS[9].ids["imdb"]}
    wrong.touch()
    report = await couple.run()
    held = (await couple.held())[Feature.WATCHLIST]
    assert held == names(*LISTED) - names(SHOWS[0])
    assert report.features[Feature.WATCHLIST].counts.skipped >= 1
