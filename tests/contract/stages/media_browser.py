"""What Jellyfin and its cousin have in common: users, and their data of each item."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

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
from custom_components.crosswatch.providers.mediabrowser import library
from custom_components.crosswatch.providers.mediabrowser.queries import RATINGS_PAGES
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question
from custom_components.crosswatch.providers.spec import ProviderSpec

from ...simulators.base import Simulator
from ...simulators.jellyfin import (
    Item as Row,
    ItemType,
    JellyfinSimulator,
    User,
    UserData,
)
from ...simulators.jellyfin.times import EPOCH
from ..stage import Held
from ..titles import name
from ..values import dates

USER = "jon"
PASSWORD = "Winter is coming, 100 %"
TICKS_A_MS = 10_000


class MediaBrowserStage:
    """A server, and one of its users."""

    keeps_dates = True
    shares_files = True

    def __init__(
        self, spec: ProviderSpec, server: JellyfinSimulator, user: User
    ) -> None:
        """Take the server, which is filled already."""
        self.spec = spec
        self.server = server
        self.user = user
        self._rows = {name_of(row): row for row in server.state.items.values()}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the server."""
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
            "verify_ssl": True,
        }

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

    def enter(self, code: DeviceCode) -> None:
        """Refuse: with a password there is no code."""
        raise AssertionError(code.url)

    def end_login(self) -> None:
        """Sign the user out everywhere."""
        self.server.revoke_tokens(self.user)

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let all lists come in small pages."""
        for size in ("PAGE_SIZE", "EPISODES_PAGE"):
            monkeypatch.setattr(library, size, 3)
        for types in RATINGS_PAGES:
            monkeypatch.setitem(RATINGS_PAGES, types, 3)

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do."""
        return True

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        self._do(self._rows[name(item)], feature, value)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with an item whose ids are not known."""
        row = self._rows[name(item)]
        row.provider_ids.clear()
        row.series.provider_ids.clear()
        self.server.state.touch()
        self._do(row, feature, value)

    def _do(self, row: Row, feature: Feature, value: Value | None) -> None:
        """Let the user do something with a row."""
        server, user = self.server, self.user
        match value:
            case Listed():
                server.favourite(user, row)
            case Watched():
                for at in dates(value):
                    server.play(user, row, at)
            case Rated():
                server.rate(user, row, value.rating)
            case Progress():
                assert value.position_ms is not None
                server.stop_at(user, row, value.position_ms * TICKS_A_MS, value.at)
            case None if feature is Feature.WATCHLIST:
                server.favourite(user, row, on=False)
            case None if feature is Feature.HISTORY:
                server.unplay(user, row)
            case None if feature is Feature.RATINGS:
                server.rate(user, row, None)
            case None:
                server.state.data(user, row).position = 0

    async def held(self, feature: Feature) -> Held:
        """Return what the user's data say."""
        found: dict[str, Value] = {}
        for key, row in self._rows.items():
            value = value_of(feature, row, self.user.of(row))
            if value is not None:
                found[key] = value
        return found


def value_of(feature: Feature, row: Row, data: UserData) -> Value | None:
    """Return what a user's data say of an item."""
    at = None
    if data.last_played is not None:
        at = EPOCH + timedelta(microseconds=data.last_played // 10)
    match feature:
        case Feature.WATCHLIST:
            return Listed() if data.favourite else None
        case Feature.HISTORY if data.played and not row.is_folder:
            plays = () if at is None else (Play(at),)
            return Watched(at, plays, data.play_count)
        case Feature.RATINGS if data.rating is not None:
            return Rated(data.rating)
        case Feature.PROGRESS if data.position:
            length = (row.runtime or 0) // TICKS_A_MS
            return Progress(data.position // TICKS_A_MS, length, at=at)
    return None


KINDS = {
    ItemType.MOVIE: MediaKind.MOVIE,
    ItemType.SERIES: MediaKind.SHOW,
    ItemType.SEASON: MediaKind.SEASON,
    ItemType.EPISODE: MediaKind.EPISODE,
}


def name_of(row: Row) -> str:
    """Return what a row is known by in this suite."""
    kind = KINDS[row.type]
    series = row.series
    if series is row:
        return name(Item(kind, {}, row.name, row.year))
    show = Item(MediaKind.SHOW, {}, series.name, series.year)
    if kind is MediaKind.SEASON:
        return name(Item(kind, show=show, season=row.index))
    return name(Item(kind, show=show, season=row.parent_index, number=row.index))
