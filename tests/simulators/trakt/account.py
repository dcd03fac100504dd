"""One user of the service, and what that person does on the web site."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from .activities import Activities
from .behaviour import Behaviour
from .history import History
from .library import slugify
from .limits import limits_of
from .model import (
    Hidden,
    Kind,
    Listed,
    Paused,
    Play,
    Rated,
    Title,
    Watching,
    to_minute,
    to_seconds,
)
from .shelf import Shelf


class Account:
    """A user with a watchlist, ratings, plays and places where they stopped.

    The methods act as the person; they make no requests and are not limited.
    """

    def __init__(
        self,
        username: str,
        *,
        vip: bool,
        now: Callable[[], datetime],
        behaviour: Behaviour,
    ) -> None:
        """Make an empty account."""
        self.username = username
        self.slug = slugify(username)
        self.vip = vip
        self.private = False
        self.locked = False
        self.deactivated = False
        self.watch_only_once = False
        self.joined = now()
        self.limits = limits_of(vip=vip)
        self.activities = Activities(self.joined, now)
        self.watchlist = Shelf[Title, Listed]()
        self.ratings = Shelf[Title, Rated]()
        self.history = History()
        self.playback: dict[int, Paused] = {}
        self.dropped: dict[Title, Hidden] = {}
        self._watching: Watching | None = None
        self._now = now
        self._behaviour = behaviour
        self._row_ids = count(101)

    def watch(
        self, title: Title, at: datetime | None = None, action: str = "watch"
    ) -> list[Play]:
        """Watch a movie, an episode, or every aired episode of a season or show."""
        now = self._now()
        titles = [title]
        if title.kind in (Kind.SHOW, Kind.SEASON):
            titles = [episode for episode in title.episodes() if episode.aired(now)]
        when = to_seconds(at or now)
        return self.add_plays([(each, when) for each in titles], action=action)

    def unwatch(self, title: Title) -> int:
        """Remove all plays of a title and return how many there were."""
        titles = [title] if title.kind is Kind.MOVIE else title.episodes()
        plays = [play for each in titles for play in self.history.of(each)]
        self.remove_plays(plays)
        return len(plays)

    def rate(self, title: Title, rating: int, at: datetime | None = None) -> None:
        """Rate a title from 1 to 10."""
        self.add_ratings([Rated(title, rating, to_seconds(at or self._now()))])

    def unrate(self, title: Title) -> bool:
        """Take a rating back; return whether there was one."""
        return bool(self.remove_ratings([title]))

    def put_on_watchlist(self, title: Title, at: datetime | None = None) -> bool:
        """Put a title on the watchlist; return whether it was not there yet."""
        return bool(self.add_to_watchlist([(title, None)], at))

    def take_off_watchlist(self, title: Title) -> bool:
        """Take a title from the watchlist; return whether it was there."""
        return bool(self.remove_from_watchlist([title]))

    def pause(
        self, title: Title, progress: float, at: datetime | None = None
    ) -> Paused:
        """Stop in the middle of a movie or an episode."""
        self.forget_playback(title)
        paused = Paused(
            next(self._row_ids), title, progress, to_seconds(at or self._now())
        )
        self.playback[paused.id] = paused
        self.activities.touch(title.kind.plural, "paused_at")
        return paused

    def dismiss_playback(self, row_id: int) -> bool:
        """Forget where somebody stopped; return whether it was known."""
        paused = self.playback.pop(row_id, None)
        if paused is None:
            return False
        self.activities.touch(paused.title.kind.plural, "paused_at")
        return True

    def forget_playback(self, title: Title) -> bool:
        """Forget where somebody stopped in a title; return whether it was known."""
        known = [row.id for row in self.playback.values() if row.title is title]
        for row_id in known:
            del self.playback[row_id]
        return bool(known)

    @property
    def watching(self) -> Watching | None:
        """Return what the person watches; it ends by itself."""
        if self._watching is not None and self._watching.expires_at <= self._now():
            self._watching = None
        return self._watching

    def start_watching(self, title: Title, left: timedelta) -> None:
        """Begin or go on with a title, of which so much is left."""
        now = self._now()
        self._watching = Watching(title, now, now + left)
        if self.forget_playback(title):
            self.activities.touch(title.kind.plural, "paused_at")

    def stop_watching(self) -> None:
        """End what is being watched, whatever it is."""
        self._watching = None

    def drop(self, show: Title) -> bool:
        """Drop a show; return whether it was not dropped yet."""
        if show in self.dropped:
            return False
        self.dropped[show] = Hidden(show, to_seconds(self._now()))
        self.activities.touch("shows", "dropped_at")
        return True

    def pick_up(self, show: Title) -> bool:
        """Take a show up again; return whether it was dropped."""
        if self.dropped.pop(show, None) is None:
            return False
        self.activities.touch("shows", "dropped_at")
        return True

    def add_plays(
        self, plays: Sequence[tuple[Title, int]], *, action: str = "watch"
    ) -> list[Play]:
        """Store plays, to the minute; extra ones are ignored if one is enough."""
        if self.watch_only_once:
            first = {title: (title, at) for title, at in reversed(plays)}
            plays = [
                play for title, play in first.items() if not self.history.of(title)
            ]
        if not plays:
            return []
        added = self.history.add(
            [(title, to_minute(at)) for title, at in plays],
            action=action,
            lag=self._behaviour.read_lag,
        )
        self._touch({play.title.kind for play in added}, "watched_at")
        if self._behaviour.watched_leaves_watchlist:
            self._unlist_watched({play.title for play in added})
        return added

    def remove_plays(self, plays: Sequence[Play]) -> None:
        """Forget plays."""
        if plays:
            self.history.remove(plays, lag=self._behaviour.read_lag)
            self._touch({play.title.kind for play in plays}, "watched_at")

    def add_ratings(self, ratings: Sequence[Rated]) -> None:
        """Store ratings over the ones that are there."""
        if ratings:
            self.ratings.changing(self._behaviour.read_lag)
            self.ratings.live.update((rated.title, rated) for rated in ratings)
            self._touch({rated.title.kind for rated in ratings}, "rated_at")

    def remove_ratings(self, titles: Iterable[Title]) -> list[Title]:
        """Forget ratings; return the titles that had one."""
        removed = [title for title in unique(titles) if title in self.ratings.live]
        if removed:
            self.ratings.changing(self._behaviour.read_lag)
            for title in removed:
                del self.ratings.live[title]
            self._touch({title.kind for title in removed}, "rated_at")
        return removed

    def add_to_watchlist(
        self, rows: Iterable[tuple[Title, str | None]], at: datetime | None = None
    ) -> list[Title]:
        """Append titles with their notes; return those that were not there yet."""
        new = {
            title: notes for title, notes in rows if title not in self.watchlist.live
        }
        if new:
            when = to_seconds(at or self._now())
            self.watchlist.changing(self._behaviour.read_lag)
            for title, notes in new.items():
                row = Listed(next(self._row_ids), title, when, notes)
                self.watchlist.live[title] = row
            self._touch_watchlist(new)
        return list(new)

    def remove_from_watchlist(self, titles: Iterable[Title]) -> list[Title]:
        """Take titles from the watchlist; return those that were there."""
        removed = [title for title in unique(titles) if title in self.watchlist.live]
        if removed:
            self.watchlist.changing(self._behaviour.read_lag)
            for title in removed:
                del self.watchlist.live[title]
            self._touch_watchlist(removed)
        return removed

    def reorder_watchlist(self, row_ids: Sequence[int]) -> list[int]:
        """Put rows first, in the order of their ids; return the ids without a row."""
        rows = {row.id: row for row in self.watchlist.live.values()}
        first = [rows[row_id] for row_id in unique(row_ids) if row_id in rows]
        moved = {row.id for row in first}
        rest = [row for row in rows.values() if row.id not in moved]
        self.watchlist.changing(self._behaviour.read_lag)
        self.watchlist.live = {row.title: row for row in (*first, *rest)}
        self.activities.touch("watchlist", "updated_at")
        return [row_id for row_id in row_ids if row_id not in rows]

    def note(self, row_id: int, notes: str | None) -> bool:
        """Set the notes of a row of the watchlist; return whether there is one."""
        for title, row in self.watchlist.live.items():
            if row.id == row_id:
                self.watchlist.changing(self._behaviour.read_lag)
                self.watchlist.live[title] = replace(row, notes=notes)
                self.activities.touch("watchlist", "updated_at")
                return True
        return False

    def _unlist_watched(self, played: set[Title]) -> None:
        """Take from the watchlist what has been watched: a show, when it is done."""
        listed = self.watchlist.live
        gone = [title for title in played if title in listed]
        shows = {title.show for title in played if title.show is not None}
        gone += [show for show in shows if show in listed and self._is_done(show)]
        seasons = {
            show.children[title.season]
            for title in played
            if (show := title.show) is not None
        }
        gone += [each for each in seasons if each in listed and self._is_done(each)]
        self.remove_from_watchlist(gone)

    def _is_done(self, title: Title) -> bool:
        """Return whether all aired episodes, but for specials, have been watched."""
        now = self._now()
        return all(
            self.history.of(episode)
            for episode in title.episodes()
            if episode.aired(now) and (episode.season or title.kind is Kind.SEASON)
        )

    def _touch_watchlist(self, titles: Iterable[Title]) -> None:
        """Move the stamps of the watchlist."""
        self._touch({title.kind for title in titles}, "watchlisted_at")
        self.activities.touch("watchlist", "updated_at")

    def _touch(self, kinds: set[Kind], name: str) -> None:
        """Move one stamp of each kind."""
        for kind in sorted(kinds):
            self.activities.touch(kind.plural, name)


def unique[T](things: Iterable[T]) -> list[T]:
    """Return each thing once, in the order of first sight."""
    return list(dict.fromkeys(things))
