"""Keeps where somebody is in an item, which marking it in any way forgets."""

from collections.abc import Iterable, Mapping

from ...engine.provider import ProviderError
from .client import PlexClient
from .notes import Notes, title_of
from .placing import LEAST
from .rows import Row


class Resuming:
    """The positions in the items of one batch, as they were found."""

    def __init__(self, client: PlexClient, notes: Notes) -> None:
        """Start without having put anything back."""
        self._client = client
        self._notes = notes
        self._meant: Mapping[str, tuple[int, int]] = {}
        self._begun: dict[str, Row] = {}

    async def prepare(self, rows: Iterable[Row]) -> None:
        """Read the dates of positions that we wrote."""
        if any(row.offset for row in rows):
            self._meant = await self._notes.positions()

    def stopped_at(self, row: Row) -> int:
        """Return when somebody came as far as they are in an item."""
        stamp, meant = self._meant.get(title_of(row), (0, 0))
        return meant if row.viewed == stamp else row.viewed

    async def put_back(self, rows: Iterable[Row]) -> None:
        """Put items that were marked back to their positions."""
        begun = [row for row in rows if row.offset > LEAST and row.duration]
        for title, row in {title_of(row): row for row in begun}.items():
            self._begun[title] = row
            try:
                await self._client.stop_at(row.key, row.offset, row.duration)
            except ProviderError as err:
                # It was marked all the same.
                err.maybe_sent = True
                raise

    async def finish(self, rows: Iterable[Row]) -> None:
        """Note since when the positions have been these, given how items are now."""
        await self._notes.keep_positions(
            [
                (title, row.viewed, self.stopped_at(begun))
                for row in rows
                if row.offset and (begun := self._begun.get(title := title_of(row)))
            ]
        )
