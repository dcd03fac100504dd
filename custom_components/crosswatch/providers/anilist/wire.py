"""AniList's API on the wire: one address, and GraphQL in both directions."""

from typing import Final

import aiohttp

from ...engine.provider import ProviderError
from ..http import HostLimiter, HttpClient, JsonObject, Limiters, Pace
from .fields import object_in
from .refusal import RefusedError, data_in

API: Final = "https://graphql.anilist.co"
# What a user may ask a minute: 90 are documented, 30 are what is really allowed.
# Requests that read are sent like writes as well, so that all count here.
PACE: Final = Pace(reads=30, period=60, concurrency=2)
WIRE: Final = Pace(concurrency=2)
TIMEOUT: Final = 60

# How the account is told apart from others, and how it rates.
VIEWER_PART: Final = "Viewer { id name mediaListOptions { scoreFormat } }"
VIEWER: Final = f"query {{ {VIEWER_PART} }}"
# What clients have always asked.
PLAIN_VIEWER: Final = "query { Viewer { id name } }"


class AniListWire:
    """Sends queries and mutations on behalf of one account."""

    def __init__(self, http: HttpClient, pace: HostLimiter) -> None:
        """Take the connection, and the limiter that counts all requests."""
        self._http = http
        self._pace = pace

    async def viewer(self) -> JsonObject:
        """Return whose account it is.

        [unsure] that the way it rates is told always: without it, it is still known.
        """
        try:
            data = await self.ask(VIEWER, {})
        except RefusedError:
            return await self.plain_viewer()
        return object_in(data, "Viewer")

    async def plain_viewer(self) -> JsonObject:
        """Return whose account it is, and no more than that."""
        return object_in(await self.ask(PLAIN_VIEWER, {}), "Viewer")

    async def ask(self, query: str, variables: JsonObject) -> JsonObject:
        """Return what a query is answered with."""
        try:
            return await self._send(query, variables, writes=False)
        except ProviderError as err:
            # Sent like a write, but it is none.
            err.maybe_sent = False
            raise

    async def change(self, mutation: str, variables: JsonObject) -> JsonObject:
        """Send a mutation and return what came of it; raises RefusedError."""
        return await self._send(mutation, variables, writes=True)

    async def _send(
        self, text: str, variables: JsonObject, *, writes: bool
    ) -> JsonObject:
        """Return the data in the answer to a query or a mutation."""
        async with self._pace.read():
            answer = await self._http.request(
                "POST",
                API,
                json={"query": text, "variables": dict(variables)},
                timeout=TIMEOUT,
                idempotent=not writes,
            )
        return data_in(answer)


def wire_of(
    session: aiohttp.ClientSession, limiters: Limiters, token: str
) -> AniListWire:
    """Return what sends requests on behalf of the account with this token."""
    http = HttpClient(
        session,
        limiters.for_host("anilist-wire", WIRE),
        secrets=lambda: (token,),
        headers={"Authorization": f"Bearer {token}"},
    )
    return AniListWire(http, limiters.for_host("anilist", PACE))
