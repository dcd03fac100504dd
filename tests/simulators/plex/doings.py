"""What viewers do at a server: they play, mark, rate and stop in the middle."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import count

from .behaviour import Behaviour
from .library import Library
from .model import NOT_VIEWED, OWNER_ID, Item, Play, Session, View, Viewer
from .people import Account

MAX_RATING = 10


class Doings:
    """The viewers of one server and what they did."""

    def __init__(self, library: Library, behaviour: Behaviour, machine: str) -> None:
        """Start with nobody."""
        self._library = library
        self._behaviour = behaviour
        self._machine = machine
        self._sessions = count(1)
        self._tokens = count(1)
        self.viewers: dict[Account, Viewer] = {}
        self.plays: list[Play] = []
        self.sessions: dict[str, Session] = {}
        self.next_play = count(1)

    # Who there is

    def admit(
        self, account: Account, sections: Iterable[str] | None, *, owner: bool = False
    ) -> Viewer:
        """Let an account in, with a token of its own."""
        viewer = Viewer(
            account,
            OWNER_ID if owner else account.id,
            self._new_token(account),
            None if sections is None else frozenset(sections),
        )
        self.viewers[account] = viewer
        return viewer

    def _new_token(self, account: Account) -> str:
        """Return a token that was never given before."""
        text = f"{self._machine}:{account.id}:{next(self._tokens)}"
        return sha256(text.encode()).hexdigest()[:20]

    def renew_token(self, account: Account) -> None:
        """Give an account another token, which ends the old one."""
        self.viewers[account].token = self._new_token(account)

    def of_token(self, token: str) -> Viewer | None:
        """Return whose token it is; the owner may use the account's own."""
        for viewer in self.viewers.values():
            if token == viewer.token:
                return viewer
            if viewer.is_owner and token in viewer.account.tokens:
                return viewer
        return None

    # What they see

    def _name(self, item: Item) -> str:
        """Return under which name it is kept what people do with an item."""
        return item.guid if self._behaviour.copies_share_state else item.key

    def view(self, viewer: Viewer, item: Item) -> View:
        """Return what a viewer did with an item; not to be changed.

        A show or season has a record of its own, made by its episodes one by one.
        """
        return viewer.views.get(self._name(item), NOT_VIEWED)

    def viewed_leaves(self, viewer: Viewer, item: Item) -> int:
        """Return how many of the episodes below an item were watched."""
        return sum(1 for leaf in item.leaves() if self.view(viewer, leaf).count)

    # What they do

    def changing(self, viewer: Viewer, item: Item) -> View:
        """Return what a viewer did with an item, to be changed."""
        self._library.touch()
        return viewer.views.setdefault(self._name(item), View())

    def _tick(self, viewer: Viewer, leaf: Item, at: int) -> None:
        """Note that an episode or film was watched once more."""
        view = self.changing(viewer, leaf)
        view.count += 1
        view.viewed_at = max(view.viewed_at or 0, at)
        view.offset = 0

    def _tick_above(self, viewer: Viewer, leaf: Item, at: int) -> None:
        """Note the same of the season and the show of an episode."""
        for above in leaf.lineage():
            view = self.changing(viewer, above)
            view.count += 1
            view.viewed_at = max(view.viewed_at or 0, at)

    def mark(self, viewer: Viewer, item: Item, at: int) -> None:
        """Mark an item, or all below it, as watched.

        Of a show or season only the episodes are marked, not their own record; but
        then, other than for a single episode, the play log is written.
        """
        for leaf in item.leaves():
            self._tick(viewer, leaf, at)
            if not item.is_folder:
                self._tick_above(viewer, leaf, at)
            if item.is_folder or self._behaviour.scrobble_writes_history:
                self.log(viewer, leaf, at)

    def unmark(self, viewer: Viewer, item: Item) -> None:
        """Mark an item, or all below it, as not watched; the play log stays."""
        for leaf in item.leaves():
            view = self.changing(viewer, leaf)
            for above in leaf.lineage():
                record = self.changing(viewer, above)
                record.count = max(0, record.count - view.count)
                record.viewed_at = record.viewed_at if record.count else None
            view.count = view.offset = 0
            view.viewed_at = None
            if self._behaviour.unscrobble_clears_history:
                self.plays = [
                    play
                    for play in self.plays
                    if play.item is not leaf or play.local_id != viewer.local_id
                ]

    def log(self, viewer: Viewer, item: Item, at: int) -> Play:
        """Add a row to the play log."""
        play = Play(next(self.next_play), viewer.local_id, item, at, 12)
        self.plays.append(play)
        self._library.touch()
        return play

    def play(self, viewer: Viewer, item: Item, at: int) -> None:
        """Let a viewer watch an item, or all below it, to its end at some moment."""
        for leaf in item.leaves():
            self._tick(viewer, leaf, at)
            self._tick_above(viewer, leaf, at)
            self.log(viewer, leaf, at)

    def is_over(self, item: Item, offset: float) -> bool:
        """Tell whether nothing that counts comes after a position."""
        if self._behaviour.credits_end and item.credits and offset >= item.credits:
            return True
        duration = item.duration or 0
        return 0 < duration * self._behaviour.played_threshold <= offset * 100

    def stop_at(self, viewer: Viewer, item: Item, offset: int, at: int) -> None:
        """Keep where a viewer stopped, as the server keeps it.

        Very little counts as nothing, and nearly everything as all of it.
        """
        if self.is_over(item, offset):
            self.play(viewer, item, at)
        elif offset > self._behaviour.least_offset:
            view = self.changing(viewer, item)
            view.offset = offset
            view.viewed_at = at

    def rate(
        self, viewer: Viewer, item: Item, rating: float | None, at: int | None = None
    ) -> None:
        """Rate an item from 1 to 10, or clear the rating; nothing below it."""
        view = self.changing(viewer, item)
        if rating is None:
            view.rating = view.rated_at = None
            return
        if not 0 < rating <= MAX_RATING:
            raise ValueError(f"{rating} is no rating")
        view.rating = float(rating)
        view.rated_at = self._library.now() if at is None else at

    def session(self, viewer: Viewer, item: Item, player: str) -> Session:
        """Return what a player plays, begun if it played something else."""
        found = self.sessions.get(player)
        if found is None or found.item is not item or found.viewer is not viewer:
            key = next(self._sessions)
            text = sha256(f"{self._machine}:{key}".encode()).hexdigest()[:24]
            found = Session(key, text, viewer, item, player, "playing")
            self.sessions[player] = found
        return found
