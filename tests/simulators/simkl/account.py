"""One user of the service, and what that person does on the web site."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import count

from .activities import Activities
from .behaviour import Behaviour
from .model import (
    Bucket,
    Entry,
    Episode,
    Paused,
    Place,
    Rewatch,
    Status,
    Title,
    to_second,
)

type State = tuple[dict[int, Entry], dict[int, Paused]]

RETENTION = {"free": 7, "pro": 30, "vip": 90}
MAX_REWATCHES = 50


class Account:
    """A user with a library and places where they stopped.

    The methods act as the person; they make no requests and are not limited.
    """

    def __init__(
        self,
        user_id: int,
        name: str,
        *,
        plan: str,
        now: Callable[[], datetime],
        behaviour: Behaviour,
    ) -> None:
        """Make an empty account; `plan` is free, pro or vip."""
        self.user_id = user_id
        self.name = name
        self.plan = plan
        self.joined = to_second(now() - timedelta(days=1))
        self.activities = Activities(self.joined, now)
        self.entries: dict[int, Entry] = {}
        self.paused: dict[int, Paused] = {}
        self._now = now
        self._behaviour = behaviour
        self._numbers = count(5001)
        self._stale: State | None = None
        self._reads_left = 0

    def seen(self) -> State:
        """Return what a reader sees: with a lag, what was there before a change."""
        if self._stale is None or self._reads_left < 1:
            self._stale = None
            return self.entries, self.paused
        self._reads_left -= 1
        return self._stale

    def entry(self, title: Title) -> Entry | None:
        """Return a title's entry."""
        return self.entries.get(title.simkl)

    def changing(self) -> datetime:
        """Prepare for a change and return its moment."""
        if (lag := self._behaviour.read_lag) and self._stale is None:
            entries = {key: entry.copy() for key, entry in self.entries.items()}
            self._stale = entries, dict(self.paused)
        self._reads_left = self._behaviour.read_lag if lag else 0
        return self.activities.tick()

    def put_on(
        self, title: Title, status: Status, at: datetime | None = None
    ) -> Status:
        """Put a title on a list, or move it there; return the list that it is on."""
        if title.bucket is Bucket.MOVIES and status is Status.WATCHING:
            status = Status.COMPLETED
        if status is Status.COMPLETED and not title.released:
            status = Status.PLANTOWATCH
        if status is Status.COMPLETED and not title.ended:
            status = Status.WATCHING
        entry, now = self._opened(title, status, at)
        self._move(entry, status)
        if status is Status.COMPLETED:
            entry.last_watched_at = entry.last_watched_at or to_second(at or now)
            for episode in title.regular():
                entry.watched.setdefault(episode.place, to_second(at or now))
        return entry.status

    def remove(self, title: Title) -> bool:
        """Take a title out of the library, with all that is known of it."""
        if title.simkl not in self.entries:
            return False
        now = self.changing()
        entry = self.entries.pop(title.simkl)
        entry.changed_at = now
        self.activities.touch(title.bucket, "removed_from_list", entry.status.value)
        return True

    def rate(self, title: Title, rating: int, at: datetime | None = None) -> Status:
        """Rate a title; one that is on no list is put on one for that."""
        known = title.simkl in self.entries
        status = _status_of_rated(title)
        entry, now = self._opened(title, status, None)
        if not known:
            self.activities.touch(title.bucket, entry.status.value)
        entry.rating, entry.rated_at = rating, to_second(at or now)
        self.activities.touch(title.bucket, "rated_at")
        return entry.status

    def unrate(self, title: Title) -> bool:
        """Take a rating back; the title stays where it is."""
        entry = self.entry(title)
        if entry is None or entry.rating is None:
            return False
        entry.changed_at = self.changing()
        entry.rating = entry.rated_at = None
        self.activities.touch(title.bucket, "rated_at")
        return True

    def watch(
        self, title: Title, episode: Episode | None = None, at: datetime | None = None
    ) -> bool:
        """Watch a film or an episode; return whether that was new."""
        entry = self.entry(title)
        if entry is not None and _has_watched(entry, episode):
            return False
        entry, now = self._opened(title, Status.WATCHING, None)
        when = to_second(at or now)
        if episode is None:
            entry.last_watched_at = when
            self._move(entry, Status.COMPLETED)
            return True
        entry.watched[episode.place] = when
        entry.last_watched_at = max(filter(None, (entry.last_watched_at, when)))
        self._move(entry, _status_of_watched(entry))
        return True

    def watch_again(
        self, title: Title, episode: Episode | None, at: datetime
    ) -> Rewatch | None:
        """Watch something once more, where the account and the dates allow that."""
        entry = self.entry(title)
        if (
            self.plan == "free"
            or entry is None
            or len(entry.rewatches) >= MAX_REWATCHES
        ):
            return None
        when = to_second(at)
        apart = timedelta(days=self._behaviour.rewatch_apart)
        if any(abs(each - when) < apart for each in dates_of(entry, episode)):
            return None
        entry.changed_at = self.changing()
        session = next(
            (
                each
                for each in entry.rewatches
                if episode is not None and episode.place not in each.watched
            ),
            None,
        )
        if session is None:
            session = Rewatch(next(self._numbers), when)
            entry.rewatches.append(session)
        session.last_watched_at = max(session.last_watched_at, when)
        if episode is not None:
            session.watched[episode.place] = when
        self.activities.touch(title.bucket, entry.status.value)
        return session

    def unwatch(self, title: Title, episodes: Iterable[Episode]) -> int:
        """Take episodes back; return how many had been watched."""
        entry = self.entry(title)
        places = [each.place for each in episodes]
        doomed = [place for place in places if entry and place in entry.watched]
        if entry is None or not doomed:
            return 0
        entry.changed_at = self.changing()
        for place in doomed:
            del entry.watched[place]
            for session in entry.rewatches:
                session.watched.pop(place, None)
        if entry.status is Status.COMPLETED:
            entry.status = Status.WATCHING
            self.activities.touch(title.bucket, Status.COMPLETED.value)
        left = [moment for moment in entry.watched.values() if moment]
        entry.last_watched_at = max(left, default=None)
        self.activities.touch(title.bucket, entry.status.value)
        return len(doomed)

    def pause(
        self,
        title: Title,
        episode: Episode | None,
        progress: float,
        at: datetime | None = None,
    ) -> Paused:
        """Stop in the middle of something."""
        now = self.changing()
        for known in list(self.paused.values()):
            same = known.title is title and (
                self._behaviour.one_session_per_title or known.episode is episode
            )
            if same:
                del self.paused[known.session_id]
        session = Paused(
            next(self._numbers), title, episode, progress, to_second(at or now)
        )
        self.paused[session.session_id] = session
        self.activities.touch(title.bucket, "playback")
        return session

    def dismiss(self, session_id: int) -> bool:
        """Forget where somebody stopped."""
        if session_id not in self.paused:
            return False
        self.changing()
        session = self.paused.pop(session_id)
        self.activities.touch(session.title.bucket, "playback")
        return True

    def expire(self) -> None:
        """Forget what is older than the account's plan keeps; nothing tells of it."""
        oldest = self._now() - timedelta(days=RETENTION[self.plan])
        for session in [each for each in self.paused.values() if each.at < oldest]:
            del self.paused[session.session_id]

    def _opened(
        self, title: Title, status: Status, at: datetime | None
    ) -> tuple[Entry, datetime]:
        """Return the entry of a title that is about to change, and the moment."""
        now = self.changing()
        entry = self.entries.get(title.simkl)
        if entry is None:
            added = to_second(at or now)
            entry = self.entries[title.simkl] = Entry(title, status, added, now)
        entry.changed_at = now
        return entry, now

    def _move(self, entry: Entry, status: Status) -> None:
        """Move an entry to a list: both lists change."""
        stamps = {entry.status.value, status.value}
        entry.status = status
        self.activities.touch(entry.title.bucket, *stamps)


def dates_of(entry: Entry, episode: Episode | None) -> list[datetime]:
    """Return when a film or an episode was watched, all viewings together."""
    if episode is None:
        first = [entry.last_watched_at] if entry.last_watched_at else []
        return [*first, *(each.last_watched_at for each in entry.rewatches)]
    place: Place = episode.place
    moments = [entry.watched.get(place)]
    moments += [each.watched.get(place) for each in entry.rewatches]
    return [moment for moment in moments if moment is not None]


def _has_watched(entry: Entry, episode: Episode | None) -> bool:
    """Tell whether a film or an episode has been watched already."""
    if episode is None:
        return entry.status is Status.COMPLETED and entry.last_watched_at is not None
    return episode.place in entry.watched


def _status_of_watched(entry: Entry) -> Status:
    """Return the list of a series of which an episode was watched."""
    title = entry.title
    all_seen = all(each.place in entry.watched for each in title.regular())
    return Status.COMPLETED if all_seen and title.ended else Status.WATCHING


def _status_of_rated(title: Title) -> Status:
    """Return the list that a rated title is put on if it is on none."""
    if title.bucket is Bucket.MOVIES:
        return Status.COMPLETED if title.released else Status.PLANTOWATCH
    return Status.COMPLETED if len(title.regular()) == 1 else Status.WATCHING
