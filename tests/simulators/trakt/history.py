"""The plays of one account."""

from collections.abc import Iterable
from itertools import count

from .model import Kind, Play, Title
from .shelf import Shelf

# Beyond 32 bits, as the service's own.
FIRST_PLAY = 10_000_000_019


class History:
    """Plays by id, by title, and newest first."""

    def __init__(self) -> None:
        """Start empty."""
        self.shelf = Shelf[int, Play]()
        self._ids = count(FIRST_PLAY, 2)
        self._of: dict[Title, list[Play]] = {}
        self._newest: dict[Kind | None, list[Play]] = {}
        self._newest_version = -1

    def __len__(self) -> int:
        """Return the number of plays."""
        return len(self.shelf.live)

    def __contains__(self, play_id: int) -> bool:
        """Return whether there is a play of that id."""
        return play_id in self.shelf.live

    def of(self, title: Title) -> list[Play]:
        """Return the plays of a movie or an episode."""
        return self._of.get(title, [])

    def add(
        self, plays: Iterable[tuple[Title, int]], *, action: str, lag: int
    ) -> list[Play]:
        """Store plays at the given minutes."""
        self.shelf.changing(lag)
        added = [Play(next(self._ids), title, at, action) for title, at in plays]
        for play in added:
            self.shelf.live[play.id] = play
            self._of.setdefault(play.title, []).append(play)
        return added

    def remove(self, plays: Iterable[Play], *, lag: int) -> None:
        """Forget plays."""
        self.shelf.changing(lag)
        for play in plays:
            del self.shelf.live[play.id]
            left = self._of[play.title]
            left.remove(play)
            if not left:
                del self._of[play.title]

    def newest(self, kind: Kind | None) -> list[Play]:
        """Return what a reader sees: the plays of movies, episodes or both."""
        version, plays = self.shelf.read()
        if version != self._newest_version:
            ordered = sorted(
                plays.values(), key=lambda play: (play.at, play.id), reverse=True
            )
            self._newest = {None: ordered}
            for each in (Kind.MOVIE, Kind.EPISODE):
                self._newest[each] = [
                    play for play in ordered if play.title.kind is each
                ]
            self._newest_version = version
        return self._newest[kind]
