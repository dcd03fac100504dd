"""The items that rows are about, with their ids: asked of the server once a title.

A row names a title, its show and Plex's key to it. The ids elsewhere are in Plex's
metadata only, a call for each title. Episodes are found by the ids of their show and
their place in it, which takes one call for a whole show.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from ...engine.ids import title_words
from ...engine.model import Item, MediaKind, Record
from ...engine.provider import ProviderUnavailableError
from ..http import JsonObject
from ..mediabrowser.paging import gather
from .client import TautulliClient
from .fields import text
from .guids import ids_from, ids_of_agent, plain
from .mapping import Row, integer

_PARALLEL: Final = 4
# A new title may get its ids only after some days. One that is gone never does.
_MAY_GET_IDS_FOR: Final = timedelta(days=7)


class Titles:
    """All titles that are known so far."""

    def __init__(self, client: TautulliClient) -> None:
        """Start without any."""
        self._client = client
        self._items: dict[str, Item] = {}
        self._shows: dict[str, Item] = {}

    async def items(
        self,
        plays: Collection[Row],
        known: Mapping[str, Record],
        now: datetime,
        *,
        afresh: bool = False,
    ) -> Mapping[str, Item]:
        """Return the items of plays by their names; `afresh` asks for missing ids.

        What is known from an earlier read is not asked for again.
        """
        since = now - _MAY_GET_IDS_FOR if afresh else now
        # Many records take a while: not in the event loop.
        unknown = await asyncio.to_thread(self._unknown, plays, known, since)
        if unknown:
            await self._find(unknown)
        return self._items

    def _unknown(
        self, plays: Iterable[Row], known: Mapping[str, Record], since: datetime
    ) -> list[Row]:
        """Return the newest row of each title that has to be asked for."""
        newest: dict[str, Row] = {}
        for row in plays:
            if row.name not in newest or newest[row.name].row_id < row.row_id:
                newest[row.name] = row
        unknown: list[Row] = []
        for name, row in newest.items():
            item = self._items.get(name)
            if item is None and name in known:
                item = self._items[name] = known[name].item
            if item is None:
                unknown.append(row)
            elif has_ids(item):
                self._learn_show(row, item)
            elif row.at and row.at > since:
                unknown.append(row)
        return unknown

    def _learn_show(self, row: Row, item: Item) -> None:
        """Remember the show of an episode by its key, for others of its episodes."""
        if row.show_key and item.show is not None and item.show.ids:
            self._shows.setdefault(row.show_key, item.show)

    async def _find(self, rows: Collection[Row]) -> None:
        """Ask for what cannot be told without."""
        answers = await self._ask({key for row in rows if (key := self._key_of(row))})
        rest: list[Row] = []
        for row in rows:
            self._note_show(row, answers.get(row.show_key))
            if row.kind is MediaKind.EPISODE and not self._tells_enough(row):
                rest.append(row)
        own = await self._ask({row.rating_key for row in rest if row.rating_key})
        for row in rows:
            metadata = own.get(row.rating_key) or answers.get(row.rating_key) or {}
            self._items[row.name] = self._item(row, metadata)

    def _key_of(self, row: Row) -> str:
        """Return the key to ask for first, empty where nothing need be asked."""
        if ids_of_agent(row.guid):
            return ""
        if row.kind is MediaKind.MOVIE:
            return row.rating_key
        return "" if row.show_key in self._shows else row.show_key

    def _note_show(self, row: Row, metadata: JsonObject | None) -> None:
        """Keep a show that was found, if it is the one that the row means.

        Keys are given anew on a new Plex server, while rows keep the old ones.
        """
        if not metadata or row.show_key in self._shows:
            return
        if text(metadata, "media_type") == "show" and same_words(
            row.show_title, text(metadata, "title")
        ):
            self._shows[row.show_key] = show_from(metadata)

    def _tells_enough(self, row: Row) -> bool:
        """Tell whether an episode can be found by its show and place."""
        placed = row.season is not None and row.number is not None
        if ids_of_agent(row.guid):
            return placed
        show = self._shows.get(row.show_key)
        return placed and show is not None and bool(show.ids)

    def _item(self, row: Row, metadata: JsonObject) -> Item:
        """Return the item of a row; `metadata` may be that of another title."""
        own = metadata if is_about(metadata, row) else {}
        if row.kind is MediaKind.MOVIE:
            ids = ids_of_agent(row.guid) or ids_in(own, "guids", "guid")
            return Item(row.kind, ids, row.title, row.year)
        return Item(
            row.kind,
            ids_in(own, "guids"),
            row.title,
            show=self._show(row, own),
            season=row.season,
            number=row.number,
        )

    def _show(self, row: Row, metadata: JsonObject) -> Item:
        """Return the show of an episode, the same object for all of its episodes."""
        if (show := self._shows.get(row.show_key)) is not None:
            return show
        ids = ids_of_agent(row.guid)
        ids = ids or ids_in(metadata, "grandparent_guids", "grandparent_guid")
        show = Item(MediaKind.SHOW, ids, row.show_title)
        if ids and row.show_key:
            self._shows[row.show_key] = show
        return show

    async def _ask(self, keys: Collection[str]) -> Mapping[str, JsonObject]:
        """Return what the Plex server knows of titles, by their keys."""
        found: dict[str, JsonObject] = {}
        pending = iter(sorted(keys))

        async def work() -> None:
            """Ask for one after the other."""
            for key in pending:
                found[key] = await self._client.metadata(key)

        await gather(work() for _ in range(min(_PARALLEL, len(keys))))
        if not all(found.values()) and not await self._client.is_plex_connected():
            # All would look as if it were gone.
            raise ProviderUnavailableError("Tautulli has lost its Plex server")
        return found


def has_ids(item: Item) -> bool:
    """Tell whether an item can be found elsewhere by an id."""
    return bool(item.ids or (item.show and item.show.ids))


def show_from(metadata: JsonObject) -> Item:
    """Return the show that this is the metadata of."""
    return Item(
        MediaKind.SHOW,
        ids_in(metadata, "guids", "guid"),
        text(metadata, "title"),
        integer(metadata.get("year")) or None,
    )


def ids_in(metadata: JsonObject, listed: str, single: str = "") -> dict[str, str]:
    """Return the ids in a list of guids, or else in the one of an older agent."""
    guids = metadata.get(listed)
    found = ids_from(map(str, guids)) if isinstance(guids, list) else {}
    return found or ids_of_agent(text(metadata, single))


def is_about(metadata: JsonObject, row: Row) -> bool:
    """Tell whether metadata is that of the row's title, not of one with its old key."""
    if text(metadata, "media_type") != row.kind.value:
        return False
    if plain(text(metadata, "guid")) == plain(row.guid) != "":
        return True
    # The same title may have got another name from another agent.
    year = integer(metadata.get("year")) or None
    if row.kind is MediaKind.EPISODE:
        place = (
            integer(metadata.get("parent_media_index")),
            integer(metadata.get("media_index")),
        )
        return place == (row.season, row.number) and same_words(
            row.show_title, text(metadata, "grandparent_title")
        )
    return year in {row.year, None} and same_words(row.title, text(metadata, "title"))


def same_words(first: str, second: str) -> bool:
    """Tell whether two titles are the same but for signs and case."""
    return title_words(first) == title_words(second) != ""
