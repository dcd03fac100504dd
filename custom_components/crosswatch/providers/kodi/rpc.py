"""JSON-RPC over HTTP: several calls in one request, with an answer to each."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import aiohttp
from yarl import URL

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from ..http import Answer, HttpClient, JsonObject, JsonValue, Limiters, Pace

# A player with a small processor, that shall go on playing meanwhile.
PACE: Final = Pace(concurrency=2)

# A page of a thousand entries with their ids takes a small device many seconds.
READ_TIMEOUT: Final = 90.0
WRITE_TIMEOUT: Final = 60.0


class Code(IntEnum):
    """The errors that mean something to us."""

    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    BAD_PERMISSION = -32099


class Call(NamedTuple):
    """One call: a method and its named parameters."""

    method: str
    params: JsonObject = {}


class Reply(NamedTuple):
    """What came of a call: its result, an error, or no answer at all."""

    result: JsonValue = None
    code: int | None = None
    answered: bool = True


def authorization(username: str, password: str) -> dict[str, str]:
    """Return the header of a login; none without a name and a password."""
    if not username and not password:
        return {}
    login = b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {login}"}


def rpc_client(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    url: str,
    username: str,
    password: str,
) -> RpcClient:
    """Return the way to a Kodi; all accounts on it share its limits."""
    headers = authorization(username, password)
    secrets = {password, *(text.partition(" ")[2] for text in headers.values())} - {""}
    limiter = limiters.for_host(str(URL(url).origin()), PACE)
    http = HttpClient(session, limiter, secrets=lambda: secrets, headers=headers)
    return RpcClient(http, url)


class RpcClient:
    """Sends calls in batches to one Kodi."""

    def __init__(self, http: HttpClient, url: str) -> None:
        """Take the base address of its web server."""
        self._http = http
        self._url = f"{url}/jsonrpc"

    async def ask(self, calls: Sequence[Call]) -> list[Reply]:
        """Return the replies to calls that change nothing, each of them answered."""
        try:
            answer = await self._send(calls, READ_TIMEOUT)
            replies = _replies(answer, calls)
            for call, reply in zip(calls, replies, strict=True):
                if not reply.answered:
                    raise answer.nonsense(f"lacks the answer to {call.method}")
        except ProviderError as err:
            # Sent like a write, but it is none.
            err.maybe_sent = False
            raise
        return replies

    async def tell(self, calls: Sequence[Call]) -> list[Reply]:
        """Return the replies to calls that set something to a value.

        To set it twice does no harm, so that the request may be repeated.
        """
        return _replies(await self._send(calls, WRITE_TIMEOUT), calls)

    async def _send(self, calls: Sequence[Call], timeout: float) -> Answer:
        """Return the accepted answer to a batch."""
        batch: list[JsonValue] = [
            {
                "jsonrpc": "2.0",
                "id": number,
                "method": call.method,
                "params": dict(call.params),
            }
            for number, call in enumerate(calls)
        ]
        return _accepted(
            await self._http.request(
                "POST", self._url, json=batch, timeout=timeout, idempotent=True
            )
        )


def result_of(call: Call, reply: Reply) -> Mapping[str, JsonValue]:
    """Return the object that a call was answered with; raises what was refused."""
    if reply.code == Code.BAD_PERMISSION:
        raise AccountLimitError(
            f"Kodi does not permit {call.method}: check its settings of services"
        )
    if reply.code is not None:
        # Mostly that its database is busy, or cannot be reached.
        raise ProviderUnavailableError(
            f"Kodi could not carry out {call.method} (error {reply.code})"
        )
    if isinstance(reply.result, dict):
        return reply.result
    raise ProtocolError(f"Kodi's answer to {call.method} is not an object")


def told_by(call: Call, reply: Reply) -> Mapping[str, JsonValue]:
    """Return what a call was answered with; nothing where Kodi does not know it."""
    return {} if reply.code == Code.METHOD_NOT_FOUND else result_of(call, reply)


def _replies(answer: Answer, calls: Sequence[Call]) -> list[Reply]:
    """Return the replies in the order of the calls, whatever order they came in."""
    replies = [Reply(answered=False)] * len(calls)
    for each in answer.array():
        number = each.get("id") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(number, int):
            raise answer.nonsense("holds something that is no answer to a call")
        if not 0 <= number < len(calls) or replies[number].answered:
            raise answer.nonsense("holds an answer that was not asked for")
        replies[number] = _reply(answer, each)
    return replies


def _reply(answer: Answer, each: JsonObject) -> Reply:
    """Return the reply to one call."""
    if "result" in each:
        return Reply(each["result"])
    error = each.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int):
        return Reply(code=code)
    raise answer.nonsense("holds an answer without result and error")


def _accepted(answer: Answer) -> Answer:
    """Return an answer that is a success; raises what the web server refused."""
    match answer.status:
        case 200:
            return answer
        case 401:
            raise AuthenticationError(
                "Kodi no longer accepts this username and password: sign in again"
            )
        case 403:
            raise AccountLimitError(
                "Kodi's web server refuses the request: check its settings of services"
            )
        case status if 300 <= status < 400:
            raise ProtocolError(
                f"{answer.request} was redirected with status {status}: check the"
                " address of the account"
            )
        case status if status >= 500:
            raise ProviderUnavailableError(
                f"{answer.request} was answered with status {status}", maybe_sent=True
            )
    raise answer.nonsense("is not what was asked for")
