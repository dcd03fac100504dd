"""One MDBList account, as the engine sees it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ...engine.model import Feature, MediaKind, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import ALL_KINDS, AccountInfo, FeatureSupport, RateLimitedError
from ..http import HttpClient, JsonObject
from ..spec import Allowance, Connection
from ..without_libraries import WithoutLibraries
from . import plays, ratings
from .accounting import Listing
from .client import HOST, PACE, MdblistClient
from .journal import Entry, news, plays_changed, ratings_changed
from .mapping import USER_ID, USERNAME, account_from
from .positions import PositionWriter
from .quota import Now, Quota, utc_now
from .reading import Reader
from .removal import names_among, names_in
from .since import OVERLAP, marker_from, pays, since_of
from .titles import text_in
from .writing import Names, Writer

SLUG: Final = "mdblist"

_IDS: Final = frozenset({"imdb", "tmdb", "trakt", "tvdb"})
_PLAYED: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
        update=False,
        ids=_IDS,
        batch_size=500,
        # [unsure] whether its stamp moves when something is taken off: if it does
        # not, that is seen a few hours later.
        trust_marker_for=timedelta(hours=6),
    ),
    # The date of a play cannot be changed, but another play can be added.
    Feature.HISTORY: FeatureSupport(
        kinds=_PLAYED,
        ids=_IDS,
        plays=True,
        precision=timedelta(seconds=1),
        batch_size=500,
        trust_marker_for=timedelta(days=7),
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS,
        ids=_IDS,
        rating_step=1.0,
        batch_size=500,
        trust_marker_for=timedelta(days=7),
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=_PLAYED,
        ids=_IDS,
        batch_size=50,
        # [unsure] whether its stamp moves when a position is taken away.
        trust_marker_for=timedelta(hours=1),
    ),
}


class MdblistProvider(WithoutLibraries):
    """One MDBList account."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(
        self, client: MdblistClient, quota: Quota, now: Now, known: AccountInfo | None
    ) -> None:
        """Take the API on behalf of the account, and the count of its requests.

        `known` is whose account it was when its person signed in.
        """
        self._client = client
        self._known = known
        self._reader = Reader(client)
        self._quota = quota
        self._now = now
        # The newest stamp of the journal.
        self._journal_at = ""

    @classmethod
    def create(cls, connection: Connection, now: Now = utc_now) -> MdblistProvider:
        """Return the account that a sign-in has returned."""
        api_key = text_in(connection.data, "api_key")
        quota = Quota(now)
        http = HttpClient(
            connection.session,
            connection.limiters.for_host(HOST, PACE),
            secrets=lambda: (api_key,),
        )
        return cls(
            MdblistClient(http, api_key, quota), quota, now, known_from(connection.data)
        )

    @property
    def allowance(self) -> Allowance | None:
        """Return how many requests of the day are left, as far as that is known."""
        return self._quota.allowance

    async def identify(self) -> AccountInfo:
        """Return whose account it is; that tells how many requests are left, too.

        An account whose requests are used up is no reason to ask again and again: it
        is the one that it was.
        """
        known = self._known
        by_name = known is not None and not known.account_id.isdecimal()
        try:
            return account_from(await self._client.user(), by_name=by_name)
        except RateLimitedError:
            if known is None:
                raise
            return known

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature, from one request for all of them."""
        if not features:
            return {}
        activities = await self._client.get_object("/sync/last_activities")
        self._journal_at = text_in(activities, "journal_at")
        markers = {feature: marker_from(activities, feature) for feature in features}
        return {feature: marker for feature, marker in markers.items() if marker}

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature."""
        now = self._now()
        match feature:
            case Feature.HISTORY:
                if known := await self._with_plays(previous, now):
                    return known
                rows = await self._reader.plays()
                # Many records take a while: not in the event loop.
                return await asyncio.to_thread(plays.snapshot_of, rows, now)
            case Feature.RATINGS:
                if known := await self._with_ratings(previous, now):
                    return known
                rated = await self._reader.ratings()
                return await asyncio.to_thread(ratings.snapshot_of, rated, now)
            case Feature.WATCHLIST:
                return Snapshot.of(feature, await self._reader.watchlist(), now)
            case _:
                return Snapshot.of(feature, await self._reader.positions(), now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        if not operations:
            return

        async def look() -> Listing:
            """Return what is listed now, by the keys of the titles."""
            records = (await self.read(feature, None)).records.values()
            return {key: record.value for record in records for key in record.keys}

        writer: PositionWriter | Writer
        if feature is Feature.PROGRESS:
            writer = PositionWriter(self._client, operations)
        else:
            find = self._find_plays
            writer = Writer(self._client, feature, operations, look, find)
        async for outcome in writer.outcomes():
            yield outcome

    async def _with_plays(
        self, previous: Snapshot | None, now: datetime
    ) -> Snapshot | None:
        """Return the history with what is new, or None if all has to be read."""
        if previous is None or not pays(previous, plays.count_of(previous), now):
            return None
        entries = await self._entries(Feature.HISTORY, previous)
        changes = None if entries is None else plays_changed(entries)
        if changes is None or not entries:
            return previous if entries == [] else None
        rows = await self._reader.plays(since_of(previous)) if changes.came else []
        return await asyncio.to_thread(plays.merged, previous, changes, rows)

    async def _with_ratings(
        self, previous: Snapshot | None, now: datetime
    ) -> Snapshot | None:
        """Return the ratings with what is new, or None if all has to be read."""
        if previous is None or not pays(previous, len(previous.records), now):
            return None
        entries = await self._entries(Feature.RATINGS, previous)
        if not entries:
            return previous if entries == [] else None
        changes = ratings_changed(entries)
        rows = await self._reader.ratings(since_of(previous)) if changes.came else []
        return await asyncio.to_thread(ratings.merged, previous, changes, rows)

    async def _entries(
        self, feature: Feature, previous: Snapshot
    ) -> list[Entry] | None:
        """Return what the journal says of a feature since a snapshot."""
        since = since_of(previous)
        entries = await self._reader.journal(since, self._journal_at)
        if entries is None:
            return None
        own = [entry for entry in entries if entry.feature is feature]
        return await asyncio.to_thread(news, own, previous, since + OVERLAP)

    async def _find_plays(self, operations: Sequence[Operation]) -> Names:
        """Return the names of the plays that operations take away.

        Where they are not all known, the whole history is listed, once.
        """
        names = {id(each): names_in(each) for each in operations}
        unclear = [each for each in operations if names[id(each)] is None]
        found = {name: told for name, told in names.items() if told is not None}
        if unclear:
            rows = await self._reader.plays()
            found.update(await asyncio.to_thread(names_among, unclear, rows))
        return found


def known_from(data: JsonObject) -> AccountInfo | None:
    """Return whose account the data of a sign-in is, where they tell."""
    account_id = text_in(data, USER_ID)
    if not account_id:
        return None
    return AccountInfo(account_id=account_id, name=text_in(data, USERNAME))
