"""An account at TMDb."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Value,
)
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question
from custom_components.crosswatch.providers.tmdb import SPEC

from ...simulators.base import Simulator
from ...simulators.tmdb import Episode, Kind, Rateable, Title, TmdbSimulator
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name

KINDS = {Kind.MOVIE: MediaKind.MOVIE, Kind.TV: MediaKind.SHOW}


class TmdbStage:
    """The service, and one user."""

    spec = SPEC
    keeps_dates = True
    shares_files = False

    def __init__(self, service: TmdbSimulator) -> None:
        """Take the service, which knows all titles."""
        self.service = service
        things = (*service.library, *service.library.episodes())
        self._titles: Mapping[str, Rateable] = {
            name(item_of(each)): each for each in things
        }

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the service."""
        return (self.service,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the host of the API."""
        return {"api.themoviedb.org": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return a key, or one that nobody knows."""
        return {"api_key": self.service.API_KEY if right else "f" * 32}

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

    def enter(self, code: DeviceCode) -> None:
        """Open the address, and approve."""
        self.service.approve(code.url.rpartition("/")[2])

    def end_login(self) -> None:
        """End all sessions, as the user can in the settings."""
        self.service.logins.sessions.clear()

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Give small pages: nobody can ask for a size."""
        monkeypatch.setattr(self.service.behaviour, "page_size", 3)

    def has_pages(self, feature: Feature) -> bool:
        """Return that all lists do."""
        return True

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        title, alice = self._titles[name(item)], self.service.alice
        match value:
            case Listed():
                assert isinstance(title, Title)
                alice.put_on_watchlist(title)
            case Rated():
                alice.rate(title, value.rating)
            case None if feature is Feature.WATCHLIST:
                assert isinstance(title, Title)
                alice.take_off_watchlist(title)
            case None if feature is Feature.RATINGS:
                alice.unrate(title)
            case _:
                raise AssertionError(feature)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with a title that only TMDb has a number for."""
        title = self._titles[name(item)]
        title.imdb = title.tvdb = None
        if isinstance(title, Episode):
            title.show.imdb = title.show.tvdb = None
        await self.put(feature, item, value)

    async def held(self, feature: Feature) -> Held:
        """Return what the account holds."""
        alice = self.service.alice
        if feature is Feature.WATCHLIST:
            return {name(item_of(title)): Listed() for title in alice.watchlist}
        return {
            name(item_of(title)): Rated(rating.value)
            for title, rating in alice.ratings.items()
        }


def item_of(title: Rateable) -> Item:
    """Return a title as an item without ids."""
    if isinstance(title, Title):
        return Item(KINDS[title.kind], {}, title.name, int(title.year))
    show = item_of(title.show)
    return Item(
        MediaKind.EPISODE,
        {},
        title.name,
        show=show,
        season=title.season,
        number=title.number,
    )


@asynccontextmanager
async def tmdb(site: Site) -> AsyncIterator[Stage]:
    """Start a service."""
    async with TmdbSimulator() as service:
        service.seed(CATALOGUE)
        yield TmdbStage(service)
