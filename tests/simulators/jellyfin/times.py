"""Moments as Jellyfin keeps them: ticks of 100 ns, told with seven fraction digits."""

from datetime import UTC, datetime, timedelta
import re

TICKS_A_SECOND = 10_000_000
TICKS_A_MINUTE = 60 * TICKS_A_SECOND

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

NEVER = "0001-01-01T00:00:00.0000000Z"

ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?"
    r"(Z|[+-]\d\d:?\d\d)?"
)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


def to_ticks(moment: datetime) -> int:
    """Return the ticks since 1970."""
    return (moment - EPOCH) // MICROSECOND * 10


def to_text(ticks: int) -> str:
    """Return ticks since 1970 as they stand in an answer."""
    seconds, fraction = divmod(ticks, TICKS_A_SECOND)
    moment = EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:07}Z"


def parse(text: str, *, compact: bool = False) -> int | None:
    """Return the ticks since 1970 that a client means, or None if it makes no sense.

    A moment without a zone is UTC. `compact` allows yyyyMMddHHmmss.
    """
    zone: str | None = None
    fraction = 0
    if compact and (match := COMPACT.fullmatch(text)):
        numbers = [int(group) for group in match.groups()]
    elif match := ISO.fullmatch(text):
        numbers = [int(group or 0) for group in match.groups()[:6]]
        fraction = int((match[7] or "").ljust(7, "0"))
        zone = match[8]
    else:
        return None
    try:
        moment = datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment -= sign * offset
    return to_ticks(moment) + fraction
