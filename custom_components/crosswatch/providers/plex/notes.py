"""Our notes of what we wrote, as the rest of the provider asks for them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from .own import Own, OwnPlay
from .plays import settled
from .rows import Row


class Notes:
    """The notes of one account; what blocks is done in threads."""

    def __init__(self, own: Own) -> None:
        """Take the file."""
        self._own = own

    async def plays(self, rows: Iterable[Row]) -> Mapping[str, Sequence[OwnPlay]]:
        """Return the plays that we wrote, by title.

        Those without an answer are settled by what the server shows of these rows.
        """
        plays = await asyncio.to_thread(self._own.plays)
        waiting = {
            title
            for title, notes in plays.items()
            if any(note.pending for note in notes)
        }
        if not waiting:
            return plays
        shown = {title_of(row): row for row in rows if title_of(row) in waiting}
        known = [
            after
            for title, row in shown.items()
            for note in plays[title]
            if note.pending and (after := settled(row, note, plays[title])) is not None
        ]
        if not known:
            return plays
        await asyncio.to_thread(self._own.settle, known, ())
        return await asyncio.to_thread(self._own.plays)

    async def positions(self) -> Mapping[str, tuple[int, int]]:
        """Return the server's stamps and the meant dates of positions."""
        return await asyncio.to_thread(self._own.positions)

    async def titles(self) -> Mapping[str, Mapping[str, str]]:
        """Return the ids of titles of Plex's catalogue."""
        return await asyncio.to_thread(self._own.titles)

    async def add(self, plays: Sequence[tuple[str, OwnPlay]]) -> list[OwnPlay]:
        """Note plays, and return the notes."""
        if not plays:
            return []
        numbers = await asyncio.to_thread(self._own.add, plays)
        return [
            play._replace(id=number)
            for (_, play), number in zip(plays, numbers, strict=True)
        ]

    async def settle(
        self, known: Sequence[OwnPlay] = (), dropped: Sequence[int] = ()
    ) -> None:
        """Note how plays have turned out, and forget those that there are not."""
        if known or dropped:
            await asyncio.to_thread(self._own.settle, known, dropped)

    async def keep_positions(self, positions: Sequence[tuple[str, int, int]]) -> None:
        """Note the stamps and the meant dates of positions, by title."""
        if positions:
            await asyncio.to_thread(self._own.keep_positions, positions)

    async def keep_titles(self, titles: Mapping[str, Mapping[str, str]]) -> None:
        """Note the ids of titles of Plex's catalogue."""
        if titles:
            await asyncio.to_thread(self._own.keep_titles, titles)


def title_of(row: Row) -> str:
    """Return what a server keeps a user's state by: copies of a title share it."""
    return row.guid or row.key
