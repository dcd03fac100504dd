"""Trakt's API on the wire: headers, login and refusals."""

from typing import Final

from ..http import Answer, HttpClient, JsonObject, JsonValue, Pace
from .login import Login
from .oauth import API, VERSION
from .refusal import UNAUTHORIZED, refusal

# Trakt counts a user's requests. All accounts of a Home Assistant share one pace all
# the same, so as not to stand out at the proxy in front of it.
PACE: Final = Pace(write_interval=1, reads=1000, period=300, concurrency=4)
HOST: Final = "trakt"
READ_TIMEOUT: Final = 30
WRITE_TIMEOUT: Final = 60


class TraktWire:
    """Sends requests on behalf of one account."""

    def __init__(self, http: HttpClient, login: Login) -> None:
        """Take the connection and the tokens."""
        self._http = http
        self._login = login

    async def settings(self) -> dict[str, JsonValue]:
        """Return whose account it is."""
        return (await self._get("/users/settings")).object()

    async def _get(
        self, path: str, params: dict[str, str | int] | None = None
    ) -> Answer:
        """Return the answer to a read that succeeded."""
        answer = await self._call("GET", path, params=params)
        if answer.ok:
            return answer
        raise refusal(answer)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str | int] | None = None,
        json: JsonObject | None = None,
        idempotent: bool | None = None,
    ) -> Answer:
        """Send a request, and once more with a new token if this one is refused."""
        token = await self._login.token()
        answer = await self._send(method, path, token, params, json, idempotent)
        if answer.status == UNAUTHORIZED:
            token = await self._login.token(refused=token)
            answer = await self._send(method, path, token, params, json, idempotent)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        token: str,
        params: dict[str, str | int] | None,
        json: JsonObject | None,
        idempotent: bool | None,
    ) -> Answer:
        """Send a request with this token."""
        return await self._http.request(
            method,
            API + path,
            params=params,
            json=json,
            headers=api_headers(self._login.client_id, token),
            timeout=READ_TIMEOUT if method == "GET" else WRITE_TIMEOUT,
            idempotent=idempotent,
        )


def api_headers(client_id: str, token: str) -> dict[str, str]:
    """Return the headers of a request on behalf of an account."""
    return {
        "Content-Type": "application/json",
        "trakt-api-version": VERSION,
        "trakt-api-key": client_id,
        "Authorization": f"Bearer {token}",
    }
