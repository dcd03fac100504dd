"""A library of 500 films and 60 series with gaps, matched with TMDb and without."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.evidence import Informant
from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.numbering import (
    Numbering,
    NumberingInformant,
    entries_in,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.jellyfin import SPEC

from ..contract.stage import Login, Site, signed_in
from ..contract.stages.media_browser import PASSWORD, USER, MediaBrowserStage
from ..providers.conftest import clock, limiters, real_sockets, session
from ..providers.tmdb_world import HOST, World
from ..simulators.jellyfin import JellyfinSimulator
from ..simulators.routing import route_hosts
from ..simulators.tmdb import TmdbSimulator
from .conftest import PROPERTY
from .listings import Gap, Lister, Shelf, can_be_told
from .score import HEADER, Score, pairs_in, score
from .servers import Server
from .works import Works, make_works

__all__ = ["clock", "limiters", "real_sockets", "session"]

SEEDS = (1, 2)
TITLES, EPISODES, ALL = "films and series", "episodes", "all"
NO_WRITES = FeaturePolicy(add=False)


@dataclass(slots=True)
class Libraries:
    """Two servers, TMDb, and the truth about all of it."""

    works: Works
    shelves: dict[Side, Shelf]
    servers: dict[Side, Server]
    logins: dict[Side, Login]
    tmdb: TmdbSimulator
    informants: Sequence[Informant]

    def with_gap(self, gap: Gap) -> set[str]:
        """Return the titles of which at least one side lacks so much."""
        return {
            shelf.truth.name(number)
            for shelf in self.shelves.values()
            for number, each in shelf.truth.gaps.items()
            if each is gap
        }

    def names(self, side: Side) -> dict[str, str]:
        """Return who each title of a side truly is."""
        truth = self.shelves[side].truth
        titles = self.servers[side].titles
        return {native: truth.name(number) for native, number in titles.items()}

    def episode_names(self, side: Side) -> dict[str, str]:
        """Return which episode each of a side truly is."""
        truth = self.shelves[side].truth
        return {
            native: truth.parts[place]
            for native, place in self.servers[side].parts.items()
        }

    def hidden(self) -> set[str]:
        """Return the titles on both sides that nobody can tell to be the same."""
        listed = {
            side: {shelf.truth.name(each.number): each for each in shelf.listings}
            for side, shelf in self.shelves.items()
        }
        return {
            work.name
            for work in self.works
            if all(work.name in listed[side] for side in Side)
            and not can_be_told(work, *(listed[side][work.name] for side in Side))
        }

    def hidden_episodes(self) -> set[str]:
        """Return those that the sides have in other places, and without a common id."""
        known = {side: self.shelves[side].parts() for side in Side}
        return {
            name
            for name, part in known[Side.SOURCE].items()
            if (other := known[Side.TARGET].get(name))
            and (part.season, part.number) != (other.season, other.number)
            and not part.ids.items() & other.ids.items()
        }


@pytest.fixture
async def libraries(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path, seed: int
) -> AsyncIterator[Libraries]:
    """Return two servers with the library, and a TMDb that knows most of it."""
    works = make_works(seed)
    shelves = Lister(works, seed).shelves()
    async with AsyncExitStack() as stack:
        tmdb = await stack.enter_async_context(TmdbSimulator())
        works.teach(tmdb)
        stack.enter_context(route_hosts({HOST: tmdb.url}))
        servers: dict[Side, Server] = {}
        logins: dict[Side, Login] = {}
        for side, shelf in shelves.items():
            jellyfin = await stack.enter_async_context(JellyfinSimulator())
            user = jellyfin.add_user(USER, PASSWORD)
            servers[side] = Server(jellyfin, user)
            servers[side].fill(shelf)
            site = Site(session, limiters, tmp_path)
            stage = MediaBrowserStage(SPEC, jellyfin, user)
            logins[side] = Login(stage, site, (await signed_in(stage, site)).data)
        data = {
            "api_key": tmdb.API_KEY,
            "session_id": tmdb.sign_in(),
            "account_id": str(tmdb.alice.number),
        }
        account = World(tmdb, session, limiters, data).provider()
        yield Libraries(works, shelves, servers, logins, tmdb, account.informants())


async def matched(
    libraries: Libraries, path: Path, informants: Sequence[Informant]
) -> dict[str, Score]:
    """Run a pair that writes nothing, and return what it takes for the same."""
    accounts = {
        side: Account(account_id=side, name=side, provider=login.provider())
        for side, login in libraries.logins.items()
    }
    features = (Feature.WATCHLIST, Feature.HISTORY)
    pair = Pair(
        pair_id="pair",
        name="Source → Target",
        source=accounts[Side.SOURCE],
        target=accounts[Side.TARGET],
        policy=Policy(features=dict.fromkeys(features, NO_WRITES)),
    )
    store = Store.open(path)
    try:
        report = await run_pair(
            pair,
            RunOptions(dry_run=False),
            store=store,
            snapshots=Snapshots(store, now, informants),
            now=now,
        )
        assert not report.failures
        titles, episodes = (
            pairs_in(store.load_ledger("pair", feature)) for feature in features
        )
    finally:
        store.close()
    names, episode_names = libraries.names, libraries.episode_names
    source, target = Side.SOURCE, Side.TARGET
    numbered = any(each.numbers for each in informants)
    untold = set() if numbered else libraries.hidden_episodes()
    scores = {
        TITLES: score(titles, names(source), names(target), libraries.hidden()),
        EPISODES: score(episodes, episode_names(source), episode_names(target), untold),
    }
    return {**scores, ALL: scores[TITLES] + scores[EPISODES]}


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def numberer(works: Works) -> NumberingInformant:
    """Return who knows how the seasons of anime follow each other."""
    numbering = Numbering(entries_in(works.numbering()))

    async def load() -> Numbering:
        """Return what is in the file."""
        return numbering

    return NumberingInformant("a file", load, "1")


def lines(
    libraries: Libraries, table: Mapping[str, Mapping[str, Score]]
) -> Iterator[str]:
    """Yield a table as lines: all of it, and how often titles with a gap are found."""
    yield HEADER
    for label, scores in table.items():
        yield label
        yield from (each.line(f"  {what}") for what, each in scores.items())
    yield "films and series of which one side has …"
    for gap in Gap:
        there = libraries.with_gap(gap)
        counts = [
            f"{len(scores[TITLES].right & there):>4} of "
            f"{len(scores[TITLES].there & there)} {label}"
            for label, scores in table.items()
        ]
        yield f"  {gap.value:<11} found {', '.join(counts)}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_library(
    libraries: Libraries,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Nothing is matched wrongly; with TMDb nearly all is matched."""
    alone = await matched(libraries, tmp_path / "alone.db", ())
    assert not libraries.tmdb.requests
    asked = await matched(libraries, tmp_path / "asked.db", libraries.informants)
    requests = len(libraries.tmdb.requests)
    everybody = (numberer(libraries.works), *libraries.informants)
    numbered = await matched(libraries, tmp_path / "numbered.db", everybody)
    table = {
        "without TMDb": alone,
        "with TMDb": asked,
        "with TMDb and a file of anime": numbered,
    }
    for line in (*lines(libraries, table), f"{requests} requests to TMDb"):
        record_property(PROPERTY, line)
    for scores in table.values():
        for each in scores.values():
            assert each.precision == 1, each.wrong
    for scores in (asked, numbered):
        for each in scores.values():
            assert each.recall > 0.99, each.missed
    assert numbered[ALL].recall_of_all > 0.99
    assert asked[ALL].recall_of_all > alone[ALL].recall_of_all + 0.1
