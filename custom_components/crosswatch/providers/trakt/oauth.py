"""Trakt's OAuth endpoints: device codes and tokens."""

import logging
from typing import Final

from ..http import (
    Answer,
    HostLimiter,
    HttpClient,
    JsonObject,
    Limiters,
    NoConnectionError,
    Pace,
)

_LOGGER = logging.getLogger(__name__)

API: Final = "https://api.trakt.tv"
AUTH: Final = "https://auth.trakt.tv"
VERSION: Final = "2"
ATTEMPTS: Final = 3

_PACE: Final = Pace(concurrency=2)
_NO_SUCH_PATH: Final = frozenset({404, 405})
# The redirect address that apps without one have.
_NO_REDIRECT: Final = "urn:ietf:wg:oauth:2.0:oob"


class OAuth:
    """The OAuth endpoints, for one app."""

    def __init__(self, http: HttpClient, client_id: str, client_secret: str) -> None:
        """Remember the app."""
        self._http = http
        self._client_id = client_id
        self._client_secret = client_secret
        self._host = AUTH

    async def request_code(self) -> Answer:
        """Ask for a code that the person enters at Trakt."""
        return await self._post("/oauth/device/code", {"client_id": self._client_id})

    async def poll(self, device_code: str) -> Answer:
        """Ask once whether the person has entered the code.

        There is no second attempt: the answer to asking too often is to wait longer.
        """
        body = {"code": device_code, **self._app}
        return await self._ask(self._host, "/oauth/device/token", body, attempts=1)

    async def refresh(self, refresh_token: str) -> Answer:
        """Swap a refresh token for new tokens, which ends it."""
        return await self._post(
            "/oauth/token",
            {
                "refresh_token": refresh_token,
                **self._app,
                "redirect_uri": _NO_REDIRECT,
                "grant_type": "refresh_token",
            },
        )

    @property
    def _app(self) -> dict[str, str]:
        """Return what proves that it is the app that asks."""
        return {"client_id": self._client_id, "client_secret": self._client_secret}

    async def _post(self, path: str, body: JsonObject) -> Answer:
        """Ask the host for OAuth, or else that of the API.

        The separate host is documented, but other programs still use the API's.
        While it is not certain that it serves everybody, both are tried.
        """
        if self._host == AUTH:
            try:
                answer = await self._ask(AUTH, path, body)
            except NoConnectionError:
                _LOGGER.debug("There is no connection to Trakt's host for OAuth")
            else:
                if answer.status not in _NO_SUCH_PATH:
                    return answer
        answer = await self._ask(API, path, body)
        if answer.status not in _NO_SUCH_PATH:
            self._host = API
        return answer

    async def _ask(
        self, host: str, path: str, body: JsonObject, attempts: int = ATTEMPTS
    ) -> Answer:
        """Send a request to this host."""
        return await self._http.request(
            "POST",
            host + path,
            json=body,
            headers={
                "trakt-api-version": VERSION,
                "trakt-api-key": self._client_id,
            },
            attempts=attempts,
        )


def oauth_limiter(limiters: Limiters) -> HostLimiter:
    """Return the limiter of the host for OAuth."""
    return limiters.for_host("trakt-oauth", _PACE)
