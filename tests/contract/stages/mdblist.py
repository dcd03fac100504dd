"""An account at MDBList."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import override

import pytest

from custom_components.crosswatch.engine.model import Feature, Listed, Progress, Rated
from custom_components.crosswatch.providers.mdblist import SPEC, since
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode

from ...simulators.mdblist import Behaviour, MdblistSimulator, Title
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from .titled import TitledStage, item_of, played


class MdblistStage(TitledStage[Title]):
    """The service, and one user."""

    spec = SPEC

    def __init__(self, service: MdblistSimulator) -> None:
        """Take the service, which knows all titles."""
        super().__init__(service, service.alice, service.library)
        self.service = service

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the host of the API."""
        return {"api.mdblist.com": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return the person's key, or one that nobody has."""
        return {"api_key": self.service.API_KEY if right else "nobodys-key"}

    def enter(self, code: DeviceCode) -> None:
        """Refuse: there is no code."""
        raise AssertionError(code.code)

    def end_login(self) -> None:
        """Get another key, so that the old one is good for nothing."""
        self.service.alice.api_key = "another-key"

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ask for small pages."""
        monkeypatch.setattr(since, "PAGE_SIZE", 3)

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do, but for that of positions."""
        return feature is not Feature.PROGRESS

    @override
    def _drop_ids(self, title: Title) -> None:
        """Leave only the ids that are MDBList's own."""
        for each in filter(None, (title, title.show)):
            for namespace in each.ids.keys() - {"mdblist"}:
                del each.ids[namespace]

    @override
    def _forget_position(self, title: Title) -> None:
        """Clear the positions in a title."""
        alice = self.service.alice
        for row_id in alice.positions_of(title):
            alice.clear(row_id)

    async def held(self, feature: Feature) -> Held:
        """Return what the account holds."""
        alice = self.service.alice
        match feature:
            case Feature.WATCHLIST:
                rows = alice.watchlist.live.items()
                return {name(item_of(title)): Listed(row.at) for title, row in rows}
            case Feature.RATINGS:
                return {
                    name(item_of(title)): Rated(float(row.rating or 0), row.at)
                    for title, row in alice.ratings.live.items()
                }
            case Feature.PROGRESS:
                # The service dates a position by itself, whenever it is written.
                return {
                    name(item_of(row.title)): Progress(percent=row.percent)
                    for row in alice.positions.live.values()
                }
        titles = {row.title for row in alice.history.live.values()}
        return {
            name(item_of(title)): played(row.at for row in alice.plays_of(title))
            for title in titles
        }


@asynccontextmanager
async def mdblist(site: Site) -> AsyncIterator[Stage]:
    """Start a service that minds no pace, as time flies, and counts no days."""
    plain = Behaviour(enforce_window=False)
    async with MdblistSimulator(behaviour=plain) as service:
        service.alice.daily_limit = 1_000_000
        service.seed(CATALOGUE)
        yield MdblistStage(service)
