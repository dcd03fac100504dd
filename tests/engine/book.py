"""An informant made of a world: it knows the items there by each of their ids."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from custom_components.crosswatch.engine.evidence import Evidence, Origin
from custom_components.crosswatch.engine.ids import item_keys, title_key
from custom_components.crosswatch.engine.model import Item
from custom_components.crosswatch.engine.provider import ProviderUnavailableError

from .worlds import parse


@dataclass(slots=True)
class Book:
    """Knows a world. What has no id at all is found by its title, which is a guess.

    `renumbered` says where episodes belong that are numbered otherwise. After
    `answers` more of them, the book can be asked no more.
    """

    world: str = ""
    renumbered: dict[str, str] = field(default_factory=dict)
    name: str = "Book"
    version: str = ""
    answers: int | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> bool:
        """Tell whether it knows the numbers of episodes."""
        return bool(self.renumbered)

    async def look_up(self, items: Sequence[Item]) -> AsyncIterator[Evidence | None]:
        """Answer about each item."""
        for item in items:
            if self.answers is not None:
                if not self.answers:
                    raise ProviderUnavailableError("The book is closed")
                self.answers -= 1
            self.asked.append(item.label)
            yield self._answer(item)

    def _answer(self, item: Item) -> Evidence | None:
        if self.renumbered:
            return self._place(item)
        keys = set(item_keys(item))
        for sample in parse(self.world):
            known = sample.item
            if keys.intersection(item_keys(known)):
                return self._evidence(known, Origin.EXTERNAL_ID)
            if not keys and title_key(item) == title_key(known):
                return self._evidence(known, Origin.SEARCH)
        return None

    def _place(self, item: Item) -> Evidence | None:
        for absolute, usual in self.renumbered.items():
            if set(item_keys(parse(absolute)[0].item)).intersection(item_keys(item)):
                place = replace(parse(usual)[0].item, ids={})
                return self._evidence(place, Origin.NUMBERING)
        return None

    def _evidence(self, item: Item, origin: Origin) -> Evidence:
        return Evidence(item=item, origin=origin, informant=self.name)
