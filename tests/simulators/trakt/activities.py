"""When something of each kind last changed in an account."""

from collections.abc import Callable
from datetime import datetime

from .model import JsonObject, stamp

COMMON = ("rated_at", "watchlisted_at", "commented_at")
WATCHABLE = ("watched_at", "collected_at", "paused_at", *COMMON)
GROUPS: dict[str, tuple[str, ...]] = {
    "movies": (*WATCHABLE, "favorited_at", "hidden_at"),
    "episodes": WATCHABLE,
    "shows": (*COMMON, "favorited_at", "hidden_at", "dropped_at"),
    "seasons": (*COMMON, "hidden_at"),
    "comments": ("liked_at", "reacted_at", "blocked_at"),
    "lists": ("liked_at", "reacted_at", "updated_at", "commented_at"),
    "watchlist": ("updated_at",),
    "favorites": ("updated_at",),
    "collaborations": ("updated_at",),
    "account": (
        "settings_at",
        "followed_at",
        "following_at",
        "pending_at",
        "requested_at",
    ),
    "saved_filters": ("updated_at",),
    "notes": ("updated_at",),
}


class Activities:
    """The stamps of one account, in milliseconds; every change moves them on."""

    def __init__(self, since: datetime, now: Callable[[], datetime]) -> None:
        """Start with the moment at which the account was made."""
        self._now = now
        self.all = int(since.timestamp() * 1000)
        self._stamps = {
            (group, name): self.all for group, names in GROUPS.items() for name in names
        }

    def touch(self, group: str, name: str) -> None:
        """Note a change, later than any before, also when the clock stands still."""
        if (group, name) not in self._stamps:
            raise KeyError((group, name))
        self.all = max(int(self._now().timestamp() * 1000), self.all + 1)
        self._stamps[group, name] = self.all

    def at(self, group: str, name: str) -> float:
        """Return one stamp in seconds."""
        return self._stamps[group, name] / 1000

    def as_json(self) -> JsonObject:
        """Return all stamps as the service tells them."""
        answer: JsonObject = {"all": stamp(self.all / 1000)}
        for group, names in GROUPS.items():
            answer[group] = {name: stamp(self.at(group, name)) for name in names}
        return answer
