"""What the stamps of `/sync/activities` say: markers, and what to ask for then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from ...engine.model import Feature
from ..answer import Answer, JsonObject

# The three parts of the library, with the names of their blocks of stamps.
BUCKETS: Final[Mapping[str, tuple[str, ...]]] = {
    "movies": ("movies",),
    "shows": ("tv_shows", "shows"),
    "anime": ("anime",),
}
REMOVED: Final = "removed_from_list"
_LISTS: Final = ("plantowatch", "watching", "hold", "completed", "dropped", REMOVED)
NAMES: Final[Mapping[Feature, tuple[str, ...]]] = {
    Feature.WATCHLIST: _LISTS,
    Feature.HISTORY: _LISTS,
    Feature.RATINGS: ("rated_at", REMOVED),
    # What was watched to its end is no longer among what was stopped.
    Feature.PROGRESS: ("playback", "watching", "completed"),
}
# For so long after a change SIMKL may not list it yet, though its stamp has moved. A
# marker of that time is another one later on, so that all is looked at once more.
_LATE: Final = timedelta(seconds=30)
_FRESH: Final = "fresh"
_NEVER: Final = "-"
# Stamps are told to the second, and what is listed anew does no harm.
_OVERLAP: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamps of one feature: for each part of the library those in `NAMES`."""

    feature: Feature
    values: tuple[str, ...]

    @classmethod
    def from_marker(cls, feature: Feature, marker: str) -> Stamps | None:
        """Return the stamps in a marker, None for one that is not ours."""
        values = tuple(part for part in marker.split(" ") if part != _FRESH)
        if len(values) != len(BUCKETS) * len(NAMES[feature]):
            return None
        if any(part != _NEVER and moment_of(part) is None for part in values):
            return None
        return cls(feature, values)

    def marker(self, now: datetime) -> str:
        """Return the marker at a moment, by SIMKL's clock."""
        newest = self.newest()
        fresh = newest is not None and now - newest < _LATE
        return " ".join([*self.values, _FRESH] if fresh else self.values)

    def newest(self) -> datetime | None:
        """Return the newest stamp."""
        moments = (moment_of(part) for part in self.values if part != _NEVER)
        return max(filter(None, moments), default=None)

    def since(self) -> str | None:
        """Return from when on to ask for what changed after these stamps."""
        newest = self.newest()
        return None if newest is None else text_of(newest - _OVERLAP)

    def moved(self, before: Stamps, *names: str) -> list[str]:
        """Return the parts of the library in which something changed since."""
        return [
            bucket
            for bucket in BUCKETS
            if any(
                self._get(bucket, name) != before._get(bucket, name)
                for name in names or NAMES[self.feature]
            )
        ]

    def latest(self) -> list[str]:
        """Return the parts of the library in which something changed last."""
        newest = self.newest()
        return [
            bucket
            for bucket in BUCKETS
            if any(
                self._get(bucket, name) != _NEVER
                and newest is not None
                and (at := moment_of(self._get(bucket, name))) is not None
                and newest - at < _OVERLAP
                for name in NAMES[self.feature]
            )
        ]

    def ever(self, bucket: str) -> bool:
        """Tell whether anything was ever done in a part of the library."""
        return any(self._get(bucket, name) != _NEVER for name in NAMES[self.feature])

    def _get(self, bucket: str, name: str) -> str:
        """Return one stamp."""
        names = NAMES[self.feature]
        place = list(BUCKETS).index(bucket) * len(names) + names.index(name)
        return self.values[place]


def stamps_from(activities: JsonObject, feature: Feature) -> Stamps | None:
    """Return the stamps of a feature, None where there is one that makes no sense.

    A stamp may be missing, as films have no list of what is being watched.
    """
    values: list[str] = []
    for blocks in BUCKETS.values():
        block = next(filter(None, map(activities.get, blocks)), None)
        if not isinstance(block, dict):
            return None
        for stamp in map(block.get, NAMES[feature]):
            if stamp is None:
                values.append(_NEVER)
            elif isinstance(stamp, str) and moment_of(stamp) is not None:
                values.append(stamp)
            else:
                return None
    return Stamps(feature, tuple(values))


def markers_from(
    answer: Answer, features: Iterable[Feature]
) -> Iterator[tuple[Feature, str]]:
    """Yield the markers of features; none where the stamps make no sense."""
    activities, now = answer.object(), clock_of(answer)
    for feature in features:
        if feature in NAMES and (stamps := stamps_from(activities, feature)):
            yield feature, stamps.marker(now)


def clock_of(answer: Answer) -> datetime:
    """Return what time it is at SIMKL, as far as it says so."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return datetime.now(UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def moment_of(text: str) -> datetime | None:
    """Return a stamp as a moment, None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if " " in text:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def text_of(moment: datetime) -> str:
    """Return a moment as SIMKL writes it."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"
