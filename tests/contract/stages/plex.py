"""A Plex server, and the account of its owner at plex.tv."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
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
from custom_components.crosswatch.providers.plex import SPEC
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question

from ...simulators.base import Simulator
from ...simulators.plex import (
    Account,
    Item as Row,
    ItemType,
    PlexCloudSimulator,
    PlexServerSimulator,
    Title,
    seed,
)
from ...simulators.plex.seeding import NO_ODDITIES
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from ..values import dates


class PlexStage:
    """A server and the cloud; the watchlist is in the cloud."""

    spec = SPEC
    # The server dates what it is told with the moment at which it is told.
    keeps_dates = False
    # Each episode in a file is watched by itself.
    shares_files = False

    def __init__(
        self,
        cloud: PlexCloudSimulator,
        server: PlexServerSimulator,
        jon: Account,
        rows: Mapping[str, Row],
    ) -> None:
        """Take both, which are filled already."""
        self.cloud = cloud
        self.server = server
        self.jon = jon
        self._rows = rows
        self._titles = {title_name(it): it for it in cloud.titles.by_key.values()}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return both."""
        return self.cloud, self.server

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the hosts of plex.tv."""
        return self.cloud.hosts()

    def answers(self, *, right: bool) -> Answers:
        """Return nothing: the code is entered elsewhere, or by nobody."""
        self.cloud.auto_link = self.jon if right else None
        self.cloud.pin_seconds = 1800 if right else 20
        return {}

    def reply(self, question: Question) -> Answers:
        """Refuse: there is one server, and one user."""
        raise AssertionError(question.step)

    def enter(self, code: DeviceCode) -> None:
        """Do nothing: the cloud lets the person enter it, or not."""

    def end_login(self) -> None:
        """Sign the owner out of both."""
        self.cloud.revoke(self.jon)
        self.server.revoke(self.jon)

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let both answer with a few rows only."""
        self.server.behaviour.largest_page = 3
        self.cloud.behaviour.largest_page = 3

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do."""
        return True

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the owner do something."""
        if feature is not Feature.WATCHLIST:
            self._do(self._rows[name(item)], feature, value)
        elif value is None:
            self.cloud.take_off_watchlist(self.jon, self._titles[name(item)])
        else:
            at = value.at if isinstance(value, Listed) else None
            self.cloud.put_on_watchlist(self.jon, self._titles[name(item)], at)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the owner do something with a title that only Plex has a name for."""
        key = name(item)
        if feature is Feature.WATCHLIST:
            bare = self.cloud.titles.add(replace(self._titles[key], ids={}))
            self._titles[key] = bare
        else:
            row = self._rows[key]
            for each in (row, row.top):
                each.guids = ()
        await self.put(feature, item, value)

    def _do(self, row: Row, feature: Feature, value: Value | None) -> None:
        """Let the owner do something with an item of the server."""
        server, jon = self.server, self.jon
        match value:
            case Watched():
                for at in dates(value):
                    server.watch(jon, row, at)
            case Rated():
                server.rate(jon, row, value.rating, value.at)
            case Progress():
                assert value.position_ms is not None
                server.stop_at(jon, row, value.position_ms, value.at)
            case _ if feature is Feature.RATINGS:
                server.rate(jon, row, None)
            case _:
                # What is marked as not watched has no position either.
                server.unmark(jon, row)

    async def held(self, feature: Feature) -> Held:
        """Return what the cloud and the server say."""
        if feature is Feature.WATCHLIST:
            return {
                title_name(title): Listed() for title in self.cloud.watchlist(self.jon)
            }
        found: dict[str, Value] = {}
        for key, row in self._rows.items():
            if (value := self._value(feature, row)) is not None:
                found[key] = value
        return found

    def _value(self, feature: Feature, row: Row) -> Value | None:
        """Return what the server says of an item."""
        view = self.server.view(self.jon, row)
        at = None if view.viewed_at is None else _at(view.viewed_at)
        match feature:
            case Feature.HISTORY if view.count and not row.is_folder:
                logged = (play for play in self.server.doings.plays if play.item is row)
                plays = sorted(_at(play.viewed_at) for play in logged)
                return Watched(at, tuple(map(Play, plays)), view.count)
            case Feature.RATINGS if view.rating:
                return Rated(view.rating, at)
            case Feature.PROGRESS if view.offset:
                return Progress(view.offset, row.duration, at=at)
        return None


def _at(seconds: int) -> datetime:
    """Return a moment."""
    return datetime.fromtimestamp(seconds, UTC)


KINDS = {each: MediaKind(each.value) for each in ItemType}


def title_name(title: Title) -> str:
    """Return what a title of the cloud is known by in this suite."""
    return name(Item(KINDS[title.kind], {}, title.name, title.year))


def row_name(row: Row) -> str:
    """Return what an item of the server is known by in this suite."""
    top, kind = row.top, KINDS[row.type]
    if top is row:
        return name(Item(kind, {}, row.title, row.year))
    show = Item(MediaKind.SHOW, {}, top.title, top.year)
    if row.type is ItemType.SEASON or row.parent is None:
        return name(Item(kind, show=show, season=row.index))
    return name(Item(kind, show=show, season=row.parent.index, number=row.index))


@asynccontextmanager
async def plex(site: Site) -> AsyncIterator[Stage]:
    """Start both; the second show has two episodes in one file."""
    cloud = PlexCloudSimulator()
    jon = cloud.add_account("Jon")
    async with PlexServerSimulator(owner=jon) as server, cloud:
        cloud.add_server(server)
        cloud.know(CATALOGUE)
        odd = replace(NO_ODDITIES, two_in_one_file=2)
        seeded = seed(server, CATALOGUE, oddities=odd)
        seasons = [season for show in seeded.series for season in show.children]
        rows = [*seeded.films, *seeded.series, *seasons, *seeded.episodes]
        yield PlexStage(cloud, server, jon, {row_name(row): row for row in rows})
