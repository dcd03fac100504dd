"""One TMDb account, as the engine sees it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, override

from ...engine.evidence import Informant, Informed
from ...engine.provider import AccountInfo
from ..http import HttpClient
from ..kept import kept
from ..late import LateProvider
from ..spec import Connection
from .capabilities import CAPABILITIES
from .client import Key, TmdbClient, limiter_of, secrets_of
from .fields import account_from
from .informant import TmdbInformant

if TYPE_CHECKING:
    from .records import TmdbRecords

SLUG: Final = "tmdb"


class TmdbProvider(LateProvider["TmdbRecords"], Informed):
    """One TMDb account."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(self, client: TmdbClient) -> None:
        """Start without having asked anything."""
        super().__init__()
        self._client = client
        self._informant = TmdbInformant(self.records)

    @override
    def _load(self) -> TmdbRecords:
        """Import what reads and writes, and return it."""
        from .records import TmdbRecords  # noqa: PLC0415

        return TmdbRecords(self._client)

    @override
    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        return account_from(await self._client.account())

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
