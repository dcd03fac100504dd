"""One Trakt account, as the engine sees it."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, override

from ...engine.model import Feature
from ...engine.provider import AccountInfo
from ..http import HttpClient, JsonObject
from ..late import LateProvider
from ..spec import Connection
from .capabilities import CAPABILITIES
from .fields import account_from
from .login import Login, text_in
from .oauth import OAuth, oauth_limiter
from .options import DROPPED
from .wire import HOST, PACE, TraktWire

if TYPE_CHECKING:
    from .records import TraktRecords

SLUG: Final = "trakt"


class TraktProvider(LateProvider["TraktRecords"]):
    """One Trakt account."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(self, http: HttpClient, login: Login, *, leaves_dropped: bool) -> None:
        """Take the connection and the tokens.

        With `leaves_dropped` nothing is done about shows that the person dropped.
        """
        super().__init__()
        self._http = http
        self._login = login
        self._leaves_dropped = leaves_dropped
        self._settings: JsonObject = {}

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
        leaves_dropped = connection.options.get(DROPPED) is True
        return cls(http, login, leaves_dropped=leaves_dropped)

    @override
    def _load(self) -> TraktRecords:
        """Import what reads and writes, and return it."""
        from .client import TraktClient  # noqa: PLC0415
        from .records import TraktRecords  # noqa: PLC0415

        client = TraktClient(self._http, self._login)
        records = TraktRecords(client, leaves_dropped=self._leaves_dropped)
        records.told(self._settings)
        return records

    async def listen(self) -> None:
        """Keep the login alive: Trakt's tokens last for a week, and are single-use."""
        await self._login.keep()

    @override
    async def identify(self) -> AccountInfo:
        """Return whose account it is."""
        self._settings = await TraktWire(self._http, self._login).settings()
        if self._records is not None:
            self._records.told(self._settings)
        return account_from(self._settings)

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return the keys of dropped shows, where they are to be left alone."""
        return await (await self.records()).left_out(feature)
