"""What TMDb knows of other services' titles: their ids, never a guess between two."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

from ...engine.evidence import Evidence, Origin
from ...engine.model import Item, MediaKind
from ..http import JsonObject
from .client import TmdbClient
from .fields import number_in
from .informant import TmdbInformant
from .mapping import Target, external_ids, is_id, name_in, show_from, year_in
from .names import ALL_NAMES, all_names, begin_alike, own_names, plain, undated
from .searching import NEAR, rows_in, search

# How many items are looked up at a time; the requests for them keep their own pace.
AT_ONCE: Final = 8

# The ids by which TMDb finds each kind, those first that name one thing only: a number
# may be that of a film here and of a series there.
_SOURCES: Final[Mapping[MediaKind, Mapping[str, str]]] = {
    MediaKind.MOVIE: {"imdb": "imdb_id"},
    MediaKind.SHOW: {"imdb": "imdb_id", "tvdb": "tvdb_id"},
    MediaKind.EPISODE: {"imdb": "imdb_id", "tvdb": "tvdb_id"},
}
_BUCKETS: Final[Mapping[MediaKind, str]] = {
    MediaKind.MOVIE: "movie_results",
    MediaKind.SHOW: "tv_results",
    MediaKind.EPISODE: "tv_episode_results",
}


class _DifferentError(Exception):
    """TMDb says that an id is that of something else."""


class Lookup:
    """Asks TMDb about items; see `Informant`."""

    def __init__(self, client: TmdbClient) -> None:
        """Start without having asked anything."""
        self._client = client
        self._shows: dict[int, Item] = {}
        # Episodes of one series are asked about together most of the time.
        self._asking = asyncio.Lock()

    async def look_up(self, items: Sequence[Item]) -> AsyncGenerator[Evidence | None]:
        """Yield one answer for each item, in order."""
        waiting: deque[asyncio.Task[Evidence | None]] = deque()
        try:
            for item in items:
                waiting.append(asyncio.create_task(self._ask(item)))
                if len(waiting) == AT_ONCE:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _ask(self, item: Item) -> Evidence | None:
        """Return what is known of an item."""
        try:
            match item.kind:
                case MediaKind.MOVIE | MediaKind.SHOW:
                    return await self._title(item)
                case MediaKind.EPISODE:
                    return await self._episode(item)
        except _DifferentError:
            return None
        return None

    async def _title(self, item: Item) -> Evidence | None:
        """Return what is known of a film or a series."""
        if own := item.ids.get("tmdb"):
            return await self._verified(item, int(own), "tmdb") if is_id(own) else None
        usable = [name for name in _SOURCES[item.kind] if name in item.ids]
        if not usable:
            found = await search(self._client, item)
            return _evidence(item, *found, Origin.SEARCH) if found else None
        for via in usable:
            if (row := await self._found(item, via)) is None:
                continue
            number = number_in(row, "id", least=1)
            if item.kind is MediaKind.SHOW:
                return await self._verified(item, number, via)
            # Of a film there is nothing more to learn.
            told: JsonObject = {**row, "external_ids": {"imdb_id": item.ids[via]}}
            return _evidence(item, number, told)
        return None

    async def _verified(self, item: Item, number: int, via: str) -> Evidence | None:
        """Return what is known of a title, if nothing speaks against it.

        A bare number may be that of another kind: the other ids of the item have to
        confirm it, or else its name.
        """
        path = Target(item.kind, number).path
        details = await self._client.details(path, "external_ids", *ALL_NAMES)
        if details is None:
            return None
        theirs = external_ids(details.get("external_ids"))
        is_sure = via == "imdb"
        for name in _SOURCES[item.kind]:
            mine = item.ids.get(name)
            if mine is None or name == via:
                continue
            if name in theirs:
                is_same = theirs[name] == mine
            elif (row := await self._found(item, name)) is None:
                continue
            else:
                is_same = number_in(row, "id", least=1) == number
            if not is_same:
                return None
            is_sure = True
        if theirs.get(via, item.ids[via]) != item.ids[via]:
            return None
        if not is_sure and not _is_called(item, details):
            return None
        return _evidence(item, number, details)

    async def _episode(self, item: Item) -> Evidence | None:
        """Return which episode of which series something is, by its own ids."""
        usable = [name for name in _SOURCES[item.kind] if name in item.ids]
        found = {name: await self._found(item, name) for name in usable}
        rows = {name: row for name, row in found.items() if row is not None}
        if len({number_in(row, "id", least=1) for row in rows.values()}) != 1:
            return None
        row = next(iter(rows.values()))
        ids = {"tmdb": str(number_in(row, "id", least=1))}
        if item.ids.get("tmdb", ids["tmdb"]) != ids["tmdb"]:
            return None
        show = await self._show(number_in(row, "show_id", least=1))
        episode = Item(
            item.kind,
            ids,
            name_in(row),
            show=show,
            season=number_in(row, "season_number"),
            number=number_in(row, "episode_number"),
        )
        if item.place is not None and item.place != episode.place:
            return None
        is_named = bool(item.title) and plain(item.title) in own_names(row)
        if "imdb" in rows or item.place is not None or is_named:
            return Evidence(
                item=episode, origin=Origin.EXTERNAL_ID, informant=TmdbInformant.name
            )
        return None

    async def _found(self, item: Item, name: str) -> JsonObject | None:
        """Return the one thing that has an id; raises _DifferentError."""
        source = _SOURCES[item.kind][name]
        answer = await self._client.find(item.ids[name], source)
        rows = {
            kind: rows_in(answer, bucket)
            for kind, bucket in _BUCKETS.items()
            if kind is item.kind or bucket in answer
        }
        mine = rows.pop(item.kind)
        # Only IMDb numbers everything together. At TheTVDB a series and an episode may
        # have the same number; some take a series' number for that of its episodes.
        strange = rows if name == "imdb" else {MediaKind.SHOW: rows.get(MediaKind.SHOW)}
        if len(mine) > 1 or any(strange.values()):
            raise _DifferentError
        return mine[0] if mine else None

    async def _show(self, number: int) -> Item:
        """Return a series with its name and ids, asked for once."""
        async with self._asking:
            if (show := self._shows.get(number)) is None:
                path = Target(MediaKind.SHOW, number).path
                details = await self._client.details(path, "external_ids")
                show = self._shows[number] = show_from(number, details)
        return show


def _is_called(item: Item, details: JsonObject) -> bool:
    """Tell whether a title is called as the item is, and of its time."""
    wanted = plain(undated(item.title, item.year))
    if not wanted:
        return True
    year = year_in(details)
    if year is not None and item.year is not None and abs(year - item.year) > NEAR:
        return False
    names = all_names(details)
    if wanted in names:
        return True
    # Some have the subtitle in the title, some leave it away.
    is_dated = year is not None and item.year is not None
    return is_dated and any(begin_alike(wanted, name) for name in names)


def _evidence(
    item: Item,
    number: int,
    details: JsonObject,
    origin: Origin = Origin.EXTERNAL_ID,
) -> Evidence:
    """Return a film or series as TMDb knows it."""
    ids = {"tmdb": str(number), **external_ids(details.get("external_ids"))}
    found = Item(item.kind, ids, name_in(details), year_in(details))
    return Evidence(item=found, origin=origin, informant=TmdbInformant.name)
