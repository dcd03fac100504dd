"""One SIMKL account, as the engine sees it."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final, override

from ...engine.model import Feature
from ...engine.provider import AccountInfo, FeatureSupport
from ..answer import JsonObject
from ..http import HttpClient
from ..late import LateProvider
from ..spec import Connection
from .capabilities import capabilities_of, keeps_plays
from .client import HOST, PACE, SimklClient
from .fields import account_from, plan_from, text
from .options import DROPPED, lists_from

if TYPE_CHECKING:
    from .records import SimklRecords

SLUG: Final = "simkl"


class SimklProvider(LateProvider["SimklRecords"]):
    """One SIMKL account."""

    slug = SLUG

    def __init__(self, client: SimklClient, options: JsonObject, plan: str) -> None:
        """Take the API on behalf of the account, its options, and what it pays for."""
        super().__init__()
        self._client = client
        self._options = options
        self._plan = plan

    @classmethod
    def create(cls, connection: Connection) -> SimklProvider:
        """Return the account that a sign-in has returned."""
        data = connection.data
        client_id, token = text(data.get("client_id")), text(data.get("access_token"))

        def secrets() -> Collection[str]:
            """Return what must never appear in a text."""
            return [each for each in (client_id, token) if each]

        limiter = connection.limiters.for_host(HOST, PACE)
        http = HttpClient(connection.session, limiter, secrets=secrets)
        client = SimklClient(http, limiter, client_id, token)
        return cls(client, connection.options, text(data.get("plan")))

    @property
    @override
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what the account can do, which depends on what it pays for."""
        return capabilities_of(self._plan)

    @override
    def _load(self) -> SimklRecords:
        """Import what reads and writes, and return it."""
        from .records import SimklRecords  # noqa: PLC0415

        return SimklRecords(
            self._client,
            lists_from(self._options),
            leaves_dropped=self._options.get(DROPPED) is True,
            # Asked each time: an account may have begun to pay since it was loaded.
            keeps_plays=lambda: keeps_plays(self._plan),
        )

    @override
    async def identify(self) -> AccountInfo:
        """Return whose account it is; what it pays for may have changed."""
        settings = await self._client.settings()
        self._plan = plan_from(settings)
        return account_from(settings)

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return what the person has dropped, where that is to be left alone."""
        return await (await self.records()).left_out(feature)
