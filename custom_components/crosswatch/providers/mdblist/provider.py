"""One MDBList account, as the engine sees it."""

from typing import TYPE_CHECKING, Final, override

from ...engine.provider import AccountInfo, RateLimitedError
from ..http import HttpClient
from ..late import LateProvider
from ..spec import Allowance, Connection
from .capabilities import CAPABILITIES
from .client import HOST, PACE, MdblistClient
from .fields import account_from, known_from, text_in
from .quota import Now, Quota, utc_now

if TYPE_CHECKING:
    from .records import MdblistRecords

SLUG: Final = "mdblist"


class MdblistProvider(LateProvider["MdblistRecords"]):
    """One MDBList account."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(
        self, client: MdblistClient, quota: Quota, now: Now, known: AccountInfo | None
    ) -> None:
        """Take the API on behalf of the account, and the count of its requests.

        `known` is whose account it was when its person signed in.
        """
        super().__init__()
        self._client = client
        self._known = known
        self._quota = quota
        self._now = now

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

    @override
    def _load(self) -> MdblistRecords:
        """Import what reads and writes, and return it."""
        from .records import MdblistRecords  # noqa: PLC0415

        return MdblistRecords(self._client, self._now)

    @property
    def allowance(self) -> Allowance | None:
        """Return how many requests of the day are left, as far as that is known."""
        return self._quota.allowance

    @override
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
