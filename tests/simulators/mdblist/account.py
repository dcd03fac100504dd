"""One user of the service, and what that person does on the web site."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from ..trakt.shelf import Shelf
from .behaviour import Behaviour
from .model import Kind, Noted, Row, Title, text_of

STAMPS = (
    "watchlisted_at",
    "watched_at",
    "season_watched_at",
    "episode_watched_at",
    "rated_at",
    "collected_at",
    "journal_at",
    "dropped_at",
    "paused_at",
)
_TICK = timedelta(microseconds=1)


class Account:
    """A user with a watchlist, ratings, plays and positions.

    The methods act as the person; they make no requests and are not limited.
    """

    def __init__(
        self,
        username: str,
        user_id: int,
        api_key: str,
        *,
        now: Callable[[], datetime],
        behaviour: Behaviour,
    ) -> None:
        """Make an empty account on the free plan."""
        self.username = username
        self.user_id = user_id
        self.api_key = api_key
        self.daily_limit = 1000
        self.watchlist = Shelf[Title, Row]()
        self.ratings = Shelf[Title, Row]()
        self.history = Shelf[int, Row]()
        self.positions = Shelf[int, Row]()
        self.journal: list[Noted] = []
        self.stamps: dict[str, datetime | None] = dict.fromkeys(STAMPS)
        self._last = datetime.min.replace(tzinfo=UTC)
        self._now = now
        self._behaviour = behaviour
        self._ids = count(5001)

    def activities(self) -> dict[str, object]:
        """Return when what last changed; the present moment always has."""
        stamps = {
            name: None if stamp is None else text_of(stamp)
            for name, stamp in self.stamps.items()
        }
        return {**stamps, "server_time": text_of(self._moment())}

    def watch(self, title: Title, at: datetime | None = None) -> list[tuple[Row, bool]]:
        """Watch a title, of a show or a season all episodes; tell what was new."""
        moment = (at or self._now()).replace(microsecond=0)
        if title.kind in {Kind.SHOW, Kind.SEASON} and self._behaviour.shows_in_journal:
            self._note("watched", title, value_at=moment)
            return [self._play(each, moment, noted=False) for each in title.played()]
        return [self._play(each, moment) for each in title.played()]

    def _play(
        self, title: Title, at: datetime, *, noted: bool = True
    ) -> tuple[Row, bool]:
        """Store a play, unless there is one so near that it is the same."""
        for row in self.plays_of(title):
            if abs(row.at - at) < self._behaviour.same_play:
                return row, False
        row = Row(next(self._ids), title, at, self._moment())
        self.history.changing(self._behaviour.read_lag)
        self.history.live[row.row_id] = row
        is_movie = title.kind is Kind.MOVIE
        self._touch("watched_at" if is_movie else "episode_watched_at")
        if noted:
            self._note("watched", title, value_at=at)
        return row, True

    def plays_of(self, title: Title) -> list[Row]:
        """Return the plays of a title."""
        return [row for row in self.history.live.values() if row.title is title]

    def unwatch(self, title: Title) -> int:
        """Take all plays of a title away; return of how many titles."""
        gone = [each for each in title.played() if self.plays_of(each)]
        for each in gone:
            self.history.changing(self._behaviour.read_lag)
            for row in self.plays_of(each):
                del self.history.live[row.row_id]
            self._note("watched", each, is_removal=True)
        return len(gone)

    def remove_play(self, play_id: int) -> bool:
        """Take one play away; return whether there was one."""
        if (row := self.history.live.get(play_id)) is None:
            return False
        self.history.changing(self._behaviour.read_lag)
        del self.history.live[play_id]
        self._note("watched", row.title, is_removal=True)
        return True

    def rate(self, title: Title, rating: int, at: datetime | None = None) -> str:
        """Rate a title; return what that was."""
        known = self.ratings.live.get(title)
        if known is not None and known.rating == rating and at in {None, known.at}:
            return "existing"
        moment = (at or self._now()).replace(microsecond=0)
        row = Row(next(self._ids), title, moment, self._moment(), rating=rating)
        self.ratings.changing(self._behaviour.read_lag)
        self.ratings.live[title] = row
        self._touch("rated_at")
        self._note("rated", title, value_at=moment, rating=rating)
        return "added" if known is None else "updated"

    def unrate(self, title: Title) -> bool:
        """Take a rating back; return whether there was one."""
        if title not in self.ratings.live:
            return False
        self.ratings.changing(self._behaviour.read_lag)
        del self.ratings.live[title]
        self._note("rated", title, is_removal=True)
        return True

    def put_on_watchlist(self, title: Title, at: datetime | None = None) -> bool:
        """Put a title on the watchlist; return whether it was not there yet."""
        if title in self.watchlist.live:
            return False
        moment = (at or self._now()).replace(microsecond=0)
        self.watchlist.changing(self._behaviour.read_lag)
        self.watchlist.live[title] = Row(next(self._ids), title, moment, self._moment())
        self._touch("watchlisted_at")
        return True

    def take_off_watchlist(self, title: Title) -> bool:
        """Take a title from the watchlist; return whether it was there."""
        if title not in self.watchlist.live:
            return False
        self.watchlist.changing(self._behaviour.read_lag)
        del self.watchlist.live[title]
        if self._behaviour.removal_moves_watchlist:
            self._touch("watchlisted_at")
        return True

    def pause(self, title: Title, percent: float, at: datetime | None = None) -> Row:
        """Stop in the middle of a film or an episode."""
        self._forget(self.positions_of(title))
        moment = self._moment()
        row = Row(next(self._ids), title, at or moment, moment, percent=percent)
        self.positions.changing(self._behaviour.read_lag)
        self.positions.live[row.row_id] = row
        self._touch("paused_at")
        return row

    def positions_of(self, title: Title) -> list[int]:
        """Return the names of the positions in a title."""
        return [name for name, row in self.positions.live.items() if row.title is title]

    def clear(self, row_id: int) -> bool:
        """Forget where somebody stopped; return whether it was known."""
        if row_id not in self.positions.live:
            return False
        self._forget([row_id])
        if self._behaviour.removal_moves_positions:
            self._touch("paused_at")
        return True

    def _forget(self, row_ids: Iterable[int]) -> None:
        """Take positions away."""
        for row_id in row_ids:
            self.positions.changing(self._behaviour.read_lag)
            del self.positions.live[row_id]

    def _note(
        self,
        category: str,
        title: Title,
        *,
        is_removal: bool = False,
        value_at: datetime | None = None,
        rating: int | None = None,
    ) -> None:
        """Write into the journal; its stamp moves with whatever stands there."""
        moment = self._touch("journal_at")
        row = Noted(category, title, is_removal, moment, value_at, rating)
        self.journal.append(row)

    def _touch(self, name: str) -> datetime:
        """Move a stamp."""
        moment = self.stamps[name] = self._moment()
        return moment

    def _moment(self) -> datetime:
        """Return the present moment, never the same one twice."""
        self._last = max(self._now().astimezone(UTC), self._last + _TICK)
        return self._last
