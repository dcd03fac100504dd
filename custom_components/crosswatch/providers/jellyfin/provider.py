"""One user of a Jellyfin server, as the engine sees an account."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
import time
from typing import Final, override

from ...engine.model import Feature, Library, MediaKind, Record, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import (
    ALL_KINDS,
    AccountInfo,
    AuthenticationError,
    FeatureSupport,
    ProtocolError,
    Provider,
)
from ..http import JsonObject
from ..mediabrowser.library import (
    IN_ORDER,
    WITH_IDS,
    LibraryIndex,
    Listing,
    Query,
    SeriesCache,
)
from ..mediabrowser.mapping import favourite_from_row, rating_from_row
from ..mediabrowser.paging import PAGE_SIZE, gather
from ..mediabrowser.places import Places
from ..mediabrowser.rows import ID_NAMESPACES, Page, Row
from ..spec import Connection
from .authorization import authorization
from .client import JellyfinClient, http_client
from .doubts import Doubts
from .history import History
from .writer import write

SLUG: Final = "jellyfin"

# The marker of the history sees the number of plays and the newest ones. An old play
# that is removed while another is added with an old date passes it by.
FULL_READ_EVERY: Final = timedelta(days=1)

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
        update=False,
        ids=ID_NAMESPACES,
        libraries=True,
    ),
    Feature.HISTORY: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.EPISODE}),
        ids=ID_NAMESPACES,
        trust_marker_for=FULL_READ_EVERY,
        libraries=True,
    ),
    # Without any marker: the server can neither filter nor order by a user's rating,
    # so that each read goes through the whole library.
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS, ids=ID_NAMESPACES, rating_step=0.1, libraries=True
    ),
}

_EVERYWHERE: Final[Query] = {
    **WITH_IDS,
    "recursive": "true",
    "collapseBoxSetItems": "false",
    "enableUserData": "true",
    "enableTotalRecordCount": "true",
}
HISTORY_QUERY: Final[Query] = {
    **_EVERYWHERE,
    "includeItemTypes": "Movie,Episode",
    "excludeLocationTypes": "Virtual",
    "filters": "IsPlayed",
    # Whole seasons are marked at one moment, and have to keep their places.
    "sortBy": "DatePlayed,DateCreated",
    "sortOrder": "Descending",
}
FAVOURITES_QUERY: Final[Query] = {
    **_EVERYWHERE,
    **IN_ORDER,
    "includeItemTypes": "Movie,Series",
    "filters": "IsFavorite",
}
RATINGS_QUERY: Final[Query] = {**_EVERYWHERE, **IN_ORDER}
# For each series and season the server counts what is left to watch in it: a page of
# many would take a small server minutes.
RATINGS_PAGES: Final = {"Movie,Episode": PAGE_SIZE, "Series,Season": 200}

# How long, in seconds, what was fetched for a marker may serve the read after it.
_KEPT_FOR: Final = 30.0


class _Kept[T]:
    """Something fetched for a marker, to be used by the next read, once."""

    def __init__(self) -> None:
        """Start without anything."""
        self._value: T | None = None
        self._until = 0.0

    def put(self, value: T) -> T:
        """Keep and return it."""
        self._value = value
        self._until = time.monotonic() + _KEPT_FOR
        return value

    def take(self) -> T | None:
        """Return it if it is there and still good, and keep it no longer."""
        value, self._value = self._value, None
        return value if time.monotonic() < self._until else None


class JellyfinProvider(Provider):
    """One user of a Jellyfin server."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(
        self,
        client: JellyfinClient,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything."""
        self._client = client
        self._now = now
        self._series = SeriesCache(client)
        plays = Listing(client.items, HISTORY_QUERY)
        self._history = History(plays, self._series)
        self._index = LibraryIndex(client)
        self._places = Places(client)
        self._doubts = Doubts(client, self._series)
        self._head: _Kept[Page] = _Kept()
        self._favourites: _Kept[list[Row]] = _Kept()

    @override
    async def identify(self) -> AccountInfo:
        """Return who this account is."""
        return account_info(await self._client.me())

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers; one request each, which the next read makes use of."""
        probes = {
            Feature.HISTORY: self._history_marker,
            Feature.WATCHLIST: self._watchlist_marker,
        }
        wanted = [feature for feature in probes if feature in features]
        markers = await gather(probes[feature]() for feature in wanted)
        return dict(zip(wanted, markers, strict=True))

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records; what is missing since the last time is looked into."""
        snapshot = await self._read(feature, previous)
        return await self._doubts.settle(snapshot, previous)

    async def _read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return what the server lists, each feature in its own way."""
        match feature:
            case Feature.HISTORY:
                return await self._read_history(previous)
            case Feature.WATCHLIST:
                rows = self._favourites.take() or await self._list(FAVOURITES_QUERY)
                records = [
                    record for row in rows if (record := favourite_from_row(row))
                ]
                return Snapshot.of(feature, records, self._now())
            case _:
                return await self._read_ratings()

    @override
    async def libraries(self) -> Sequence[Library]:
        """Return the user's libraries of films and series."""
        return await self._places.libraries()

    @override
    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return which of these libraries items are in."""
        return await self._places.locate(native_ids)

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations."""
        self._forget()
        try:
            async for outcome in write(self._client, self._index, feature, operations):
                yield outcome
        finally:
            self._forget()

    def _forget(self) -> None:
        """Keep nothing from before a write."""
        self._head.take()
        self._favourites.take()

    async def _history_marker(self) -> str:
        """Return the number of plays and a digest of the newest ones."""
        head = self._head.put(await self._history.head())
        newest = digest(
            (row.id, row.data.last_played, row.data.play_count) for row in head.rows
        )
        return f"{head.total}:{newest}"

    async def _watchlist_marker(self) -> str:
        """Return a digest of all favourites: these are few, mostly one page."""
        rows = self._favourites.put(await self._list(FAVOURITES_QUERY))
        return f"{len(rows)}:{digest(sorted(map(repr, rows)))}"

    async def _read_history(self, previous: Snapshot | None) -> Snapshot:
        """Return the history: what is new where that is certain to be all."""
        now = self._now()
        if previous is not None and now - previous.full_read_at < FULL_READ_EVERY:
            updated = await self._history.update(previous, self._head.take())
            if updated is not None:
                return updated
        return await self._history.read(now)

    async def _read_ratings(self) -> Snapshot:
        """Return the ratings, for which all items have to be looked at."""
        now = self._now()
        lists = await gather(
            self._list({**RATINGS_QUERY, "includeItemTypes": types}, size)
            for types, size in RATINGS_PAGES.items()
        )
        rows = [row for some in lists for row in some if row.data.rating is not None]
        shows = await self._series.all_of(rows)
        records: Iterable[Record | None] = (rating_from_row(row, shows) for row in rows)
        return Snapshot.of(Feature.RATINGS, filter(None, records), now)

    async def _list(self, query: Query, size: int = PAGE_SIZE) -> list[Row]:
        """Return all rows of a list."""
        return (await Listing(self._client.items, query).read(size)).rows


def digest(parts: Iterable[object]) -> str:
    """Return a short text that changes with what it is made of."""
    found = blake2b(digest_size=8)
    for part in parts:
        found.update(f"{part}\n".encode())
    return found.hexdigest()


def account_info(
    user: JsonObject, server_name: str = "", version: str = ""
) -> AccountInfo:
    """Return who a user is; the same name on two servers is two accounts."""
    user_id, server_id = _needed(user, "Id"), _needed(user, "ServerId")
    name = _needed(user, "Name")
    return AccountInfo(
        account_id=f"{server_id}_{user_id}",
        name=f"{name} ({server_name})" if server_name else name,
        version=version,
    )


def create(connection: Connection) -> JellyfinProvider:
    """Return the provider of an account."""
    data = connection.data
    url, token = _kept(data, "url"), _kept(data, "token")
    http = http_client(
        connection.session,
        connection.limiters,
        url,
        authorization(_kept(data, "device_id"), token),
        lambda: (token,),
    )
    return JellyfinProvider(JellyfinClient(http, url, _kept(data, "user_id")))


def _needed(user: JsonObject, name: str) -> str:
    """Return a text that every user has."""
    value = user.get(name)
    if isinstance(value, str) and value:
        return value
    raise ProtocolError(f"The server's answer about the user lacks {name}")


def _kept(data: JsonObject, name: str) -> str:
    """Return what the sign-in kept."""
    value = data.get(name)
    if isinstance(value, str) and value:
        return value
    raise AuthenticationError(f"The account's data lacks {name}: sign in again")
