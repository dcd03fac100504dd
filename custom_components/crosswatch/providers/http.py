"""The one HTTP layer: timeouts, safe retries, pace, and texts without secrets."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import logging
import math
import random
from typing import Final, NamedTuple, override

import aiohttp
import orjson
from yarl import URL

from ..engine.provider import ProviderError, ProviderUnavailableError, RateLimitedError
from .answer import Answer, JsonObject, JsonValue, request_name
from .limits import HostLimiter, Limiters, Pace
from .redaction import redact

__all__ = [
    "Answer",
    "HostLimiter",
    "HttpClient",
    "JsonObject",
    "JsonValue",
    "Limiters",
    "NoConnectionError",
    "Pace",
    "SlowDownError",
    "StatusError",
    "TlsError",
]

_LOGGER = logging.getLogger(__name__)

USER_AGENT: Final = "CrossWatch (Home Assistant)"
ATTEMPTS: Final = 3
MAX_WAIT: Final = 60.0
MAX_BODY: Final = 32 * 1024 * 1024
CONNECT_TIMEOUT: Final = 10.0
# Seconds that a read may take while others wait: as long as in a sign-in.
HASTE: Final = 15.0

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WORTH_RETRYING: Final = frozenset({429, 500, 502, 503, 504, 520, 521, 522})
# Raised before the first byte of a request leaves.
_NEVER_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class NoConnectionError(ProviderUnavailableError):
    """The host could not be reached at all: nothing was sent."""


class TlsError(ProviderUnavailableError):
    """The connection could not be secured, mostly for a self-signed certificate."""


class StatusError(ProviderUnavailableError):
    """The service answered, but only with the status of one that cannot do it now."""

    def __init__(
        self, message: str, *, maybe_sent: bool = False, status: int | None = None
    ) -> None:
        """Remember the status."""
        super().__init__(message, maybe_sent=maybe_sent)
        self.status = status


class SlowDownError(RateLimitedError):
    """The service asks to wait, with a status that says whether it is busy or down."""

    def __init__(
        self, message: str, retry_after: float, *, status: int | None = None
    ) -> None:
        """Remember the status."""
        super().__init__(message, retry_after)
        self.status = status


class _Call(NamedTuple):
    """One request with everything that its attempts have in common."""

    method: str
    url: URL
    params: Mapping[str, str | int]
    body: bytes | None
    headers: Mapping[str, str]
    timeout: aiohttp.ClientTimeout
    idempotent: bool

    @property
    def writes(self) -> bool:
        """Return whether the request may change something."""
        return self.method not in _READING

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it holds secrets."""
        return "<_Call>"


class _Failure(NamedTuple):
    """An attempt that failed: whether to make another, and else what to raise."""

    error: ProviderError
    retry: bool
    wait: float = 0.0


def _once() -> aiohttp.ClientMiddlewareType:
    """Return what keeps a request from being sent twice.

    Where a connection that was kept open ends without an answer, aiohttp repeats what
    its method calls idempotent, such as a PUT, by itself. It may have been done.
    """
    sent = False

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send the request, or say that it got no answer when it was sent before."""
        nonlocal sent
        if sent:
            raise aiohttp.ServerDisconnectedError
        sent = True
        return await handler(request)

    return send


_HASTY: Final[ContextVar[bool]] = ContextVar("crosswatch_hasty", default=False)


@contextmanager
def in_haste() -> Iterator[None]:
    """Have each request of the block sent once, and no read waited for too long.

    For a start, where others wait. What a write does counts more than time: a login
    that is renewed meanwhile must not be lost.
    """
    token = _HASTY.set(True)
    try:
        yield
    finally:
        _HASTY.reset(token)


class HttpClient:
    """Sends requests of one account to one host.

    `secrets` returns what must never appear in a text, at the time of asking, as
    tokens change. `headers` are sent along with every request.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        limiter: HostLimiter,
        *,
        secrets: Callable[[], Collection[str]],
        headers: Mapping[str, str] | None = None,
        busy_means_undone: bool = True,
    ) -> None:
        """Take the session, which decides on certificates, and the host's limiter.

        `busy_means_undone` trusts a 503 that says when to come again: nothing was
        done. Where a write that is done twice harms, a proxy's word is not enough.
        """
        self._session = session
        self._busy_means_undone = busy_means_undone
        self._limiter = limiter
        self._secrets = secrets
        self._headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        self._headers.update(headers or {})

    async def request(
        self,
        method: str,
        url: str | URL,
        *,
        params: Mapping[str, str | int] | None = None,
        json: JsonValue | JsonObject = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 15,
        idempotent: bool | None = None,
        attempts: int = ATTEMPTS,
    ) -> Answer:
        """Return the answer, be it a success, a redirect or a refusal.

        A read, and a write that is flagged `idempotent`, is repeated where that may
        help; any other write only where it is known not to have arrived. `in_haste`
        nothing is. Redirects are not followed, as they would take credentials
        elsewhere.
        """
        method = method.upper()
        idempotent = method in _READING if idempotent is None else idempotent
        if _HASTY.get():
            attempts = 1
            timeout = min(timeout, HASTE) if idempotent else timeout
        call = _Call(
            method,
            self._address(url),
            params or {},
            None if json is None else orjson.dumps(json),
            {**self._headers, **(headers or {})},
            # Shorter, so as to know of a write that it never left.
            aiohttp.ClientTimeout(
                total=timeout, connect=min(CONNECT_TIMEOUT, 0.8 * timeout)
            ),
            idempotent,
        )
        attempt = 1
        maybe_sent = False
        while isinstance(result := await self._attempt(call), _Failure):
            maybe_sent = maybe_sent or result.error.maybe_sent
            if not result.retry or attempt == attempts:
                result.error.maybe_sent = maybe_sent
                raise result.error
            _LOGGER.debug("%s; trying again", result.error)
            backoff = 0.5 * 2 ** (attempt - 1) * random.uniform(1, 1.25)
            await self._limiter.sleep(max(backoff, result.wait))
            attempt += 1
        return result

    async def _attempt(self, call: _Call) -> Answer | _Failure:
        """Send a request once and judge what came of it."""
        turn = self._limiter.write() if call.writes else self._limiter.read()
        async with turn:
            if self._session.closed:
                return _Failure(
                    ProviderUnavailableError("The connection is shut down"), retry=False
                )
            try:
                answer = await self._send(call)
            except (aiohttp.ClientError, TimeoutError, OSError) as err:
                # Judged here but raised elsewhere, unchained: the texts of these
                # errors hold whole addresses.
                return self._judge_error(call, err)
        return self._judge_status(call, answer) or answer

    async def _send(self, call: _Call) -> Answer:
        """Send a request and read the whole answer."""
        headers = dict(call.headers)
        if call.body is not None:
            headers.setdefault("Content-Type", "application/json")
        async with self._session.request(
            call.method,
            call.url,
            params=call.params,
            data=call.body,
            headers=headers,
            timeout=call.timeout,
            allow_redirects=False,
            middlewares=() if call.idempotent else (_once(),),
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY:
                    raise aiohttp.ClientPayloadError("The answer is too long")
            return Answer(
                method=call.method,
                url=call.url,
                status=response.status,
                headers=response.headers,
                body=bytes(body),
                written=call.writes,
                secrets=self._secrets,
            )

    def _judge_error(self, call: _Call, err: Exception) -> _Failure:
        """Return what to do about a request that got no complete answer."""
        name = request_name(call.method, call.url, self._secrets())
        if isinstance(err, aiohttp.ClientSSLError):
            return _Failure(
                TlsError(f"{name} failed: {self._tls_problem(err)}"), retry=False
            )
        text = f"{name} failed: {_problem(err)}"
        if isinstance(err, _NEVER_SENT):
            return _Failure(NoConnectionError(text), retry=True)
        error = ProviderUnavailableError(text, maybe_sent=call.writes)
        return _Failure(error, retry=call.idempotent)

    def _judge_status(self, call: _Call, answer: Answer) -> _Failure | None:
        """Return what to do about a status that asks to come again."""
        status = answer.status
        if status not in _WORTH_RETRYING:
            return None
        wait = retry_after(answer.headers)
        text = f"{answer.request} was answered with status {status}"
        refused = status == 429 or (
            self._busy_means_undone and status == 503 and wait is not None
        )
        maybe_sent = call.writes and not refused
        if status == 429 or (wait is not None and wait > MAX_WAIT):
            error: ProviderError = SlowDownError(
                f"{text}: the service asks to wait",
                MAX_WAIT if wait is None else wait,
                status=status,
            )
            error.maybe_sent = maybe_sent
        else:
            error = StatusError(text, maybe_sent=maybe_sent, status=status)
        patient = wait is None or wait <= MAX_WAIT
        return _Failure(error, patient and (call.idempotent or refused), wait or 0.0)

    def _address(self, url: str | URL) -> URL:
        """Return the address as one that can be asked."""
        try:
            address = URL(url)
        except ValueError:
            address = URL()
        if address.scheme in {"http", "https"} and address.host:
            return address
        raise ProviderUnavailableError("The address is not one of a web server")

    def _tls_problem(self, err: aiohttp.ClientSSLError) -> str:
        """Return what is wrong with the certificate or the handshake."""
        reason = getattr(err, "certificate_error", None) or err.os_error
        text = getattr(reason, "verify_message", None) or getattr(reason, "reason", "")
        return redact(f"TLS error: {text or type(reason).__name__}", self._secrets())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds the service asks to wait, if it does."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until(text: str) -> float:
    """Return the time until an HTTP date, or not a number for any other text."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _problem(err: Exception) -> str:
    """Return what went wrong, in words that hold no address."""
    match err:
        case aiohttp.ClientConnectorDNSError():
            return "the host is not known"
        case aiohttp.ClientConnectorError():
            return f"no connection ({err.os_error.strerror or 'refused'})"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return "the answer was cut off"
        case OSError():
            return f"the connection broke ({err.strerror or type(err).__name__})"
    return f"this is no answer of a web server ({type(err).__name__})"
