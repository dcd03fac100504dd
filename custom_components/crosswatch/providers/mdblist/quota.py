"""How many requests a day an account may make, and how many of them are left."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ...engine.provider import RateLimitedError
from ..http import JsonObject
from ..spec import Allowance

type Now = Callable[[], datetime]

# Kept back from writes, so that the account can still be looked at for the rest of the
# day; of a small allowance a third has to do.
RESERVE: Final = 20
_PART: Final = 3
# A longer wait than this says that the day's requests are used up: those of the short
# window, 5 minutes, come back sooner.
LONGEST_WINDOW: Final = 310
# Others may use the same key: so many own requests after it was told how many were
# made, the number is no longer believed.
_BELIEVED_FOR: Final = 200
_MINUTE: Final = timedelta(minutes=1)


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Quota:
    """Counts the requests of an account, day by day; days begin at midnight UTC.

    The service tells both numbers with the account. Asking for them is a request as
    well, so that everything is counted here in between.
    """

    def __init__(self, now: Now) -> None:
        """Start without knowing anything."""
        self._now = now
        self._limit: int | None = None
        self._used = 0
        self._day: date | None = None
        self._since_told = _BELIEVED_FOR
        self._closed_until: datetime | None = None

    @property
    def allowance(self) -> Allowance | None:
        """Return what is left of the day's requests; None while that is not known."""
        self._begin_day()
        if self._limit is None:
            return None
        left = 0 if self._is_closed() else max(self._limit - self._used, 0)
        return Allowance(limit=self._limit, left=left, reset=self._reset())

    @property
    def is_doubtful(self) -> bool:
        """Tell whether the service should be asked before much is sent."""
        self._begin_day()
        return self._since_told >= _BELIEVED_FOR and not self._is_closed()

    def spend(self, *, write: bool) -> None:
        """Count a request that is about to be sent; raise if there is none left."""
        self._begin_day()
        if self._is_closed():
            raise self._exhausted("The service has said so")
        if self._limit is not None:
            kept = min(RESERVE, self._limit // _PART) if write else 0
            if self._used + kept >= self._limit:
                said = f"{self._used} of {self._limit} were made"
                raise self._exhausted(f"{said}, and {kept} are kept for reading")
        self.count(1)

    def count(self, requests: int) -> None:
        """Count requests that were sent."""
        self._used += requests
        self._since_told += requests

    def told(self, user: JsonObject) -> None:
        """Take what the service says of the account; older answers may lack it."""
        self._begin_day()
        limit, used = user.get("api_requests"), user.get("api_requests_count")
        self._since_told = 0
        if type(limit) is int and type(used) is int and limit > 0 and used >= 0:
            self._limit, self._used = limit, used
            self._closed_until = None

    def heed(self, headers: Mapping[str, str]) -> None:
        """Take what the headers of an answer say.

        [unsure] whether they are about the day or about the short window: only those
        that name midnight as the end are believed.
        """
        numbers = [
            headers.get(f"X-RateLimit-{name}", "")
            for name in ("Limit", "Remaining", "Reset")
        ]
        if not all(text.isascii() and text.isdecimal() for text in numbers):
            return
        limit, left, reset = map(int, numbers)
        self._begin_day()
        apart = abs(reset - self._reset().timestamp())
        if limit > 0 and left <= limit and apart < _MINUTE.total_seconds():
            self._limit, self._used, self._since_told = limit, limit - left, 0

    def close(self, retry_after: float) -> None:
        """Note that the service wants no more requests for so many seconds."""
        if retry_after > LONGEST_WINDOW:
            wait = timedelta(seconds=min(retry_after, 86_400))
            self._closed_until = self._now() + wait

    def _is_closed(self) -> bool:
        """Tell whether the service has asked to wait until later than now."""
        return self._closed_until is not None and self._now() < self._closed_until

    def _exhausted(self, why: str) -> RateLimitedError:
        """Return the error for a request that is not sent."""
        until = self._closed_until if self._is_closed() else self._reset()
        assert until is not None
        return RateLimitedError(
            f"MDBList takes no more requests of this account today: {why}",
            max((until - self._now()).total_seconds(), 1.0),
        )

    def _begin_day(self) -> None:
        """Start counting anew where a day has begun since the last request."""
        today = self._now().astimezone(UTC).date()
        if self._day == today:
            return
        self._day = today
        self._used = 0
        self._since_told = _BELIEVED_FOR

    def _reset(self) -> datetime:
        """Return the next midnight UTC."""
        today = self._now().astimezone(UTC).date()
        return datetime.combine(today + timedelta(days=1), time(), UTC)
