"""Two services, and a pair of accounts between them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Side
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store

from ..simulators.routing import route_hosts
from .stage import Held, Login, Site, signed_in
from .stages import SERVICES
from .titles import EPISODES, FILMS, SEASONS, SHOWS, SPECIALS
from .values import made

_FIRST_SHOW: Final = [each for each in EPISODES if each.show is SHOWS[0]]

# What the source has, and what the target has already: of each feature other titles,
# as what is watched may be taken off a watchlist, and has no position.
AT_SOURCE: Final[Mapping[Feature, tuple[Item, ...]]] = {
    Feature.HISTORY: (FILMS[0], FILMS[6], SPECIALS[0], _FIRST_SHOW[3]),
    Feature.WATCHLIST: (FILMS[2], SHOWS[1], FILMS[9]),
    Feature.RATINGS: (FILMS[4], SHOWS[0], SEASONS[1], _FIRST_SHOW[4]),
    Feature.PROGRESS: (FILMS[7], _FIRST_SHOW[5]),
}
AT_TARGET: Final[Mapping[Feature, tuple[Item, ...]]] = {
    Feature.HISTORY: (FILMS[0], FILMS[1]),
    Feature.WATCHLIST: (FILMS[2], FILMS[3]),
    Feature.RATINGS: (FILMS[4], FILMS[5]),
    Feature.PROGRESS: (FILMS[7], FILMS[8]),
}
# What is undone at the source in the end: it came to the target from there.
UNDONE: Final[Mapping[Feature, Item]] = {
    Feature.HISTORY: SPECIALS[0],
    Feature.WATCHLIST: FILMS[9],
    Feature.RATINGS: _FIRST_SHOW[4],
    Feature.PROGRESS: _FIRST_SHOW[5],
}
# What both have, the target later and otherwise.
DISPUTED: Final[Mapping[Feature, Item]] = {
    Feature.RATINGS: FILMS[10],
    Feature.PROGRESS: FILMS[11],
}
ITEMS: Final = {Side.SOURCE: AT_SOURCE, Side.TARGET: AT_TARGET}


def features_of(source: str, target: str, mode: Mode) -> list[Feature]:
    """Return the features that the capability tables allow."""
    sides = SERVICES[source].capabilities, SERVICES[target].capabilities
    return [
        feature
        for feature in Feature
        if all(feature in side and sides[0][feature].read for side in sides)
        and sides[1][feature].add
        and (mode is Mode.ONE_WAY or (sides[0][feature].add and sides[1][feature].read))
    ]


@dataclass(slots=True)
class Couple:
    """A pair of accounts that have signed in."""

    logins: Mapping[Side, Login]
    features: list[Feature]
    mode: Mode
    store: Store

    def support(self, side: Side, feature: Feature) -> FeatureSupport:
        """Return what a side can do."""
        return self.logins[side].support(feature)

    def kinds(self, feature: Feature) -> frozenset[MediaKind]:
        """Return the kinds that both sides can hold."""
        kinds = [self.support(side, feature).kinds for side in Side]
        return kinds[0] & kinds[1]

    async def fill(self) -> None:
        """Let a person do something at both services."""
        for side, login in self.logins.items():
            for feature in self.features:
                for number, item in enumerate(ITEMS[side][feature]):
                    if item.kind in self.support(side, feature).kinds:
                        value = made(feature, item, 2 * number)
                        await login.stage.put(feature, item, value)
                if (other := DISPUTED.get(feature)) is not None:
                    value = made(feature, other, days=int(side is Side.TARGET))
                    await login.stage.put(feature, other, value)
                if self._rules(feature).rewatches and side is Side.SOURCE:
                    again = AT_SOURCE[feature][1]
                    await login.stage.put(feature, again, made(feature, again, days=9))
            login.forget_requests()

    async def held(self, side: Side, feature: Feature) -> Held:
        """Return what a service holds."""
        return await self.logins[side].stage.held(feature)

    def writes(self) -> int:
        """Return how many requests asked for a change, and forget them."""
        simulators = [
            each for login in self.logins.values() for each in login.stage.simulators
        ]
        writes = sum(simulator.writes() for simulator in simulators)
        for simulator in simulators:
            simulator.reset_requests()
        return writes

    async def run(self) -> Report:
        """Run the pair, as if Home Assistant had just started."""
        accounts = {
            side: Account(
                account_id=side, name=side.value.title(), provider=login.provider()
            )
            for side, login in self.logins.items()
        }
        policy = Policy(
            mode=self.mode,
            features={feature: self._rules(feature) for feature in self.features},
        )
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
            snapshots=Snapshots(self.store, _now),
            now=_now,
        )

    def _rules(self, feature: Feature) -> FeaturePolicy:
        """Return the rules of a feature: every play, where both sides keep it."""
        every_play = all(self.support(side, feature).plays for side in Side)
        removes = self.support(Side.TARGET, feature).remove
        return FeaturePolicy(rewatches=every_play, remove=removes)


def _now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@asynccontextmanager
async def a_couple(
    site: Site, source: str, target: str, mode: Mode
) -> AsyncIterator[Couple]:
    """Set up two services, sign in at both, and let a person use them."""
    sites = {side: replace(site, folder=site.folder / side.value) for side in Side}
    for each in sites.values():
        each.folder.mkdir()
    async with (
        SERVICES[source].open(sites[Side.SOURCE]) as giver,
        SERVICES[target].open(sites[Side.TARGET]) as taker,
    ):
        stages = {Side.SOURCE: giver, Side.TARGET: taker}
        with route_hosts({**giver.hosts, **taker.hosts}):
            logins = {
                side: Login(
                    stage, sites[side], (await signed_in(stage, sites[side])).data
                )
                for side, stage in stages.items()
            }
            store = Store.open(site.folder / "state.db")
            features = features_of(source, target, mode)
            couple = Couple(logins, features, mode, store)
            await couple.fill()
            try:
                yield couple
            finally:
                store.close()
