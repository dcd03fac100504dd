"""A service that knows every title once, and a person who does things with them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

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
from custom_components.crosswatch.providers.sign_in import Answers, Question

from ...simulators.base import Simulator
from ..titles import name
from ..values import dates, percent


class Titled(Protocol):
    """A film, show, season or episode, as the service has it."""

    @property
    def kind(self) -> StrEnum:
        """Return what it is, in the engine's words."""

    @property
    def name(self) -> str:
        """Return its own name."""

    @property
    def year(self) -> int | None:
        """Return when it came out."""

    @property
    def show(self) -> Titled | None:
        """Return the show of a season or an episode."""

    @property
    def season(self) -> int | None:
        """Return the number of the season."""

    @property
    def number(self) -> int | None:
        """Return the number of the episode."""


class Person[T: Titled](Protocol):
    """Somebody with an account at the service."""

    def put_on_watchlist(self, title: T, at: datetime | None, /) -> object:
        """Put a title on the watchlist."""

    def take_off_watchlist(self, title: T, /) -> object:
        """Take a title from the watchlist."""

    def watch(self, title: T, at: datetime | None, /) -> object:
        """Watch a title."""

    def unwatch(self, title: T, /) -> object:
        """Take all plays of a title away."""

    def rate(self, title: T, rating: int, at: datetime | None, /) -> object:
        """Rate a title."""

    def unrate(self, title: T, /) -> object:
        """Take a rating back."""

    def pause(self, title: T, percent: float, at: datetime | None, /) -> object:
        """Stop in the middle of a title."""


class TitledStage[T: Titled](ABC):
    """Such a service, and one user."""

    keeps_dates = True
    shares_files = False

    def __init__(
        self, service: Simulator, person: Person[T], library: Iterable[T]
    ) -> None:
        """Take the service, which knows all titles."""
        self._service = service
        self._person = person
        self._titles = {name(item_of(title)): title for title in library}

    @property
    def simulators(self) -> Sequence[Simulator]:
        """Return the service."""
        return (self._service,)

    def reply(self, question: Question) -> Answers:
        """Refuse: nothing more is asked."""
        raise AssertionError(question.step)

    async def put(self, feature: Feature, item: Item, value: Value | None) -> None:
        """Let the user do something."""
        self._do(self._titles[name(item)], feature, value)

    async def put_without_ids(self, feature: Feature, item: Item, value: Value) -> None:
        """Let the user do something with a title that only the service has an id for."""
        title = self._titles[name(item)]
        self._drop_ids(title)
        self._do(title, feature, value)

    @abstractmethod
    def _drop_ids(self, title: T) -> None:
        """Leave a title and its show no ids but those of the service itself."""

    @abstractmethod
    def _forget_position(self, title: T) -> None:
        """Let the user forget about being in the middle of a title."""

    def _do(self, title: T, feature: Feature, value: Value | None) -> None:
        """Let the user do something with a title."""
        person = self._person
        match value:
            case Listed():
                person.put_on_watchlist(title, value.at)
            case Watched():
                for at in dates(value):
                    person.watch(title, at)
            case Rated():
                person.rate(title, round(value.rating), value.at)
            case Progress():
                person.pause(title, round(percent(value), 2), value.at)
            case None:
                self._undo(title, feature)

    def _undo(self, title: T, feature: Feature) -> None:
        """Let the user take something back."""
        match feature:
            case Feature.WATCHLIST:
                self._person.take_off_watchlist(title)
            case Feature.HISTORY:
                self._person.unwatch(title)
            case Feature.RATINGS:
                self._person.unrate(title)
            case Feature.PROGRESS:
                self._forget_position(title)


def item_of(title: Titled) -> Item:
    """Return a title as an item without ids."""
    kind = MediaKind(title.kind.value)
    if title.show is None:
        return Item(kind, {}, title.name, title.year)
    number = title.number if kind is MediaKind.EPISODE else None
    return Item(kind, {}, title.name, None, item_of(title.show), title.season, number)


def played(dates: Iterable[datetime]) -> Watched:
    """Return what plays at some moments say."""
    moments = sorted(dates)
    plays = tuple(Play(at) for at in moments)
    return Watched(moments[-1], plays, len(plays))
