"""How much an account may hold, and how often it may ask."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from math import ceil
from time import monotonic

from .refusal import Refusal

UPGRADE_URL = "https://trakt.tv/vip"
# Requests sent a second apart arrive a little less than a second apart at times.
LEEWAY = 0.05


@dataclass(slots=True)
class AccountLimits:
    """How many records of each feature an account may hold."""

    watchlist: int = 250
    ratings: int = 10_000
    history: int = 100_000
    favorites: int = 100
    lists: int = 5
    list_items: int = 250


def limits_of(*, vip: bool) -> AccountLimits:
    """Return the limits of a free or of a paying account."""
    if not vip:
        return AccountLimits()
    return AccountLimits(
        watchlist=5_000,
        ratings=20_000,
        favorites=5_000,
        lists=100,
        list_items=5_000,
    )


def refuse_if_full(held: int, new: int, limit: int, *, vip: bool) -> None:
    """Refuse additions for which there is no room; none of them is made."""
    if new and held + new > limit:
        raise Refusal(
            420,
            "Account limit exceeded",
            {
                "X-Upgrade-URL": UPGRADE_URL,
                "X-VIP-User": "true" if vip else "false",
                "X-Account-Limit": str(limit),
            },
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds."""

    name: str
    calls: int
    seconds: int


USER_WRITES = Rate("AUTHED_API_POST_LIMIT", 1, 1)
USER_READS = Rate("AUTHED_API_GET_LIMIT", 1000, 300)
APP_READS = Rate("UNAUTHED_API_GET_LIMIT", 1000, 300)


class RateLimiter:
    """Counts the calls of each user and app in a sliding window of real time."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """Start with nothing counted."""
        self.now = now
        self.refused = 0
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def take(self, rate: Rate, who: str, clock: Callable[[], datetime]) -> None:
        """Count one call, or refuse it; a refused call counts for nothing."""
        calls = self._calls[rate.name, who]
        now = self.now()
        while calls and calls[0] <= now - rate.seconds + LEEWAY:
            calls.popleft()
        if len(calls) < rate.calls:
            calls.append(now)
            return
        self.refused += 1
        wait = max(1, ceil(calls[0] + rate.seconds - now))
        until = clock().astimezone(UTC) + timedelta(seconds=wait)
        told = {
            "name": rate.name,
            "period": rate.seconds,
            "limit": rate.calls,
            "remaining": 0,
            "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }
        raise Refusal(
            429,
            "Rate limit exceeded",
            {"Retry-After": str(wait), "X-Ratelimit": json.dumps(told)},
        )
