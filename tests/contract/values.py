"""What is said of titles: values to put somewhere, and when two are the same."""

from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Play,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.provider import FeatureSupport

from .titles import RUNTIMES, name

BEGAN: Final = datetime(2026, 3, 1, 20, 30, 40, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)


def moment(number: int) -> datetime:
    """Return one moment of many, an hour apart."""
    return BEGAN + timedelta(hours=number)


def made(feature: Feature, item: Item, number: int = 0, *, days: int = 0) -> Value:
    """Return what is said of an item; another number or day says something else.

    Ratings are even, so that services with coarse steps can hold them.
    """
    at = moment(number) + timedelta(days=days)
    match feature:
        case Feature.WATCHLIST:
            return Listed(at)
        case Feature.HISTORY:
            return Watched(at, (Play(at),), 1)
        case Feature.RATINGS:
            return Rated(float(10 if (number + days) % 2 else 2), at)
        case Feature.PROGRESS:
            length = RUNTIMES[name(item)]
            part = 0.2 + 0.05 * ((number + days) % 6)
            position = int(length * part) // 1000 * 1000
            return Progress(position, length, at=at)


def dates(value: Value) -> list[datetime]:
    """Return the moments of all plays."""
    assert isinstance(value, Watched)
    return [play.at for play in value.plays] or ([value.at] if value.at else [])


def is_told(
    wanted: Value,
    found: Value,
    support: FeatureSupport,
    *,
    dated: bool = True,
    near: timedelta = SECOND,
) -> bool:
    """Tell whether one value says what another does, as exactly as can be held.

    Dates have to be as `near` each other, or as the precision allows.
    """
    match wanted, found:
        case Watched(), Watched():
            if not dated:
                return True
            near = max(support.precision, near)
            newest = dates(wanted) if support.plays else dates(wanted)[-1:]
            return all(
                any(abs(at - each) <= near for each in dates(found)) for at in newest
            )
        case Rated(), Rated():
            return abs(wanted.rating - found.rating) <= support.rating_step / 2
        case Progress(), Progress():
            return _is_near(wanted, found)
    return type(wanted) is type(found)


def _is_near(wanted: Progress, found: Progress) -> bool:
    """Tell whether two positions are the same to the second, or to the percent."""
    if wanted.position_ms is not None and found.position_ms is not None:
        return abs(wanted.position_ms - found.position_ms) <= 1000
    return abs(percent(wanted) - percent(found)) <= 1


def percent(value: Progress) -> float:
    """Return how far something was played, out of 100."""
    if value.percent is not None:
        return value.percent
    assert value.position_ms is not None
    assert value.duration_ms is not None
    return 100 * value.position_ms / value.duration_ms
