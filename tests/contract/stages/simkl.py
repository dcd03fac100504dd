"""An account at SIMKL."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, Question
from custom_components.crosswatch.providers.simkl import SPEC

from ...simulators.base import Simulator
from ...simulators.simkl import (
    Behaviour,
    Bucket,
    Episode,
    SimklSimulator,
    Status,
    Title,
)
from ..stage import Held, Site, Stage
from ..titles import CATALOGUE, name
from ..values import dates, percent

type Thing = tuple[Title, Episode | None]


class SimklStage:
    """The service, and one user."""

    spec = SPEC
    keeps_dates = True
    shares_files = False

    def __init__(self, service: SimklSimulator) -> None:
        """Take the service, which knows all titles."""
        self.service = service
        self._things: dict[str, Thing] = {}
        for title in service.library:
            self._things[name(item_of(title, None))] = title, None
            for episode in title.episodes.values():
                self._things[name(item_of(title, episode))] = title, episode

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the service."""
        return (self.service,)

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the host of the API."""
        return {"api.simkl.com": self.service.url}

    def answers(self, *, right: bool) -> Answers:
        """Return the person's app, or one that nobody knows."""
        return {"client_id": self.service.CLIENT_ID if right else "0" * 64}

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

    def enter(self, code: DeviceCode) -> None:
        """Enter the code."""
        # The clock of the test flies, that of the service does not.
        self.service.pins.interval = 0
        self.service.approve(code.code)

    def end_login(self) -> None:
        """Take the token back."""
        self.service.pins.revoke()

    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Do nothing: there are no pages."""

    def has_pages(self, feature: Feature) -> bool:
        """Return that no list does."""
        return False

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        self._do(self._things[name(item)], feature, value)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with a title that only SIMKL has a number for."""
        title, episode = self._things[name(item)]
        title.ids.clear()
        if episode is not None:
            episode.ids.clear()
        self._do((title, episode), feature, value)

    def _do(self, thing: Thing, feature: Feature, value: Value | None) -> None:
        """Let the user do something with a title."""
        alice, (title, episode) = self.service.alice, thing
        match value:
            case Listed():
                alice.put_on(title, Status.PLANTOWATCH, value.at)
            case Watched():
                for at in dates(value):
                    alice.watch(title, episode, at)
            case Rated():
                alice.rate(title, round(value.rating), value.at)
            case Progress():
                alice.pause(title, episode, round(percent(value), 2), value.at)
            case None if feature is Feature.HISTORY and episode is not None:
                alice.unwatch(title, [episode])
            case None if feature in {Feature.HISTORY, Feature.WATCHLIST}:
                alice.remove(title)
            case None if feature is Feature.RATINGS:
                alice.unrate(title)
            case None if feature is Feature.PROGRESS:
                for session in list(alice.paused.values()):
                    if (session.title, session.episode) == thing:
                        alice.dismiss(session.session_id)
            case _:
                raise AssertionError(feature)

    async def held(self, feature: Feature) -> Held:
        """Return what the account holds."""
        alice = self.service.alice
        found: dict[str, Value] = {}
        if feature is Feature.PROGRESS:
            for session in alice.paused.values():
                key = name(item_of(session.title, session.episode))
                found[key] = Progress(percent=session.progress, at=session.at)
            return found
        for entry in alice.entries.values():
            key = name(item_of(entry.title, None))
            match feature:
                case Feature.WATCHLIST if entry.status is Status.PLANTOWATCH:
                    found[key] = Listed(entry.added_at)
                case Feature.RATINGS if entry.rating is not None:
                    found[key] = Rated(float(entry.rating), entry.rated_at)
                case Feature.HISTORY if entry.title.bucket is Bucket.MOVIES:
                    if entry.last_watched_at or entry.status is Status.COMPLETED:
                        found[key] = Watched(entry.last_watched_at)
                case Feature.HISTORY:
                    for place, at in entry.watched.items():
                        episode = entry.title.episodes[place]
                        found[name(item_of(entry.title, episode))] = Watched(at)
        return found


def item_of(title: Title, episode: Episode | None) -> Item:
    """Return a title or an episode as an item without ids."""
    if title.bucket is Bucket.MOVIES:
        return Item(MediaKind.MOVIE, {}, title.name, title.year)
    show = Item(MediaKind.SHOW, {}, title.name, title.year)
    if episode is None:
        return show
    kind = MediaKind.EPISODE
    return Item(kind, {}, episode.name, None, show, episode.season, episode.number)


@asynccontextmanager
async def simkl(site: Site) -> AsyncIterator[Stage]:
    """Start a service that minds no pace, as time flies.

    Here it keeps a position for each episode, so that the suite can count them.
    """
    plain = Behaviour(enforce_rate=False, one_session_per_title=False)
    async with SimklSimulator(behaviour=plain) as service:
        service.seed(CATALOGUE)
        yield SimklStage(service)
