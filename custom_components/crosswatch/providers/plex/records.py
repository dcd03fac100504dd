"""The records of one user of a Plex server: read, and written."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from datetime import datetime

from ...engine.model import Feature, Library, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import AuthenticationError, ProtocolError, ProviderError
from .catalogue import Catalogue
from .client import PlexClient
from .doubts import Doubts
from .history import History
from .index import LibraryIndex
from .library import Lists, ShowCache
from .marking import MarkChange
from .notes import Notes
from .own import Own
from .paging import gather
from .placing import PositionChange
from .probe import views_marker
from .progress import Positions
from .rating import RatingChange
from .ratings import Ratings
from .sending import Change, send_all
from .targets import Targets
from .watchlist import Watchlist


class PlexRecords:
    """The records of one user of a Plex server, and the watchlist at plex.tv."""

    def __init__(
        self,
        client: PlexClient,
        catalogue: Catalogue | None,
        own: Own,
        now: Callable[[], datetime],
        completes_at: Callable[[], float],
    ) -> None:
        """Start without having asked anything; without plex.tv there is no watchlist.

        `completes_at` returns from which percentage on the server takes an item for
        watched, as far as it is known by then.
        """
        self._client = client
        self._now = now
        self._completes_at = completes_at
        self._notes = Notes(own)
        self._lists = Lists(client)
        shows = ShowCache(self._lists)
        self._index = LibraryIndex(self._lists)
        self._history = History(self._lists, shows, self._notes)
        self._ratings = Ratings(self._lists, shows)
        self._positions = Positions(client, self._lists, shows, self._notes)
        self._watchlist = Watchlist(catalogue, self._notes) if catalogue else None
        self._doubts = Doubts(self._lists, self._watchlist)

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers of these features, with as few requests as will do."""
        asked: dict[Feature, Coroutine[None, None, str]] = {}
        if Feature.WATCHLIST in features and self._watchlist is not None:
            alone = len(features) == 1
            marker = self._watchlist.marker
            asked[Feature.WATCHLIST] = marker() if alone else _if_any(marker)
        if Feature.RATINGS in features:
            asked[Feature.RATINGS] = self._ratings.marker()
        viewed = {Feature.HISTORY, Feature.PROGRESS}.intersection(features)
        if viewed:
            asked[Feature.HISTORY] = views_marker(self._lists)
        markers = dict(zip(asked, await gather(asked.values()), strict=True))
        if Feature.PROGRESS in viewed:
            views = markers[Feature.HISTORY]
            markers[Feature.PROGRESS] = await self._positions.marker(views)
        return {
            name: marker
            for name, marker in markers.items()
            if marker and name in features
        }

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature, what is missing looked into."""
        snapshot = await self._read(feature, previous)
        if await self._doubts.contradict(snapshot, previous):
            # It may have come back meanwhile.
            snapshot = await self._read(feature, None)
            if await self._doubts.contradict(snapshot, previous):
                raise ProtocolError(
                    "The lists of Plex contradict what it says of the items themselves:"
                    " they may be cut short, or those of another user"
                )
        return snapshot

    async def _read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return what is listed, each feature in its own way."""
        now = self._now()
        match feature:
            case Feature.HISTORY:
                return await self._history.read(previous, now)
            case Feature.RATINGS:
                return await self._ratings.read(now)
            case Feature.PROGRESS:
                return await self._positions.read(now)
            case _:
                return await self._the_watchlist().read(previous, now)

    async def libraries(self) -> Sequence[Library]:
        """Return the libraries of films and shows that the user may see."""
        return await self._lists.libraries()

    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return which library items are in."""
        rows = await self._lists.by_key(native_ids)
        return {key: row.section for key, row in rows.items() if row.section}

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those items that are in no library any more, or in none of the user's.

        What was done with them went with them: nobody has taken it back. The watchlist
        is of titles, which are in no library.
        """
        if feature is Feature.WATCHLIST:
            return frozenset()
        keys = frozenset(key for key in native_ids if key.isdecimal())
        return keys - (await self._lists.by_key(keys)).keys()

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations."""
        if feature is Feature.WATCHLIST:
            outcomes = self._the_watchlist().write(operations)
        else:
            targets = Targets(self._lists, self._index, self._client.sleep)
            outcomes = send_all(self._change(feature, targets), targets, operations)
        self._ratings.forget()
        async for outcome in outcomes:
            yield outcome

    def _change(self, feature: Feature, targets: Targets) -> Change:
        """Return how a feature is written."""
        match feature:
            case Feature.HISTORY:
                return MarkChange(
                    self._client, self._lists, self._notes, targets, self._now
                )
            case Feature.RATINGS:
                return RatingChange(self._client, targets, self._now)
            case _:
                return PositionChange(
                    self._client,
                    self._notes,
                    self._positions,
                    targets,
                    self._completes_at(),
                )

    def _the_watchlist(self) -> Watchlist:
        """Return the watchlist, which only an account at plex.tv has."""
        if self._watchlist is None:
            raise AuthenticationError(
                "Only an account at plex.tv has a watchlist: sign in with a code"
            )
        return self._watchlist


async def _if_any(marker: Callable[[], Coroutine[None, None, str]]) -> str:
    """Return the marker of the watchlist, none where plex.tv does not answer.

    The server goes on without it; the read of the watchlist itself will tell.
    """
    try:
        return await marker()
    except ProviderError:
        return ""
