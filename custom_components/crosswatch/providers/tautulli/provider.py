"""One user of a Plex server, as Tautulli remembers what they played."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, override

from ...engine.provider import AccountInfo
from ..kept import kept
from ..late import LateProvider
from ..spec import Connection
from .capabilities import CAPABILITIES
from .client import TautulliClient, http_client
from .fields import account_from

if TYPE_CHECKING:
    from .records import TautulliRecords

SLUG: Final = "tautulli"


class TautulliProvider(LateProvider["TautulliRecords"]):
    """One user of the Plex server that a Tautulli watches over."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(
        self,
        client: TautulliClient,
        user_id: str,
        user: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything."""
        super().__init__()
        self._client = client
        self._user_id = user_id
        self._user = user
        self._now = now

    @override
    def _load(self) -> TautulliRecords:
        """Import what reads and writes, and return it."""
        from .records import TautulliRecords  # noqa: PLC0415

        return TautulliRecords(self._client, self._user_id, self._now)

    @override
    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        return account_from(await self._client.server_info(), self._user_id, self._user)


def create(connection: Connection) -> TautulliProvider:
    """Return the provider of an account."""
    data = connection.data
    url, api_key = kept(data, "url"), kept(data, "api_key")
    http = http_client(connection.session, connection.limiters, url, api_key)
    client = TautulliClient(http, url, api_key)
    return TautulliProvider(client, kept(data, "user_id"), kept(data, "user"))
