"""One Trakt account, as the engine sees it."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime, timedelta
from typing import Final

from ...engine.model import Feature, Record, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import ALL_KINDS, AccountInfo, FeatureSupport
from ..http import HttpClient, JsonObject
from ..spec import Connection
from ..without_libraries import WithoutLibraries
from .batching import BATCH_SIZES
from .client import HOST, PACE, TraktClient
from .dropped import Dropped
from .login import Login, text_in
from .mapping import PlayRow, RowReader, account_from
from .oauth import OAuth, oauth_limiter
from .options import DROPPED
from .paging import Listing, Page, collect, together
from .payload import GROUPS, PLAYED, moment_to_json
from .playback import Playback
from .plays import count_of, merged, newest_seen, snapshot_of
from .room import PATHS, Room
from .stopping import BATCH_SIZE, COMPLETES_AT, Stopper
from .writing import Writer

SLUG: Final = "trakt"

# A play that is removed while others are added, new ones and one of an old date, passes
# a delta by. So what the deltas have made of a history is checked now and then.
FULL_READ_EVERY: Final = timedelta(days=1)
TRUST_FOR: Final = timedelta(days=7)

_IDS: Final = frozenset({"trakt", "imdb", "tmdb", "tvdb"})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=ALL_KINDS,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.WATCHLIST],
        # [unsure] for shows, which it depends on the person's settings: an item that is
        # taken for dropped is left alone on the other side, and nothing is lost.
        drops_watched=True,
    ),
    # The date of a play cannot be changed, but another play can be added.
    Feature.HISTORY: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        plays=True,
        precision=timedelta(minutes=1),
        batch_size=BATCH_SIZES[Feature.HISTORY],
        trust_marker_for=TRUST_FOR,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS,
        ids=_IDS,
        rating_step=1.0,
        batch_size=BATCH_SIZES[Feature.RATINGS],
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        batch_size=BATCH_SIZE,
        completes_at=COMPLETES_AT,
        # [unsure] whether the marker sees what is deleted, and it cannot see what ends
        # by itself after some months.
        trust_marker_for=FULL_READ_EVERY,
        # A start deletes a position, and so does time.
        forgets=True,
    ),
}
# The stamps that tell of every change of a feature, removals included.
_STAMPS: Final[Mapping[Feature, tuple[tuple[str, str], ...]]] = {
    Feature.WATCHLIST: (("watchlist", "updated_at"),),
    Feature.HISTORY: (("movies", "watched_at"), ("episodes", "watched_at")),
    Feature.RATINGS: tuple((group, "rated_at") for group in GROUPS.values()),
    Feature.PROGRESS: (("movies", "paused_at"), ("episodes", "paused_at")),
}
_DROPPED: Final = (("shows", "dropped_at"),)
# Plays are listed by their own dates: the newest may still be joined by others.
_OVERLAP: Final = timedelta(seconds=300)


class TraktProvider(WithoutLibraries):
    """One Trakt account."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(
        self, client: TraktClient, login: Login, *, leaves_dropped: bool = False
    ) -> None:
        """Take the API on behalf of the account, and its tokens.

        With `leaves_dropped` nothing is done about shows that the person dropped.
        """
        self._client = client
        self._login = login
        self._dropped = Dropped(client, wanted=leaves_dropped)
        self._playback = Playback(client)
        # How many plays Trakt counted but did not show at the last full read.
        self._unlisted = 0
        self._room = Room(client)
        # The last marker of the history.
        self._marker = ""

    @classmethod
    def create(cls, connection: Connection) -> TraktProvider:
        """Return the account that a sign-in has returned."""

        def secrets() -> Collection[str]:
            """Return the tokens of this moment."""
            return login.secrets()

        data, session = connection.data, connection.session
        limiters = connection.limiters
        oauth = OAuth(
            HttpClient(session, oauth_limiter(limiters), secrets=secrets),
            text_in(data, "client_id"),
            text_in(data, "client_secret"),
        )
        login = Login(oauth, data, connection.save)
        http = HttpClient(
            session,
            limiters.for_host(HOST, PACE),
            secrets=secrets,
            # A play that is sent again is stored again.
            busy_means_undone=False,
        )
        return cls(
            TraktClient(http, login),
            login,
            leaves_dropped=connection.options.get(DROPPED) is True,
        )

    async def listen(self) -> None:
        """Keep the login alive: Trakt's tokens last for a week, and are single-use."""
        await self._login.keep()

    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        settings = await self._client.settings()
        self._room.told(settings)
        return account_from(settings)

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature, from one request for all of them."""
        self._room.begin()
        activities = await self._client.last_activities()
        self._dropped.note(marker_from(activities, _DROPPED))
        markers = {
            feature: marker_from(activities, stamps)
            for feature, stamps in _STAMPS.items()
            if feature in features
        }
        self._marker = markers.get(Feature.HISTORY, self._marker)
        return {feature: marker for feature, marker in markers.items() if marker}

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return the keys of dropped shows, where they are to be left alone."""
        return await self._dropped.keys(feature)

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature."""
        reader = RowReader()
        now = datetime.now(UTC)
        match feature:
            case Feature.HISTORY:
                return await self._read_history(reader, previous, now)
            case Feature.PROGRESS:
                fit = previous and previous.complete and _is_recent(previous, now)
                return await self._playback.read(previous if fit else None, now)
            case Feature.RATINGS:
                paths = [f"{PATHS[feature]}/{group}" for group in GROUPS.values()]
                lists = await together(
                    *(self._list(each, reader.rated) for each in paths)
                )
            case _:
                lists = [await self._list(PATHS[Feature.WATCHLIST], reader.listed)]
        self._room.holds(
            feature, sum(len(each.things) + each.unlisted for each in lists)
        )
        records = (record for each in lists for record in each.things)
        return Snapshot.of(feature, records, now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        writer: Writer | Stopper
        if feature is Feature.PROGRESS:
            writer = Stopper(self._client, operations)
        else:
            writer = Writer(self._client, feature, operations, self._room)
        async for outcome in writer.outcomes():
            yield outcome

    async def _list(
        self, path: str, parse: Callable[[JsonObject], Record | None]
    ) -> Listing[Record]:
        """Return all records of a list."""

        async def fetch(number: int) -> Page[Record]:
            """Return one page."""
            return await self._client.page(path, number, parse)

        return await collect(fetch, lambda record: record.native_id)

    async def _read_history(
        self, reader: RowReader, previous: Snapshot | None, now: datetime
    ) -> Snapshot:
        """Return the history: as before, with what is new, or read afresh.

        The first page tells how many plays there are, and the newest of them.
        """
        fetch = self._plays(reader)
        head = await fetch(1)
        self._room.holds(Feature.HISTORY, head.total)
        if previous and previous.complete and _is_recent(previous, now):
            known = await self._brought_up_to_date(previous, head, reader)
            if known is not None and self._explains(known, previous):
                return known
        listing = await collect(fetch, lambda row: row.play_id, head, self._unlisted)
        self._unlisted = listing.unlisted
        # Many records take a while: not in the event loop.
        return await asyncio.to_thread(snapshot_of, listing.things, now)

    def _explains(self, known: Snapshot, previous: Snapshot) -> bool:
        """Tell whether what a delta has found is all that can have happened.

        If something has changed and nothing new is in sight, plays were removed and
        others added out of sight.
        """
        changed = self._marker and self._marker != previous.marker != ""
        return not changed or known is not previous

    async def _brought_up_to_date(
        self, previous: Snapshot, head: Page[PlayRow], reader: RowReader
    ) -> Snapshot | None:
        """Return the history with what is new, or None if that does not explain all."""
        total = head.total - self._unlisted
        result = await asyncio.to_thread(merged, previous, head.things, total)
        if result is not None or head.pages < 2 or total <= count_of(previous):
            return result
        newest = newest_seen(previous)
        dates = [row.at for row in head.things if row.at is not None]
        if newest is None or not dates or min(dates) < newest - _OVERLAP:
            # The first page goes back far enough: what is missing is older.
            return None
        fetch = self._plays(reader, start_at=moment_to_json(newest - _OVERLAP))
        listing = await collect(fetch, lambda row: row.play_id)
        return await asyncio.to_thread(merged, previous, listing.things, total)

    def _plays(
        self, reader: RowReader, **params: str
    ) -> Callable[[int], Awaitable[Page[PlayRow]]]:
        """Return what fetches a page of the history."""
        path = PATHS[Feature.HISTORY]
        return lambda number: self._client.page(path, number, reader.play, **params)


def _is_recent(snapshot: Snapshot, now: datetime) -> bool:
    """Tell whether everything was listed not long ago."""
    return now - snapshot.full_read_at < FULL_READ_EVERY


def marker_from(activities: JsonObject, stamps: Iterable[tuple[str, str]]) -> str:
    """Return the stamps as one text, empty if one is missing; null is for never."""
    found: list[str] = []
    for group, name in stamps:
        part = activities.get(group)
        if not isinstance(part, dict) or name not in part:
            return ""
        stamp = part[name]
        if stamp is not None and not isinstance(stamp, str):
            return ""
        found.append(stamp or "never")
    return " ".join(found)
