"""A block: an item that a person wants to be left alone."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from .ids import title_words
from .model import Feature, MediaKind


class Block(NamedTuple):
    """An item that is left alone, named by any of its ids or by title and year.

    `scope` is the id of a pair or of an account. `feature` None stands for all of
    them, `kind` None for any. A show stands for all that is in it, and a season for
    its episodes: `show_ids` with `season` and `number` name a place in a show.
    """

    scope: str
    feature: Feature | None = None
    kind: MediaKind | None = None
    ids: Mapping[str, str] = MappingProxyType({})
    show_ids: Mapping[str, str] = MappingProxyType({})
    title: str = ""
    year: int | None = None
    season: int | None = None
    number: int | None = None
    created: datetime | None = None
    block_id: int | None = None

    @property
    def keys(self) -> Iterator[str]:
        """Yield the keys that a blocked item has one of."""
        kinds = MediaKind if self.kind is None else (self.kind,)
        for namespace, value in self.ids.items():
            for kind in kinds:
                yield f"{kind.value}:{namespace}:{value}"
        if self.season is not None:
            place = f"s{self.season}"
            if self.number is not None:
                place += f"e{self.number}"
            for namespace, value in self.show_ids.items():
                yield f"{namespace}:{value}#{place}"

    @property
    def title_key(self) -> tuple[object, ...] | None:
        """Return what a blocked item is called, None for a block by ids."""
        if self.ids or self.show_ids or not (words := title_words(self.title)):
            return None
        return words, self.year, self.season, self.number
