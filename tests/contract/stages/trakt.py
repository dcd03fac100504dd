"""An account at Trakt."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import override

import pytest

from custom_components.crosswatch.engine.model import Feature, Listed, Progress, Rated
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode
from custom_components.crosswatch.providers.trakt import SPEC, client

from ...simulators.trakt import Behaviour, Title, TraktSimulator
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from .titled import TitledStage, item_of, played


class TraktStage(TitledStage[Title]):
    """The service, and one user."""

    spec = SPEC

    def __init__(self, service: TraktSimulator) -> None:
        """Take the service, which knows all titles."""
        super().__init__(service, service.alice, service.library)
        self.service = service

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the hosts of the API and of its website."""
        return {"api.trakt.tv": self.service.url, "auth.trakt.tv": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return the person's app, or one that nobody knows."""
        client_id = self.service.CLIENT_ID if right else "0" * 64
        return {"client_id": client_id, "client_secret": self.service.CLIENT_SECRET}

    def enter(self, code: DeviceCode) -> None:
        """Enter the code."""
        # The clock of the test flies, that of the service does not.
        self.service.oauth.interval = 0
        self.service.approve(code.code)

    def end_login(self) -> None:
        """Take the tokens back, also the one that would get others."""
        self.service.oauth.revoke_tokens()

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ask for small pages."""
        monkeypatch.setattr(client, "PAGE_SIZE", 3)

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do."""
        return True

    @override
    def _drop_ids(self, title: Title) -> None:
        """Leave only the ids that are Trakt's own."""
        for each in filter(None, (title, title.show)):
            each.short.clear()
            for namespace in each.ids.keys() - {"trakt", "slug"}:
                each.ids[namespace] = None

    @override
    def _forget_position(self, title: Title) -> None:
        """Dismiss the one position in a title."""
        alice = self.service.alice
        rows = alice.playback.values()
        [row_id] = [row.id for row in rows if row.title is title]
        alice.dismiss_playback(row_id)

    async def held(self, feature: Feature) -> Held:
        """Return what the account holds."""
        alice = self.service.alice
        match feature:
            case Feature.WATCHLIST:
                return {
                    name(item_of(title)): Listed(_at(row.at))
                    for title, row in alice.watchlist.live.items()
                }
            case Feature.RATINGS:
                return {
                    name(item_of(title)): Rated(float(row.rating), _at(row.at))
                    for title, row in alice.ratings.live.items()
                }
            case Feature.PROGRESS:
                return {
                    name(item_of(row.title)): Progress(
                        percent=row.progress, at=_at(row.at)
                    )
                    for row in alice.playback.values()
                }
        titles = {row.title for row in alice.history.shelf.live.values()}
        return {
            name(item_of(title)): played(_at(row.at) for row in alice.history.of(title))
            for title in titles
        }


def _at(seconds: int) -> datetime:
    """Return a moment."""
    return datetime.fromtimestamp(seconds, UTC)


@asynccontextmanager
async def trakt(site: Site) -> AsyncIterator[Stage]:
    """Start a service that minds no pace, as time flies."""
    plain = Behaviour(enforce_rate=False, watched_leaves_watchlist=False)
    async with TraktSimulator(behaviour=plain) as service:
        service.seed(CATALOGUE)
        yield TraktStage(service)
