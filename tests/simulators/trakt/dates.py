"""Dates as clients send them."""

from datetime import UTC, datetime

from .model import to_seconds
from .refusal import Refusal

DAY = 86_400


def sent_moment(value: object, name: str) -> int:
    """Return the seconds of an ISO date in a body; one without a zone is UTC."""
    moment = parse(value)
    if moment is None:
        raise Refusal(422, f"{name} is not a date")
    return to_seconds(moment)


def queried_moment(value: str, *, end: bool = False) -> int:
    """Return the seconds of a date in a query; a bare day ends with its last one."""
    moment = parse(value)
    if moment is None:
        raise Refusal(400, f"{value} is not a date")
    whole_day = end and len(value) == len("2026-01-31")
    return to_seconds(moment) + (DAY - 1 if whole_day else 0)


def parse(value: object) -> datetime | None:
    """Return an ISO date, or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
