"""SIMKL's API on the wire: what goes with every request, and what is answered."""

from collections.abc import Collection, Mapping
from typing import Final

from ...engine.provider import RateLimitedError
from ..answer import Answer, JsonObject, JsonValue
from ..http import HostLimiter, HttpClient, Pace, retry_after
from .refusal import CONFLICT, NOT_FOUND, is_busy, refusal

API: Final = "https://api.simkl.com"
HOST: Final = "simkl"
# SIMKL asks not to make calls of the sync at the same time.
PACE: Final = Pace(write_interval=1, reads=10, period=1, concurrency=1)
APP: Final = "crosswatch"
VERSION: Final = "1.0"

READ_TIMEOUT: Final = 60
WRITE_TIMEOUT: Final = 60
# A write waits up to 20 seconds for another one of the same account by itself.
ATTEMPTS: Final = 3
LOCKED_FOR: Final = 5.0
LONGEST_LOCK: Final = 20.0

type Params = Mapping[str, str]


class SimklClient:
    """The API, on behalf of one account."""

    def __init__(
        self, http: HttpClient, limiter: HostLimiter, client_id: str, token: str
    ) -> None:
        """Take the connection and the token, which is good for this app only."""
        self._http = http
        self._limiter = limiter
        self._client_id = client_id
        self._headers = app_headers(token)

    async def activities(self) -> Answer:
        """Return when what last changed."""
        return await self._get("/sync/activities")

    async def settings(self) -> dict[str, JsonValue]:
        """Return whose account it is. This is read by POST."""
        answer = await self._call("POST", "/users/settings", json={})
        if answer.ok:
            return answer.object()
        raise refusal(answer)

    async def items(self, path: str, **params: str) -> Answer:
        """Return titles in the library."""
        return await self._get(path, params)

    async def playback(self) -> Answer:
        """Return where the person stopped."""
        return await self._get("/sync/playback", {"hide_watched": "true"})

    async def post(
        self,
        path: str,
        body: JsonObject,
        params: Params | None = None,
        *,
        judged: Collection[int] = (),
        idempotent: bool = True,
    ) -> Answer:
        """Send a write; return its answer, or a refusal of a kind that is `judged`.

        All but times of watching again may be repeated: what is there stays so.
        """
        answer = await self._call(
            "POST", path, params, json=body, idempotent=idempotent
        )
        if answer.ok or answer.status in judged:
            return answer
        raise refusal(answer)

    async def pause(self, body: JsonObject) -> Answer:
        """Send where something was stopped; return the answer, or that it cannot be."""
        return await self.post(
            "/scrobble/pause", body, judged=(NOT_FOUND, CONFLICT, 400)
        )

    async def forget(self, session_id: int) -> bool:
        """Forget where something was stopped; return whether that was known."""
        answer = await self._call("DELETE", f"/sync/playback/{session_id}")
        if answer.ok:
            return True
        if answer.status == NOT_FOUND:
            return False
        raise refusal(answer)

    async def _get(self, path: str, params: Params | None = None) -> Answer:
        """Return the answer to a read that succeeded."""
        answer = await self._call("GET", path, params)
        if answer.ok:
            return answer
        raise refusal(answer)

    async def _call(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        json: JsonObject | None = None,
        idempotent: bool = True,
    ) -> Answer:
        """Send a request, again if another one of the account is under way."""
        for _ in range(ATTEMPTS):
            answer = await self._http.request(
                method,
                API + path,
                params={**app_params(self._client_id), **(params or {})},
                json=json,
                headers=self._headers,
                timeout=READ_TIMEOUT if method == "GET" else WRITE_TIMEOUT,
                idempotent=idempotent,
            )
            if not is_busy(answer):
                return answer
            wait = retry_after(answer.headers)
            await self._limiter.sleep(
                LOCKED_FOR if wait is None else min(wait, LONGEST_LOCK)
            )
        raise RateLimitedError(
            "SIMKL is busy with another write of this account", LONGEST_LOCK
        )


def app_params(client_id: str) -> dict[str, str]:
    """Return what says which app a request comes from."""
    return {"client_id": client_id, "app-name": APP, "app-version": VERSION}


def app_headers(token: str = "") -> dict[str, str]:
    """Return the headers of a request, on behalf of an account if there is a token."""
    headers = {"User-Agent": f"{APP}/{VERSION}"}
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers
