"""The lists of a server's libraries."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from itertools import batched
from typing import Final

from ...engine.model import Item, Library, MediaKind
from ...engine.provider import AccountLimitError, ProtocolError
from ..answer import JsonObject, JsonValue
from .client import PlexClient
from .fields import text
from .mapping import Shows, item_from_row
from .paging import (
    PAGE_SIZE,
    FetchPage,
    Page,
    gather,
    page_query,
    parsed_page,
    read_all,
)
from .rows import TYPES, LogRow, Row, parse_log_row, parse_row
from .wire import Query

# As many keys as fit into an address.
KEYS_AT_ONCE: Final = 100
# Beyond so many unknown shows it is quicker to list all there are.
MOST_SHOWS_ASKED: Final = 300

# What makes rows long and is of no use here. [unsure that all lists heed it; where
# they do not, they are only longer]
_SHORT: Final[Mapping[str, str | int]] = {
    "includeGuids": 1,
    "includeUserState": 1,
    "excludeElements": (
        "Media,Image,Genre,Country,Director,Writer,Role,Producer,Collection,Rating,"
        "UltraBlurColors,Field,Label,Similar"
    ),
    "excludeFields": "summary,tagline",
}
# A play that is logged while pages are read moves the others: they come oldest first.
_LOG_ORDER: Final = "viewedAt:asc"
# What is added to the libraries meanwhile comes last.
IN_ORDER: Final = "addedAt:asc"

_SECTIONS: Final[Mapping[str, frozenset[MediaKind]]] = {
    "movie": frozenset({MediaKind.MOVIE}),
    "show": frozenset({MediaKind.SHOW, MediaKind.SEASON, MediaKind.EPISODE}),
}


class ListRefusedError(AccountLimitError):
    """This user may not list all libraries as one."""


class Lists:
    """Lists items of all libraries, of one kind at a time."""

    def __init__(self, client: PlexClient) -> None:
        """Start without having asked anything."""
        self._client = client
        self._one_by_one = False
        # Whether this user is given the log; None as long as nobody knows.
        self.has_log: bool | None = None

    async def libraries(self) -> list[Library]:
        """Return the libraries of films and of shows."""
        return [library for library, _ in await self._sections()]

    async def head(self, kind: MediaKind, query: Query, size: int) -> Page[Row]:
        """Return the first rows of a list, of each library where they come apart."""
        return _joined(await self._over(kind, query, lambda fetch: fetch(0, size)))

    async def read(
        self, kind: MediaKind, query: Query, size: int = PAGE_SIZE
    ) -> list[Row]:
        """Return a whole list."""
        lists = await self._over(
            kind, query, lambda fetch: read_all(fetch, row_key, size)
        )
        return [row for rows in lists for row in rows]

    async def since(
        self, kind: MediaKind, query: Query, stamp: int, size: int
    ) -> Page[Row]:
        """Return the rows that were viewed since a moment, and how many there are."""
        order: Query = {**query, "sort": "lastViewedAt:desc"}
        return _joined(
            await self._over(kind, order, lambda fetch: _until(fetch, stamp, size))
        )

    async def by_key(self, keys: Iterable[str]) -> dict[str, Row]:
        """Return the items with these keys that there are."""
        # What is made up for an item that has none is no key of the server.
        wanted = [key for key in dict.fromkeys(keys) if key.isdecimal()]
        parts = await gather(
            self._by_key(some) for some in batched(wanted, KEYS_AT_ONCE, strict=False)
        )
        return {row.key: row for rows in parts for row in rows}

    async def _by_key(self, keys: Sequence[str], *, checked: bool = False) -> list[Row]:
        """Return the items of one part; where one is gone, all may be refused."""
        path = f"/library/metadata/{','.join(keys)}"
        container = await self._client.allowed(
            path, {"includeGuids": 1, "includeMarkers": 1}
        )
        if container is not None:
            page = await parsed_page(_given(container), parse_row)
            return [row for row in page.rows if row.key in keys]
        if not checked:
            # The items are gone, unless it is the login that has ended.
            await self._client.container("/library/sections")
        if len(keys) == 1:
            return []
        half = len(keys) // 2
        parts = await gather(
            self._by_key(some, checked=True) for some in (keys[:half], keys[half:])
        )
        return [row for rows in parts for row in rows]

    async def below(self, show_key: str, what: str) -> list[Row]:
        """Return the episodes (`allLeaves`) or seasons (`children`) of a show."""
        path = f"/library/metadata/{show_key}/{what}"
        return await read_all(self._fetcher(path, dict(_SHORT)), row_key)

    async def log(self, query: Query) -> list[LogRow]:
        """Return the plays that the server has logged of this user, oldest first.

        Some servers keep the log from all but their owner: others have only what the
        items say themselves.
        """
        if self.has_log is False:
            return []
        try:
            lines = await self._log(query)
        except AccountLimitError:
            if self._client.login.is_owner or self.has_log:
                raise
            self.has_log = False
            return []
        self.has_log = True
        return lines

    async def _log(self, query: Query) -> list[LogRow]:
        """Return the plays of the log that a query means."""
        who: Query = {
            "accountID": self._client.login.user_id,
            "sort": _LOG_ORDER,
            **query,
        }

        async def fetch(start: int, size: int) -> Page[LogRow]:
            """Return a part of the log."""
            asked = {**who, **page_query(start, size)}
            path = "/status/sessions/history/all"
            return await parsed_page(self._client.container(path, asked), parse_log_row)

        return await read_all(fetch, lambda line: line.name)

    async def _over[T](
        self,
        kind: MediaKind,
        query: Query,
        use: Callable[[FetchPage[Row]], Coroutine[None, None, T]],
    ) -> list[T]:
        """Use the list of a kind: that of all libraries, or else one after the other."""
        asked: Query = {**_SHORT, **query, "type": TYPES[kind]}
        login = self._client.login
        if not self._one_by_one:
            try:
                return [
                    await use(self._fetcher("/library/all", asked, all_as_one=True))
                ]
            except ListRefusedError:
                pass
        sections = [
            library.library_id
            for library, kinds in await self._sections()
            if kind in kinds
        ]
        used = await gather(
            use(self._fetcher(f"/library/sections/{section}/all", asked))
            for section in sections
        )
        # It may have been the token that was refused, where there is another one now.
        self._one_by_one = self._client.login is login
        return used

    def _fetcher(
        self, path: str, query: Query, *, all_as_one: bool = False
    ) -> FetchPage[Row]:
        """Return what fetches a part of a list."""

        async def ask(asked: Query) -> JsonObject:
            """Return the container of a part."""
            if not all_as_one:
                return await self._client.container(path, asked)
            if (found := await self._client.allowed(path, asked)) is None:
                raise ListRefusedError("The Plex server does not list everything")
            return found

        async def fetch(start: int, size: int) -> Page[Row]:
            """Return a part of the list."""
            asked = {**query, **page_query(start, size)}
            return await parsed_page(ask(asked), parse_row)

        return fetch

    async def _sections(self) -> list[tuple[Library, frozenset[MediaKind]]]:
        """Return the libraries of films and shows, and what is in each."""
        container = await self._client.container("/library/sections")
        found = container.get("Directory", [])
        if not isinstance(found, list):
            raise ProtocolError(
                "The list of the Plex server's libraries makes no sense"
            )
        return [section for row in found if (section := _section(row)) is not None]


class ShowCache:
    """The shows that episodes belong to: their rows say no ids of these."""

    def __init__(self, lists: Lists) -> None:
        """Start without any."""
        self._lists = lists
        self._shows: dict[str, Item] = {}

    async def of(self, rows: Iterable[Row], *, afresh: bool = False) -> Shows:
        """Return the shows of these rows; only unknown ones are read, or all afresh."""
        wanted = {row.show_key for row in rows if row.show_key}
        missing = wanted if afresh else wanted - self._shows.keys()
        if not missing:
            return self._shows
        if len(missing) > MOST_SHOWS_ASKED:
            listed = await self._lists.read(MediaKind.SHOW, {"sort": IN_ORDER})
            found = {row.key: row for row in listed}
        else:
            found = await self._lists.by_key(sorted(missing))
        fresh = {key: item_from_row(row, {}) for key, row in found.items()}
        # Another map: a read may be using the one that was returned before.
        self._shows = {**self._shows, **fresh}
        return self._shows


def row_key(row: Row) -> str:
    """Return what a row is known by."""
    return row.key


def _joined(pages: Sequence[Page[Row]]) -> Page[Row]:
    """Return parts of several lists as one."""
    return Page(
        [row for page in pages for row in page.rows],
        sum(page.total for page in pages),
        sum(page.listed for page in pages),
    )


async def _until(fetch: FetchPage[Row], stamp: int, size: int) -> Page[Row]:
    """Return the first rows of a list that is ordered by its last views."""
    page = await fetch(0, size)
    rows, total, read = list(page.rows), page.total, page.listed
    while read < total and page.listed and not _is_before(page.rows, stamp):
        page = await fetch(read, size)
        if page.total != total:
            raise ProtocolError("The Plex server's list changed while it was read")
        rows += page.rows
        read += page.listed
    return Page([row for row in rows if row.viewed >= stamp], total, read)


def _is_before(rows: Sequence[Row], stamp: int) -> bool:
    """Tell whether a part of a list goes back to before a moment."""
    return bool(rows) and rows[-1].viewed < stamp


async def _given(container: JsonObject) -> JsonObject:
    """Return a container that is at hand."""
    return container


def _section(row: JsonValue) -> tuple[Library, frozenset[MediaKind]] | None:
    """Return a library and what is in it, None for one of music or photos."""
    if not isinstance(row, dict):
        return None
    kinds = _SECTIONS.get(text(row, "type"))
    key = text(row, "key")
    if kinds is None or not key:
        return None
    return Library(key, text(row, "title") or key), kinds
