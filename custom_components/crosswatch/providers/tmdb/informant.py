"""Whom to ask about the titles of other services: TMDb, by one of its accounts."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, override

from ...engine.evidence import Evidence, Informant
from ...engine.model import Item

if TYPE_CHECKING:
    from .records import TmdbRecords


class TmdbInformant(Informant):
    """Asks TMDb about items; how that is done is imported with the first of them."""

    name = "TMDb"
    numbers = False
    version = "1"

    def __init__(self, records: Callable[[], Awaitable[TmdbRecords]]) -> None:
        """Take what returns the account's records."""
        self._records = records

    @override
    async def look_up(self, items: Sequence[Item]) -> AsyncGenerator[Evidence | None]:
        """Yield one answer for each item, in order."""
        records = await self._records()
        # Who has heard enough leaves no question under way.
        async with aclosing(records.lookup.look_up(items)) as answers:
            async for answer in answers:
                yield answer
