"""An account at Trakt."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question
from custom_components.crosswatch.providers.trakt import SPEC, client

from ...simulators.base import Simulator
from ...simulators.trakt import Behaviour, Kind, Title, TraktSimulator
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from ..values import dates, percent


class TraktStage:
    """The service, and one user."""

    spec = SPEC
    keeps_dates = True
    shares_files = False

    def __init__(self, service: TraktSimulator) -> None:
        """Take the service, which knows all titles."""
        self.service = service
        self._titles = {name(item_of(title)): title for title in service.library}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the service."""
        return (self.service,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the hosts of the API and of its website."""
        return {"api.trakt.tv": self.service.url, "auth.trakt.tv": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return the person's app, or one that nobody knows."""
        client_id = self.service.CLIENT_ID if right else "0" * 64
        return {"client_id": client_id, "client_secret": self.service.CLIENT_SECRET}

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

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

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        self._do(self._titles[name(item)], feature, value)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with a title that only Trakt has a number for."""
        title = self._titles[name(item)]
        for each in filter(None, (title, title.show)):
            each.short.clear()
            for namespace in each.ids.keys() - {"trakt", "slug"}:
                each.ids[namespace] = None
        self._do(title, feature, value)

    def _do(self, title: Title, feature: Feature, value: Value | None) -> None:
        """Let the user do something with a title."""
        alice = self.service.alice
        match value:
            case Listed():
                alice.put_on_watchlist(title, value.at)
            case Watched():
                for at in dates(value):
                    alice.watch(title, at)
            case Rated():
                alice.rate(title, round(value.rating), value.at)
            case Progress():
                alice.pause(title, round(percent(value), 2), value.at)
            case None if feature is Feature.WATCHLIST:
                alice.take_off_watchlist(title)
            case None if feature is Feature.HISTORY:
                alice.unwatch(title)
            case None if feature is Feature.RATINGS:
                alice.unrate(title)
            case None if feature is Feature.PROGRESS:
                rows = alice.playback.values()
                [row_id] = [row.id for row in rows if row.title is title]
                alice.dismiss_playback(row_id)
            case _:
                raise AssertionError(feature)

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
        found: dict[str, Value] = {}
        for title in {row.title for row in alice.history.shelf.live.values()}:
            moments = sorted(_at(row.at) for row in alice.history.of(title))
            plays = tuple(Play(at) for at in moments)
            found[name(item_of(title))] = Watched(moments[-1], plays, len(plays))
        return found


def _at(seconds: int) -> datetime:
    """Return a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def item_of(title: Title) -> Item:
    """Return a title as an item without ids."""
    kind = MediaKind(title.kind.value)
    if title.show is None:
        return Item(kind, {}, title.name, title.year)
    number = title.number if title.kind is Kind.EPISODE else None
    show = item_of(title.show)
    return Item(kind, {}, title.name, None, show, title.season, number)


@asynccontextmanager
async def trakt(site: Site) -> AsyncIterator[Stage]:
    """Start a service that minds no pace, as time flies."""
    plain = Behaviour(enforce_rate=False, watched_leaves_watchlist=False)
    async with TraktSimulator(behaviour=plain) as service:
        service.seed(CATALOGUE)
        yield TraktStage(service)
