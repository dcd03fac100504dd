"""One AniList account, as the engine sees it."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection as Names,
    Mapping,
    Sequence,
)
from copy import replace
from datetime import UTC, datetime
import time
from typing import Final

from ...engine.evidence import Informant
from ...engine.model import Feature, MediaKind, Snapshot
from ...engine.numbering import NumberingInformant
from ...engine.plan import Operation, Outcome
from ...engine.provider import AccountInfo, AuthenticationError, FeatureSupport
from ..http import JsonObject
from ..spec import Connection
from ..without_libraries import WithoutLibraries
from .client import AniListClient, client_of, number_in
from .finding import Finder
from .mapping import (
    Collection,
    account_from,
    entries_from,
    records_of,
    score_format_in,
    text_in,
)
from .numbering_files import NumberingFiles
from .plain import plain_client_of
from .scores import ScoreFormat, step_of
from .writing import BATCH_SIZE, Writer

SLUG: Final = "anilist"
# Whose word a person is told it is.
NAME: Final = "Anime numbering"

# How long, in seconds, the list may serve the reads after it.
_KEPT_FOR: Final = 30.0

_KINDS: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW, MediaKind.SEASON})
# What AniList knows by itself, and what a mapping adds to it.
_OWN_IDS: Final = frozenset({"anilist", "mal"})
_IDS: Final = _OWN_IDS | {"anidb", "kitsu", "tvdb", "tmdb", "imdb"}

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=_KINDS,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZE,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=_KINDS, ids=_IDS, rating_step=1.0, batch_size=BATCH_SIZE
    ),
}


class AniListProvider(WithoutLibraries):
    """One AniList account."""

    slug = SLUG

    def __init__(
        self,
        client: AniListClient,
        data: JsonObject,
        files: NumberingFiles,
        save: Callable[[JsonObject], Awaitable[None]],
    ) -> None:
        """Take the API, what the sign-in returned, and the mapping files."""
        self._client = client
        self._data = data
        self._files = files
        self._save = save
        # The last list, until when it is good, and which features may still use it.
        self._held: Collection | None = None
        self._until = 0.0
        self._unread: set[Feature] = set()
        self._lock = asyncio.Lock()

    @classmethod
    def create(cls, connection: Connection) -> AniListProvider:
        """Return the account that a sign-in has returned."""
        data = connection.data
        session, limiters = connection.session, connection.limiters
        token, user_id = text_in(data, "access_token"), text_in(data, "user_id")
        # How the account rates was told by an API that can be asked anything.
        if text_in(data, "score_format"):
            client = client_of(session, limiters, token)
        else:
            client = plain_client_of(session, limiters, token, user_id)
        files = NumberingFiles(connection.options)
        return cls(client, data, files, connection.save)

    @property
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what this account can do: how it rates, and what a mapping adds."""
        step = step_of(self._form)
        ids = _IDS if self._files else _OWN_IDS
        return {
            feature: replace(
                support,
                ids=ids,
                rating_step=step if feature is Feature.RATINGS else support.rating_step,
            )
            for feature, support in CAPABILITIES.items()
        }

    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        return account_from(await self._client.viewer())

    async def activity(self, features: Names[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature: one request for all, and for their reads.

        AniList has no date that moves when an entry is deleted. The whole list is one
        answer, so that it tells of changes itself.
        """
        wanted = CAPABILITIES.keys() & set(features)
        if not wanted:
            return {}
        numbering = await self._files.load()
        async with self._lock:
            held = await self._fetch()
        return {
            feature: await asyncio.to_thread(held.marker, feature, numbering)
            for feature in wanted
        }

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature, from a list that is new to it."""
        now = datetime.now(UTC)
        numbering = await self._files.load()
        async with self._lock:
            held = await self._take(feature)
        records = await asyncio.to_thread(records_of, held, feature, numbering)
        return Snapshot.of(feature, records, now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out operations and yield one outcome for each."""
        self._held = None
        try:
            finder = Finder(self._client, await self._files.load())
            writer = Writer(self._client, finder, feature)
            async for outcome in writer.write(operations):
                yield outcome
        finally:
            self._held = None

    def informants(self) -> Sequence[Informant]:
        """Return what the mapping files know of items, also of other accounts."""
        if not self._files:
            return ()
        return (NumberingInformant(NAME, self._files.load, self._files.version()),)

    async def _take(self, feature: Feature) -> Collection:
        """Return the last list if it is new to this feature, or else another one."""
        held = self._held
        fresh = feature in self._unread and time.monotonic() <= self._until
        if held is None or not fresh:
            held = await self._fetch()
        self._unread.discard(feature)
        return held

    async def _fetch(self) -> Collection:
        """Return all entries of the account, for the reads after this as well."""
        self._held = None
        user_id = text_in(self._data, "user_id")
        if not user_id.isdecimal():
            raise AuthenticationError("AniList's login is incomplete: sign in again")
        viewer, rows = await self._client.collection(int(user_id))
        if number_in(viewer, "id") != int(user_id):
            raise AuthenticationError("AniList's login is another account's by now")
        await self._note(score_format_in(viewer))
        entries = await asyncio.to_thread(entries_from, rows)
        self._held = held = Collection(self._form, entries)
        self._until = time.monotonic() + _KEPT_FOR
        self._unread = set(CAPABILITIES)
        return held

    @property
    def _form(self) -> ScoreFormat:
        """Return how the account rated when it was asked last."""
        form = text_in(self._data, "score_format")
        return ScoreFormat(form) if form in ScoreFormat else ScoreFormat.POINT_10

    async def _note(self, form: ScoreFormat) -> None:
        """Keep how the account rates, which a person can change at any time."""
        if form is not self._form:
            self._data = {**self._data, "score_format": form.value}
            await self._save(self._data)
