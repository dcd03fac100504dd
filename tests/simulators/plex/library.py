"""The sections and items of a server; every change raises `revision`."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

from .guids import Agent, Identity, local
from .model import Item, ItemType, Section

FIRST_KEY = 101
DEFAULT_AGENTS = {ItemType.MOVIE: Agent.MOVIE, ItemType.SHOW: Agent.SERIES}


class Library:
    """Sections and items by key."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start empty."""
        self._clock = clock
        self._keys = count(FIRST_KEY)
        self.sections: dict[str, Section] = {}
        self.items: dict[int, Item] = {}
        self.by_guid: dict[str, list[Item]] = {}
        self.revision = 0

    def now(self) -> int:
        """Return the present moment in whole seconds."""
        return int(self._clock().timestamp())

    def next_key(self) -> int:
        """Return the key of the next item."""
        return next(self._keys)

    def add_section(
        self, title: str, kind: ItemType | str, agent: Agent | None = None
    ) -> Section:
        """Add an empty section for films or for shows."""
        kind = ItemType(kind)
        key = str(len(self.sections) + 1)
        section = Section(key, title, kind, agent or DEFAULT_AGENTS[kind], self.now())
        self.sections[key] = section
        return section

    def add(
        self,
        kind: ItemType | str,
        section: Section,
        title: str,
        *,
        rating_key: int | None = None,
        name: Identity | None = None,
        parent: Item | None = None,
        year: int | None = None,
        index: int | None = None,
        duration: int | None = None,
        released: str | None = None,
        files: tuple[str, ...] = (),
        added_at: int | None = None,
    ) -> Item:
        """Add an item; without a name no agent has recognised it."""
        rating_key = self.next_key() if rating_key is None else rating_key
        name = name or local(rating_key)
        now = self.now() if added_at is None else added_at
        item = Item(
            rating_key=rating_key,
            type=ItemType(kind),
            title=title,
            section=section,
            guid=name.guid,
            guids=name.guids,
            added_at=now,
            updated_at=now,
            parent=parent,
            year=year,
            index=index,
            duration=duration,
            released=released,
            files=files,
        )
        self._enter(item)
        if parent is not None:
            parent.children.append(item)
        return item

    def _enter(self, item: Item) -> None:
        """Note an item where it can be found."""
        self.items[item.rating_key] = item
        self.by_guid.setdefault(item.guid, []).append(item)
        item.section.items[item.type].append(item)
        self.touch(item.section)

    def touch(self, section: Section | None = None) -> None:
        """Note that something changed, in a section or in what people did."""
        self.revision += 1
        if section is not None:
            section.changes += 1

    def remove(self, item: Item) -> None:
        """Remove an item and all below; plays and views of it stay."""
        if item.parent is not None:
            item.parent.children.remove(item)
        for gone in (item, *item.descendants()):
            gone.removed = True
            del self.items[gone.rating_key]
            self.by_guid[gone.guid].remove(gone)
            gone.section.items[gone.type].remove(gone)
        item.section.updated_at = self.now()
        self.touch(item.section)

    def add_again(self, item: Item) -> Item:
        """Put a removed item and all below back, under new keys."""
        return self._copy(item, item.parent)

    def _copy(self, item: Item, parent: Item | None) -> Item:
        """Add an item like another one, with all below it."""
        again = self.add(
            item.type,
            item.section,
            item.title,
            name=None
            if item.guid.startswith("local://")
            else Identity(item.guid, item.guids),
            parent=parent,
            year=item.year,
            index=item.index,
            duration=item.duration,
            released=item.released,
            files=item.files,
        )
        for child in item.children:
            self._copy(child, again)
        return again

    def rename(self, item: Item, name: Identity) -> None:
        """Give an item another name and other ids, as matching it anew does."""
        self.by_guid[item.guid].remove(item)
        item.guid, item.guids = name.guid, name.guids
        self.by_guid.setdefault(item.guid, []).append(item)
        item.updated_at = self.now()
        self.touch(item.section)

    def living(self, item: Item) -> Item | None:
        """Return an item, or what there is now under the same name."""
        if not item.removed:
            return item
        return next(iter(self.by_guid.get(item.guid, ())), None)

    def find(self, kind: ItemType, title: str, year: int | None = None) -> Item:
        """Return the first item of a kind and title; KeyError if there is none."""
        for item in self.items.values():
            if (item.type, item.title) == (kind, title) and year in (None, item.year):
                return item
        raise KeyError((kind, title, year))

    def episode(self, title: str, season: int, number: int) -> Item:
        """Return an episode of the first show of that title."""
        for item in self.find(ItemType.SHOW, title).leaves():
            if item.parent and (item.parent.index, item.index) == (season, number):
                return item
        raise KeyError((title, season, number))
