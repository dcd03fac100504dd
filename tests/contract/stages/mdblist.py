"""An account at MDBList."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

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
from custom_components.crosswatch.providers.mdblist import SPEC, since
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question

from ...simulators.base import Simulator
from ...simulators.mdblist import Behaviour, Kind, MdblistSimulator, Title
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from ..values import dates, percent


class MdblistStage:
    """The service, and one user."""

    spec = SPEC
    keeps_dates = True
    shares_files = False

    def __init__(self, service: MdblistSimulator) -> None:
        """Take the service, which knows all titles."""
        self.service = service
        self._titles = {name(item_of(title)): title for title in service.library}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the service."""
        return (self.service,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the host of the API."""
        return {"api.mdblist.com": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return the person's key, or one that nobody has."""
        return {"api_key": self.service.API_KEY if right else "nobodys-key"}

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

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

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        self._do(self._titles[name(item)], feature, value)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with a title that only MDBList has an id for."""
        title = self._titles[name(item)]
        for each in filter(None, (title, title.show)):
            for namespace in each.ids.keys() - {"mdblist"}:
                del each.ids[namespace]
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
            case None:
                self._undo(title, feature)

    def _undo(self, title: Title, feature: Feature) -> None:
        """Let the user take something back."""
        alice = self.service.alice
        match feature:
            case Feature.WATCHLIST:
                alice.take_off_watchlist(title)
            case Feature.HISTORY:
                alice.unwatch(title)
            case Feature.RATINGS:
                alice.unrate(title)
            case Feature.PROGRESS:
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
        found: dict[str, Value] = {}
        for title in {row.title for row in alice.history.live.values()}:
            moments = sorted(row.at for row in alice.plays_of(title))
            plays = tuple(Play(at) for at in moments)
            found[name(item_of(title))] = Watched(moments[-1], plays, len(plays))
        return found


def item_of(title: Title) -> Item:
    """Return a title as an item without ids."""
    kind = MediaKind(title.kind.value)
    if title.show is None:
        return Item(kind, {}, title.name, title.year)
    number = title.number if title.kind is Kind.EPISODE else None
    show = item_of(title.show)
    return Item(kind, {}, title.name, None, show, title.season, number)


@asynccontextmanager
async def mdblist(site: Site) -> AsyncIterator[Stage]:
    """Start a service that minds no pace, as time flies, and counts no days."""
    plain = Behaviour(enforce_window=False)
    async with MdblistSimulator(behaviour=plain) as service:
        service.alice.daily_limit = 1_000_000
        service.seed(CATALOGUE)
        yield MdblistStage(service)
