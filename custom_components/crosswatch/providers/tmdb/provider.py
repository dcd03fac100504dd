"""One TMDb account, as the engine sees it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, override

from ...engine.evidence import Informant, Informed
from ...engine.model import Feature, MediaKind, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import AccountInfo, FeatureSupport, Provider
from ..http import HttpClient
from ..kept import kept
from ..mediabrowser.writing import carry_out_all
from ..spec import Connection
from ..without_libraries import WithoutLibraries
from .client import Key, TmdbClient, limiter_of, secrets_of
from .lists import LISTS, Lists
from .lookup import TmdbInformant
from .mapping import account_from
from .writing import STEP, Writer

SLUG: Final = "tmdb"

# The marker of a watchlist rests on the newest being listed first.
FULL_READ_EVERY: Final = timedelta(days=1)

_IDS: Final = frozenset({"tmdb"})
_TITLES: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=_TITLES,
        update=False,
        ids=_IDS,
        trust_marker_for=FULL_READ_EVERY,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=_TITLES | {MediaKind.EPISODE}, ids=_IDS, rating_step=STEP
    ),
}


class TmdbProvider(WithoutLibraries, Provider, Informed):
    """One TMDb account."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(self, client: TmdbClient) -> None:
        """Start without having asked anything."""
        self._client = client
        self._lists = Lists(client)
        self._informant = TmdbInformant(client)

    @override
    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        return account_from(await self._client.account())

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return markers from the first pages, of which the next read makes use."""
        markers = {
            feature: await self._lists.marker(feature)
            for feature in LISTS
            if feature in features
        }
        return {feature: marker for feature, marker in markers.items() if marker}

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records: TMDb tells nothing of what has changed."""
        now = datetime.now(UTC)
        records = await self._lists.read(feature, previous)
        return Snapshot.of(feature, records, now)

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        self._lists.forget()
        writer = Writer(self._client, feature)
        async for outcome in carry_out_all(operations, writer.carry_out):
            yield outcome

    @override
    def informants(self) -> Sequence[Informant]:
        """Return whom to ask about the titles of other services."""
        return (self._informant,)


def create(connection: Connection) -> TmdbProvider:
    """Return the account that a sign-in has returned."""
    data = connection.data
    http = HttpClient(
        connection.session,
        limiter_of(connection.limiters),
        secrets=lambda: secrets_of(data),
    )
    key = Key(kept(data, "api_key"))
    client = TmdbClient(http, key, kept(data, "session_id"), kept(data, "account_id"))
    return TmdbProvider(client)
