"""How often an account may ask: in a window of five minutes, and in a day."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import ceil

from .account import Account
from .behaviour import Behaviour, Numbers
from .model import Refusal

WINDOW = timedelta(minutes=5)
CALLS = {"read": 1000, "write": 300}


class Limiter:
    """Counts the requests of each account."""

    def __init__(self, now: Callable[[], datetime], behaviour: Behaviour) -> None:
        """Start with nothing counted."""
        self.refused = 0
        self._now = now
        self._behaviour = behaviour
        self._calls: defaultdict[tuple[int, str], deque[datetime]] = defaultdict(deque)
        self._days: defaultdict[tuple[int, date], int] = defaultdict(int)

    def used(self, account: Account) -> int:
        """Return how many requests an account has made today."""
        return self._days[account.user_id, self._today()]

    def per_day(self, account: Account) -> list[int]:
        """Return how many requests an account has made, day by day."""
        days = sorted(self._days.items())
        return [number for (user_id, _), number in days if user_id == account.user_id]

    def use(self, account: Account, requests: int) -> None:
        """Count requests that another app has made with the same key."""
        self._days[account.user_id, self._today()] += requests

    def take(self, account: Account, kind: str) -> None:
        """Count a request, or refuse it; what is refused is not counted."""
        now = self._now()
        if self.used(account) >= account.daily_limit:
            self.refused += 1
            wait = ceil((self._midnight() - now).total_seconds())
            raise Refusal(
                429, "Daily API limit reached", {"Retry-After": str(max(wait, 1))}
            )
        calls = self._calls[account.user_id, kind]
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if self._behaviour.enforce_window and len(calls) >= CALLS[kind]:
            self.refused += 1
            wait = ceil((calls[0] + WINDOW - now).total_seconds())
            raise Refusal(429, "Too many requests", {"Retry-After": str(max(wait, 1))})
        calls.append(now)
        self.use(account, 1)

    def headers(self, account: Account) -> Mapping[str, str]:
        """Return what an answer says of the limits."""
        match self._behaviour.headers:
            case Numbers.NONE:
                return {}
            case Numbers.DAY:
                limit, used = account.daily_limit, self.used(account)
                reset = self._midnight()
            case Numbers.WINDOW:
                limit = CALLS["read"]
                used = len(self._calls[account.user_id, "read"])
                reset = self._now() + WINDOW
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(limit - used, 0)),
            "X-RateLimit-Reset": str(int(reset.timestamp())),
        }

    def _today(self) -> date:
        """Return the day that it is in UTC."""
        return self._now().astimezone(UTC).date()

    def _midnight(self) -> datetime:
        """Return the end of the day."""
        return datetime.combine(self._today() + timedelta(days=1), time(), UTC)
