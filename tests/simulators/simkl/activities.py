"""When what last changed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from .model import Bucket, JsonObject, stamp, to_second

_COMMON = ("rated_at", "playback", "plantowatch", "completed", "dropped")
NAMES = {
    Bucket.MOVIES: (*_COMMON, "removed_from_list"),
    Bucket.SHOWS: (*_COMMON, "watching", "hold", "removed_from_list"),
    Bucket.ANIME: (*_COMMON, "watching", "hold", "removed_from_list"),
}


class Activities:
    """The stamps of one account. No two changes have the same one."""

    def __init__(self, joined: datetime, now: Callable[[], datetime]) -> None:
        """Start as an account on which nothing was ever done."""
        self._now = now
        self._last = to_second(joined)
        self._joined = self._last
        self._stamps: dict[tuple[Bucket, str], datetime] = {}

    def tick(self) -> datetime:
        """Return the moment of a change."""
        self._last = max(to_second(self._now()), self._last + timedelta(seconds=1))
        return self._last

    def touch(self, bucket: Bucket, *names: str) -> None:
        """Note that the last change was one of these."""
        for name in names:
            if name in NAMES[bucket]:
                self._stamps[bucket, name] = self._last

    def json(self) -> JsonObject:
        """Return the stamps as the service shows them; null is never."""
        answer: JsonObject = {
            "all": stamp(self._last),
            "settings": {"all": stamp(self._joined)},
        }
        for bucket, names in NAMES.items():
            stamps = {name: self._stamps.get((bucket, name)) for name in names}
            newest = max(filter(None, stamps.values()), default=None)
            answer[bucket.stamps] = {
                "all": stamp(newest),
                **{name: stamp(moment) for name, moment in stamps.items()},
            }
        return answer
