"""A simulated SIMKL with an account that is signed in, for tests."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import Action, Operation, Outcome, Reason
from custom_components.crosswatch.engine.provider import ProviderError
from custom_components.crosswatch.providers.http import JsonValue, Limiters
from custom_components.crosswatch.providers.simkl import SPEC
from custom_components.crosswatch.providers.simkl.provider import SimklProvider
from tests.simulators.catalogue import make_catalogue
from tests.simulators.routing import route_hosts
from tests.simulators.simkl import (
    Account,
    Behaviour,
    Bucket,
    Episode,
    SimklSimulator,
    Title,
)

from .connecting import provider_of
from .operating import OperationOn

CATALOGUE = make_catalogue(films=8, shows=2, seasons_per_show=2, episodes_per_season=4)
TVDB = "267440"


def at(day: int, hour: int = 20) -> datetime:
    """Return a moment in May 2026."""
    return datetime(2026, 5, day, hour, 30, 12, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """A simulated SIMKL and an account there, as the integration sees it."""

    simkl: SimklSimulator
    session: aiohttp.ClientSession
    limiters: Limiters
    data: dict[str, JsonValue] = field(default_factory=dict)
    options: dict[str, JsonValue] = field(default_factory=dict)

    @property
    def alice(self) -> Account:
        """Return the person."""
        return self.simkl.alice

    @property
    def films(self) -> list[Title]:
        """Return the films that SIMKL knows."""
        return [each for each in self.simkl.library if each.bucket is Bucket.MOVIES]

    @property
    def shows(self) -> list[Title]:
        """Return the series that SIMKL knows."""
        return [each for each in self.simkl.library if each.bucket is Bucket.SHOWS]

    def anime(self, *, mapped: bool = True, **facts: object) -> list[Title]:
        """Add two parts of an anime series, which TVDB counts as seasons 1 and 2."""
        found: list[Title] = []
        for season, mal in ((1, "16498"), (2, "25777")):
            ids = {"mal": mal, "anidb": f"95{season}", "tvdb": TVDB, "tmdb": "1429"}
            name = f"Shingeki {season}"
            part = self.simkl.library.add(Bucket.ANIME, name, 2012, ids, **facts)
            for number in range(1, 4):
                tvdb = (season, number) if mapped else None
                self.simkl.library.add_episode(part, (1, number), "", tvdb=tvdb)
            found.append(part)
        return found

    def sign_in(self) -> None:
        """Get a token."""
        self.data = {
            "client_id": self.simkl.CLIENT_ID,
            "access_token": self.simkl.sign_in(),
            "plan": self.alice.plan,
        }

    def provider(self) -> SimklProvider:
        """Return the account, as if Home Assistant had just started."""
        return provider_of(
            SimklProvider,
            SPEC,
            self.data,
            self.session,
            self.limiters,
            options={each.name: False for each in SPEC.options} | self.options,
        )

    async def read(
        self, feature: Feature, previous: Snapshot | None = None
    ) -> Snapshot:
        """Read a feature as a run does, and count only these requests."""
        self.simkl.reset_requests()
        provider = self.provider()
        markers = await provider.activity([feature])
        snapshot = await provider.read(feature, previous)
        return replace(snapshot, marker=markers[feature])

    async def unchanged(self, feature: Feature, snapshot: Snapshot) -> bool:
        """Tell whether a snapshot needs no further look."""
        markers = await self.provider().activity([feature])
        return markers.get(feature) == snapshot.marker


@asynccontextmanager
async def simkl_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Run a SIMKL that minds no pace, as time flies, and sign in."""
    simkl = SimklSimulator(behaviour=Behaviour(enforce_rate=False))
    simkl.seed(CATALOGUE)
    world = World(simkl, session, limiters)
    world.sign_in()
    async with simkl:
        with route_hosts({"api.simkl.com": simkl.url}):
            yield world


def item(title: Title, episode: Episode | None = None) -> Item:
    """Return a title or an episode as another service would know it."""
    ids = {name: value for name, value in title.ids.items() if name != "simkl"}
    if title.bucket is Bucket.MOVIES:
        return Item(MediaKind.MOVIE, ids, title.name, title.year)
    show = Item(MediaKind.SHOW, ids, title.name, title.year)
    if episode is None:
        return show
    place = episode.tvdb or episode.place
    own = dict(episode.ids)
    return Item(MediaKind.EPISODE, own, episode.name, None, show, *place)


operation = OperationOn(item)


def removal(record: Record) -> Operation:
    """Return the removal of a record."""
    return replace(
        operation(
            record.item,
            None,
            Action.REMOVE,
            before=record.value,
            native_ids=(record.native_id,),
        ),
        keys=record.keys,
    )


async def try_to_write(
    provider: SimklProvider, operations: Sequence[Operation]
) -> tuple[list[Outcome], ProviderError | None]:
    """Write and return the outcomes until there was an error."""
    outcomes: list[Outcome] = []
    try:
        async for outcome in provider.write(operations[0].feature, operations):
            outcomes.append(outcome)  # noqa: PERF401
    except ProviderError as err:
        return outcomes, err
    return outcomes, None


def reasons(outcomes: Iterable[Outcome]) -> list[Reason | None]:
    """Return only why something was not done."""
    return [outcome.reason for outcome in outcomes]
