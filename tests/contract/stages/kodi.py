"""A Kodi, in a time zone of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.providers.kodi import SPEC, library, probe
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question

from ...simulators.base import Simulator
from ...simulators.kodi import Episode, KodiSimulator, Movie, Oddities, Show, seed
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from ..values import dates

USER = "jon"
PASSWORD = "Winter is: coming, 100 %"

type Entry = Movie | Show | Episode


class KodiStage:
    """A device with a library."""

    spec = SPEC
    keeps_dates = True
    shares_files = True

    def __init__(self, server: KodiSimulator) -> None:
        """Take the device, which is filled already."""
        self.server = server
        library = server.library
        entries: list[Entry] = [*library.movies, *library.shows, *library.episodes]
        self._entries = {name_of(entry): entry for entry in entries}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the device."""
        return (self.server,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return no hosts: it is asked at its own address."""
        return {}

    def answers(self, *, right: bool) -> Answers:
        """Return the address, the user and the password, or another one."""
        return {
            "url": self.server.url,
            "username": USER,
            "password": PASSWORD if right else "Summer",
        }

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

    def enter(self, code: DeviceCode) -> None:
        """Refuse: there is no code."""
        raise AssertionError(code.url)

    def end_login(self) -> None:
        """Give the web server another password."""
        self.server.password = "Spring"

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ask for small pages."""
        monkeypatch.setattr(probe, "STATE_PAGE", 3)
        monkeypatch.setattr(library, "FACTS_PAGE", 3)

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do."""
        return True

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let a person do something at the device."""
        self._do(self._entries[name(item)], feature, value)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let a person do something with a title that the scraper found no ids for."""
        entry = self._entries[name(item)]
        entry.unique_ids.clear()
        if isinstance(entry, Episode):
            entry.show.unique_ids.clear()
        self._do(entry, feature, value)

    def _do(self, entry: Entry, feature: Feature, value: Value | None) -> None:
        """Let a person do something with an entry."""
        if isinstance(value, Rated) or feature is Feature.RATINGS:
            entry.user_rating = round(value.rating) if isinstance(value, Rated) else 0
            return
        assert not isinstance(entry, Show)
        match value:
            case Watched():
                for at in dates(value):
                    self.server.play(entry, at)
            case Progress():
                assert value.position_ms is not None
                assert value.duration_ms is not None
                self.server.stop_at(
                    entry,
                    value.position_ms / 1000,
                    value.duration_ms / 1000,
                    value.at,
                )
            case _ if feature is Feature.HISTORY:
                entry.file.play_count, entry.file.last_played = 0, ""
            case _:
                entry.file.position = entry.file.total = 0.0

    async def held(self, feature: Feature) -> Held:
        """Return what the device's library says."""
        found: dict[str, Value] = {}
        for key, entry in self._entries.items():
            value = self._value(feature, entry)
            if value is not None:
                found[key] = value
        return found

    def _value(self, feature: Feature, entry: Entry) -> Value | None:
        """Return what the library says of an entry."""
        if feature is Feature.RATINGS:
            return Rated(float(entry.user_rating)) if entry.user_rating else None
        if isinstance(entry, Show):
            return None
        file = entry.file
        at = None
        if file.last_played:
            local = datetime.fromisoformat(file.last_played)
            at = local.replace(tzinfo=self.server.zone).astimezone(UTC)
        if feature is Feature.HISTORY and file.play_count:
            return Watched(at, () if at is None else (Play(at),), file.play_count)
        if feature is Feature.PROGRESS and file.position:
            position, total = int(file.position * 1000), int(file.total * 1000)
            return Progress(position, total, at=at)
        return None


def name_of(entry: Entry) -> str:
    """Return what an entry is known by in this suite."""
    if isinstance(entry, Movie):
        return name(Item(MediaKind.MOVIE, {}, entry.title, entry.year))
    if isinstance(entry, Show):
        return name(Item(MediaKind.SHOW, {}, entry.title, entry.year))
    show = Item(MediaKind.SHOW, {}, entry.show.title, entry.show.year)
    return name(
        Item(MediaKind.EPISODE, show=show, season=entry.season, number=entry.number)
    )


@asynccontextmanager
async def kodi(site: Site) -> AsyncIterator[Stage]:
    """Start a device; the second series has files with two episodes in them."""
    async with KodiSimulator(username=USER, password=PASSWORD) as server:
        seed(server, CATALOGUE, Oddities(double_episode=2))
        yield KodiStage(server)
