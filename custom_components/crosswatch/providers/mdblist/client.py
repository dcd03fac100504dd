"""MDBList's API on the wire: the key, the pace, the day's requests and refusals."""

from typing import Final

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from ..http import ATTEMPTS, Answer, HttpClient, JsonObject, JsonValue, Pace
from .quota import Quota

API: Final = "https://api.mdblist.com"
HOST: Final = "mdblist"
# An account may write 300 times in 5 minutes: a little slower, as the service counts
# when requests arrive. All accounts of a Home Assistant share one pace.
PACE: Final = Pace(write_interval=1.1, reads=1000, period=300, concurrency=4)
READ_TIMEOUT: Final = 30
WRITE_TIMEOUT: Final = 60

# Refusals of what is in a write, which its sender knows what to do about.
INVALID: Final = frozenset({400, 413, 422})
UNKNOWN: Final = 404
_NO_ACCESS: Final = frozenset({401, 403})


class MdblistClient:
    """The API, on behalf of one account."""

    def __init__(self, http: HttpClient, api_key: str, quota: Quota) -> None:
        """Take the connection, the key, and the count of requests."""
        self._http = http
        self._api_key = api_key
        self._quota = quota

    async def user(self) -> dict[str, JsonValue]:
        """Return whose key it is, and what it may do."""
        user = (await self._call("GET", "/user")).object()
        self._quota.told(user)
        return user

    async def get(self, path: str, **params: str | int) -> JsonValue:
        """Return the answer to a read."""
        return (await self._call("GET", path, params)).json()

    async def get_object(self, path: str, **params: str | int) -> dict[str, JsonValue]:
        """Return the answer to a read that has to be an object."""
        return (await self._call("GET", path, params)).object()

    async def post(self, path: str, body: JsonObject, **params: str | int) -> Answer:
        """Send a write; return its answer, or the refusal of what was in it."""
        return await self._call("POST", path, params, body)

    async def check_quota(self) -> None:
        """Make sure that it is known how many requests are left, before writing.

        A service that does not tell now is no reason not to write: it refuses by
        itself what is too much.
        """
        if not self._quota.is_doubtful:
            return
        try:
            await self.user()
        except ProtocolError, ProviderUnavailableError:
            self._quota.told({})

    async def _call(
        self,
        method: str,
        path: str,
        params: JsonObject | None = None,
        json: JsonObject | None = None,
    ) -> Answer:
        """Send a request; raise for what is wrong with the account or the service."""
        quota, write = self._quota, method != "GET"
        quota.spend(write=write)
        query = {name: str(value) for name, value in (params or {}).items()}
        try:
            answer = await self._http.request(
                method,
                API + path,
                params={"apikey": self._api_key, **query},
                json=json,
                timeout=WRITE_TIMEOUT if write else READ_TIMEOUT,
            )
        except RateLimitedError as err:
            quota.close(err.retry_after)
            raise
        except ProviderUnavailableError:
            if not write:
                quota.count(ATTEMPTS - 1)
            raise
        quota.heed(answer.headers)
        judged = write and (answer.status in INVALID or answer.status == UNKNOWN)
        if answer.ok or judged:
            return answer
        raise refusal(answer)


def refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer that is no success."""
    if answer.status in _NO_ACCESS:
        # [unsure] how a list that is full is refused: the text has to say so.
        if answer.written and b"limit" in answer.body.lower():
            return AccountLimitError(
                "The MDBList account is full: remove something there, or become a "
                "supporter for a higher limit"
            )
        return AuthenticationError("MDBList does not accept the API key")
    # A proxy that lost its patience does not know what came of the request.
    unclear = answer.status >= 500 or answer.status == 408
    return ProtocolError(
        f"MDBList answered {answer.request} with the unexpected status {answer.status}",
        maybe_sent=answer.written and unclear,
    )
