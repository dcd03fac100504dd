"""Small words for the tests of the tracker: items, operations, and a tracker itself."""

from datetime import UTC, datetime
from pathlib import Path

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import Provider
from custom_components.crosswatch.providers.tracker.database import create
from custom_components.crosswatch.providers.tracker.naming import file_name
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider

from .operating import operation, written

NAME = "Home"


def day(number: int) -> datetime:
    """Return noon of a day in May 2024."""
    return datetime(2024, 5, number, 12, tzinfo=UTC)


def movie(title: str = "", year: int | None = None, **ids: str) -> Item:
    """Return a film."""
    return Item(MediaKind.MOVIE, ids, title, year)


def show(title: str = "", year: int | None = None, **ids: str) -> Item:
    """Return a series."""
    return Item(MediaKind.SHOW, ids, title, year)


def episode(of: Item, season: int, number: int, **ids: str) -> Item:
    """Return an episode of a series."""
    return Item(MediaKind.EPISODE, ids, "", None, of, season, number)


def tracker(folder: Path) -> TrackerProvider:
    """Return a tracker, whose file is made if there is none."""
    path = folder / file_name(NAME)
    if not path.exists():
        create(path)
    return TrackerProvider(NAME, path)


async def put(
    provider: Provider, feature: Feature, *pairs: tuple[Item, Value | None]
) -> list[OutcomeKind]:
    """Write values (None removes) and return what came of each."""
    operations = [operation(item, value, feature=feature) for item, value in pairs]
    outcomes = await written(provider, feature, operations)
    return [outcome.kind for outcome in outcomes]


async def held(provider: Provider, feature: Feature) -> list[tuple[Item, Value]]:
    """Return the items of a feature and what it says of them, in order."""
    snapshot = await provider.read(feature, None)
    return [(record.item, record.value) for record in snapshot.records.values()]


def dates(value: Value) -> list[datetime]:
    """Return the moments of all plays."""
    assert isinstance(value, Watched)
    return [play.at for play in value.plays]
