"""TMDb's API on the wire: keys, sessions, pages and refusals."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple, override

from ..http import Answer, HostLimiter, HttpClient, JsonObject, Limiters, Pace
from .refusal import UnknownTitleError, refusal

API: Final = "https://api.themoviedb.org/3"
HOST: Final = "tmdb"
# It allows about twice as many, by all who ask from the same address.
PACE: Final = Pace(reads=20, period=1.0, concurrency=4)
READ_TIMEOUT: Final = 20
WRITE_TIMEOUT: Final = 30


class Key(NamedTuple):
    """A key to the API: a short one, or the long token that TMDb shows beside it."""

    text: str

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it is a secret."""
        return "<Key>"

    @property
    def params(self) -> dict[str, str]:
        """Return what a short key adds to each address."""
        return {} if self.is_token else {"api_key": self.text}

    @property
    def headers(self) -> dict[str, str]:
        """Return what a token adds to each request."""
        return {"Authorization": f"Bearer {self.text}"} if self.is_token else {}

    @property
    def is_token(self) -> bool:
        """Tell whether it is a token: three parts with dots in between."""
        return "." in self.text


class TmdbClient:
    """The API; with a session on behalf of an account."""

    def __init__(
        self, http: HttpClient, key: Key, session_id: str = "", account_id: str = ""
    ) -> None:
        """Take the connection, the key, and the session of an account."""
        self._http = http
        self._key = key
        self._session = {"session_id": session_id} if session_id else {}
        self._account = f"/account/{account_id}"

    async def new_token(self) -> Answer:
        """Return a token that the person can approve of, or a refusal."""
        return await self._send("GET", "/authentication/token/new")

    async def new_session(self, token: str) -> Answer:
        """Return the session that an approved token becomes, or a refusal."""
        # A token is good for one session, so that it is not to be asked for twice.
        return await self._send(
            "POST",
            "/authentication/session/new",
            json={"request_token": token},
        )

    async def account(self) -> JsonObject:
        """Return whose account it is."""
        return (await self._get("/account", self._session)).object()

    async def list_page(self, path: str, number: int, order: str) -> Answer:
        """Return one page of a list of the account."""
        params: dict[str, str | int] = {"page": number, "sort_by": order}
        return await self._get(f"{self._account}/{path}", {**self._session, **params})

    async def put_on_watchlist(
        self, media_type: str, number: int, *, listed: bool
    ) -> Answer:
        """Put a film or a series on the watchlist, or take it off."""
        body: JsonObject = {
            "media_type": media_type,
            "media_id": number,
            "watchlist": listed,
        }
        return await self._write("POST", f"{self._account}/watchlist", body)

    async def rate(self, path: str, rating: float) -> Answer:
        """Rate a title."""
        return await self._write("POST", f"{path}/rating", {"value": rating})

    async def unrate(self, path: str) -> Answer:
        """Take a rating back."""
        return await self._write("DELETE", f"{path}/rating")

    async def details(self, path: str, *more: str) -> JsonObject | None:
        """Return what is known of a title, with `more` of it; None where nothing is."""
        params = {"append_to_response": ",".join(more)} if more else {}
        try:
            answer = await self._get(path, params)
        except UnknownTitleError:
            return None
        return answer.object()

    async def find(self, external_id: str, source: str) -> JsonObject:
        """Return what has the id of another service, each kind in a list of its own."""
        answer = await self._get(f"/find/{external_id}", {"external_source": source})
        return answer.object()

    async def search(
        self, media_type: str, text: str, page: int, **years: int
    ) -> JsonObject:
        """Return one page of the films or series that are called so."""
        params: dict[str, str | int] = {"query": text, "page": page, **years}
        return (await self._get(f"/search/{media_type}", params)).object()

    async def _get(self, path: str, params: Mapping[str, str | int]) -> Answer:
        """Return the answer to a read that succeeded."""
        answer = await self._send("GET", path, params)
        if answer.ok:
            return answer
        raise refusal(answer)

    async def _write(
        self, method: str, path: str, body: JsonObject | None = None
    ) -> Answer:
        """Return the answer to a write that succeeded.

        Every write says how things are to be: doing it twice does nothing more.
        """
        answer = await self._send(
            method, path, self._session, json=body, idempotent=True
        )
        if answer.ok:
            return answer
        raise refusal(answer)

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        json: JsonObject | None = None,
        idempotent: bool | None = None,
    ) -> Answer:
        """Send a request with the key."""
        return await self._http.request(
            method,
            API + path,
            params={**self._key.params, **(params or {})},
            json=json,
            headers=self._key.headers,
            timeout=READ_TIMEOUT if method == "GET" else WRITE_TIMEOUT,
            idempotent=idempotent,
        )


def limiter_of(limiters: Limiters) -> HostLimiter:
    """Return the pace that all accounts keep together."""
    return limiters.for_host(HOST, PACE)


def secrets_of(data: JsonObject) -> Collection[str]:
    """Return what must never appear in a text."""
    return [
        value
        for name in ("api_key", "session_id", "request_token")
        if isinstance(value := data.get(name), str)
    ]
