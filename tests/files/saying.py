"""What a file says, in few words."""

from datetime import UTC, datetime

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Progress,
    Rated,
    Record,
    Watched,
)
from custom_components.crosswatch.files.contents import Contents


def moment(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(contents: Contents) -> dict[str, set[str]]:
    """Return what a file says, by feature: each item by its label, with its value."""
    return {
        feature.value: {of_record(record) for record in records}
        for feature, records in contents.records.items()
    }


def of_record(record: Record) -> str:
    """Return what a record says."""
    return f"{name_of(record.item)} {_value(record)}".strip()


def name_of(item: Item) -> str:
    """Return a name for an item, with its kind where it is no film."""
    return item.label if item.kind == "movie" else f"{item.kind.value} {item.label}"


def _value(record: Record) -> str:
    """Return what is said of the item."""
    value = record.value
    at = f"@{value.at:%Y-%m-%dT%H:%M}" if value.at else "@?"
    match value:
        case Listed():
            return at
        case Watched(_, plays, count):
            days = [f"{play.at:%Y-%m-%dT%H:%M}" for play in plays]
            return (f"@{' '.join(days)}" if days else at) + (
                f" x{count}" if count > 1 else ""
            )
        case Rated(rating):
            return f"{rating:g}{at}"
        case Progress(position, _, percent):
            return f"{position or percent}{at}"


def rows_left_out(contents: Contents) -> set[tuple[str, str, str]]:
    """Return where each row is that was left out, and why."""
    return {
        (each.where.file, each.where.row, each.fault.value) for each in contents.faults
    }


HISTORY = Feature.HISTORY
WATCHLIST = Feature.WATCHLIST
RATINGS = Feature.RATINGS
PROGRESS = Feature.PROGRESS
