"""Plex's own catalogue, where the watchlist of an account is kept."""

from collections.abc import Collection, Iterator
from typing import Final

from ...engine.model import MediaKind
from ...engine.provider import ProtocolError
from ..answer import JsonValue
from ..http import Answer, JsonObject
from .account import Cloud
from .fields import whole
from .paging import Page, page_query, parsed_page
from .rows import Row, parse_row
from .wire import Query, accepted, container_in

DISCOVER: Final = "https://discover.provider.plex.tv"
METADATA: Final = "https://metadata.provider.plex.tv"

# Pages of this size are what other clients ask for.
PAGE: Final = 100

_WHO: Final = "Plex's watchlist"
_ALREADY: Final = (b"already on the watchlist", b"already added")
_MISSING: Final = (b"not on the watchlist",)
_GONE: Final = 404
_CONFLICT: Final = 409
_BAD: Final = 400
_FOUND_BY: Final = 10


class Catalogue:
    """Asks Plex's catalogue on behalf of an account."""

    def __init__(self, cloud: Cloud) -> None:
        """Take the ways to it."""
        self.sleep = cloud.sleep
        self._discover = cloud.discover
        self._metadata = cloud.metadata

    async def watchlist(self, start: int, size: int) -> Page[tuple[Row, int]]:
        """Return a part of the watchlist, newest first."""
        query: Query = {
            "includeCollections": 1,
            "includeExternalMedia": 1,
            "includeGuids": 1,
            "includeUserState": 1,
            "sort": "watchlistedAt:desc",
            **page_query(start, size),
        }

        async def ask() -> JsonObject:
            """Return the container."""
            path = f"{DISCOVER}/library/sections/watchlist/all"
            return container_in(accepted(await self._get(path, query), _WHO))

        return await parsed_page(ask(), parse_listing)

    async def title(self, key: str) -> Row | None:
        """Return a title with its ids, None if there is none of this key."""
        answer = await self._ask_metadata(
            f"{METADATA}/library/metadata/{key}", {"includeGuids": 1}
        )
        if answer.status == _GONE:
            return None
        return next(rows_in(container_in(accepted(answer, _WHO))), None)

    async def is_listed(self, key: str) -> bool:
        """Tell whether a title says of itself that it is on the watchlist."""
        path = f"{METADATA}/library/metadata/{key}/userState"
        answer = await self._ask_metadata(path, {})
        if answer.status == _GONE:
            return False
        state = container_in(accepted(answer, _WHO)).get("UserState")
        if isinstance(state, list):
            state = state[0] if state else None
        return isinstance(state, dict) and bool(whole(state, "watchlistedAt"))

    async def matches(
        self, kind: MediaKind, namespace: str, value: str, year: int | None
    ) -> list[Row]:
        """Return the titles that an id may lead to."""
        query: Query = {"type": kind.value, "title": f"{namespace}-{value}"}
        if year is not None:
            query["year"] = year
        path = f"{METADATA}/library/metadata/matches"
        answer = await self._ask_metadata(path, query)
        if answer.status in {_BAD, _GONE}:
            return []
        return list(rows_in(container_in(accepted(answer, _WHO))))

    async def search(self, words: str) -> list[Row]:
        """Return the titles that words lead to."""
        query: Query = {
            "query": words,
            "limit": _FOUND_BY,
            "searchTypes": "movies,tv",
            "searchProviders": "discover",
            "includeMetadata": 1,
        }
        answer = await self._get(f"{DISCOVER}/library/search", query)
        if answer.status in {_BAD, _GONE}:
            return []
        return list(rows_in(container_in(accepted(answer, _WHO))))

    async def put(self, key: str) -> bool:
        """Put a title on the watchlist; tell whether it was not there yet."""
        answer = await self._act("addToWatchlist", key)
        if answer.status == _CONFLICT or _says(answer, _ALREADY):
            return False
        accepted(answer, _WHO)
        return True

    async def take(self, key: str) -> bool:
        """Take a title off the watchlist; tell whether it was there."""
        answer = await self._act("removeFromWatchlist", key)
        if answer.status == _GONE or _says(answer, _MISSING):
            return False
        accepted(answer, _WHO)
        return True

    async def _act(self, action: str, key: str) -> Answer:
        """Change the watchlist; doing so twice is no different from once."""
        return await self._discover.request(
            "PUT",
            f"{DISCOVER}/actions/{action}",
            params={"ratingKey": key},
            idempotent=True,
        )

    async def _get(self, url: str, query: Query) -> Answer:
        """Return an answer about the watchlist, or of the search."""
        return await self._discover.request("GET", url, params=query, timeout=30)

    async def _ask_metadata(self, url: str, query: Query) -> Answer:
        """Return an answer about titles."""
        return await self._metadata.request("GET", url, params=query, timeout=30)


def parse_listing(row: JsonValue) -> tuple[Row, int] | None:
    """Return a title on the watchlist, and when it was put there.

    The date of the row itself is that of the catalogue. [unsure that lists tell the
    date at all; without it a title is undated]
    """
    parsed = parse_row(row)
    if parsed is None or parsed.kind not in {MediaKind.MOVIE, MediaKind.SHOW}:
        return None
    assert isinstance(row, dict)
    listed = whole(row, "watchlistedAt")
    state = row.get("UserState")
    if isinstance(state, list):
        state = state[0] if state else None
    if listed is None and isinstance(state, dict):
        listed = whole(state, "watchlistedAt")
    return parsed, max(listed or 0, 0)


def rows_in(container: JsonObject) -> Iterator[Row]:
    """Return the titles in a container: in it, or in the results of a search."""
    for row in _list(container, "Metadata"):
        if (parsed := parse_row(row)) is not None:
            yield parsed
    for group in _list(container, "SearchResults"):
        for result in _list(group, "SearchResult"):
            if isinstance(result, dict) and "Metadata" in result:
                yield from rows_in({"Metadata": _as_list(result["Metadata"])})


def _list(container: JsonValue | JsonObject, name: str) -> list[JsonValue]:
    """Return the list of a name, empty where there is none."""
    found = container.get(name, []) if isinstance(container, dict) else []
    if not isinstance(found, list):
        raise ProtocolError(f"Plex's catalogue has no list in {name}")
    return found


def _as_list(value: JsonValue) -> list[JsonValue]:
    """Return what may be one thing or several as several."""
    return value if isinstance(value, list) else [value]


def _says(answer: Answer, texts: Collection[bytes]) -> bool:
    """Tell whether a refusal says one of these."""
    body = answer.body.lower()
    return not answer.ok and any(each in body for each in texts)
