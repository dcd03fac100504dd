"""Numbering as evidence: ids of shows and films, and where episodes belong."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from ..evidence import Evidence, Origin
from ..ids import merge_ids
from ..model import Item, MediaKind
from .numbering import Numbering


class NumberingInformant:
    """Says of items what mapping files say, and nothing else.

    `load` returns the numbering, None where there is none; `version` tells it from
    what there was before.
    """

    numbers = True

    def __init__(
        self,
        name: str,
        load: Callable[[], Awaitable[Numbering | None]],
        version: str,
    ) -> None:
        """Take whose files they are, and which."""
        self.name = name
        self.version = version
        self._load = load

    async def look_up(self, items: Sequence[Item]) -> AsyncIterator[Evidence | None]:
        """Yield what is known of each item."""
        numbering = await self._load()
        for item in items:
            found = known_of(item, numbering) if numbering else None
            if found is None:
                yield None
            else:
                yield Evidence(item=found, origin=Origin.NUMBERING, informant=self.name)


def known_of(item: Item, numbering: Numbering) -> Item | None:
    """Return what a numbering adds to an item, None where that is nothing."""
    if item.kind is MediaKind.EPISODE:
        return numbering.to_show(item) or numbering.by_absolute(item)
    entry = numbering.find(item)
    found = numbering.item_of(entry) if entry else None
    # A season that goes by the name of a show is not that show.
    if found is None or found.kind is not item.kind:
        return None
    adds = merge_ids(item.ids, found.ids) != item.ids or (
        found.show is not None and item.show is None
    )
    return found if adds else None
