"""A Tautulli with several users."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Value,
    Watched,
)
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question
from custom_components.crosswatch.providers.tautulli import SPEC, reading

from ...simulators.base import Simulator
from ...simulators.tautulli import Media, TautulliSimulator, Title, User, seed
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from ..values import dates


class TautulliStage:
    """A server, and one of the users that it watches."""

    spec = SPEC
    keeps_dates = True
    shares_files = False

    def __init__(self, server: TautulliSimulator, user: User) -> None:
        """Take the server, which is filled already."""
        self.server = server
        self.user = user
        self._titles = {name_of(title): title for title in server.titles.values()}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the server."""
        return (self.server,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return no hosts: it is asked at its own address."""
        return {}

    def answers(self, *, right: bool) -> Answers:
        """Return the address and the key, or another one."""
        key = self.server.api_key if right else "0" * 32
        return {"url": self.server.url, "api_key": key}

    def reply(self, question: Question) -> Answers:
        """Choose the user."""
        return {"user": str(self.user.user_id)}

    def enter(self, code: DeviceCode) -> None:
        """Refuse: there is no code."""
        raise AssertionError(code.url)

    def end_login(self) -> None:
        """Give the server another key."""
        self.server.api_key = "f" * 32

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ask for small pages."""
        monkeypatch.setattr(reading, "PAGE_SIZE", 3)
        monkeypatch.setattr(reading, "HEAD_SIZE", 2)

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do."""
        return True

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user play something at the Plex server, or delete its rows."""
        title = self._titles[name(item)]
        if value is not None:
            for at in dates(value):
                self.server.play(self.user, title, at)
            return
        for row in [row for row in self.server.sessions if row.title is title]:
            self.server.forget(row)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user play something whose ids Plex does not know."""
        title = self._titles[name(item)]
        for each in filter(None, (title, title.show)):
            each.guids = ()
        await self.put(feature, item, value)

    async def held(self, feature: Feature) -> Held:
        """Return what the user has played."""
        played: dict[str, list[Play]] = {}
        for row in self.server.sessions:
            played.setdefault(name_of(row.title), []).append(Play(row.stopped))
        return {
            key: Watched(max(play.at for play in plays), tuple(plays), len(plays))
            for key, plays in played.items()
        }


def name_of(title: Title) -> str:
    """Return what a title is known by in this suite."""
    kind = MediaKind(title.media.value)
    if title.parent is None:
        return name(Item(kind, {}, title.title, title.year))
    parent = title.show or title.parent
    show = Item(MediaKind.SHOW, {}, parent.title, parent.year)
    if title.media is Media.SEASON:
        return name(Item(kind, show=show, season=title.index))
    return name(Item(kind, show=show, season=title.parent.index, number=title.index))


@asynccontextmanager
async def tautulli(site: Site) -> AsyncIterator[Stage]:
    """Start a server with two users."""
    async with TautulliSimulator() as server:
        seed(server, CATALOGUE)
        server.add_user("arya", 42)
        yield TautulliStage(server, server.add_user("jon", 133788))
