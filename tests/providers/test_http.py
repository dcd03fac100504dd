"""The HTTP layer against every kind of fault, over real connections."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
import socket

import aiohttp
from aiohttp import web
import pytest

from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers import http
from custom_components.crosswatch.providers.http import (
    HttpClient,
    Limiters,
    NoConnectionError,
    Pace,
    SlowDownError,
    StatusError,
    TlsError,
    in_haste,
)
from tests.simulators.base import FaultKind, Simulator
from tests.simulators.tls import self_signed_context

from .conftest import Clock

SECRET = "s3cr3t-p4ss"
TOKEN = "0123456789abcdef0123456789abcdef"


class Counter(Simulator):
    """A service that holds one number."""

    value = 0

    def routes(self) -> Iterable[web.RouteDef]:
        """Read it, add to it, be sent elsewhere."""
        return (
            web.get("/value", self.read),
            web.post("/value", self.add),
            web.put("/value", self.add),
            web.get("/moved", self.moved),
            web.get("/long", self.long),
            web.get("/users/{name}/{number}", self.read),
        )

    async def read(self, request: web.Request) -> web.Response:
        """Return the number, and what was sent along."""
        return web.json_response(
            {
                "value": self.value,
                "agent": request.headers["User-Agent"],
                "extra": request.headers.get("X-Extra"),
                "query": dict(request.query),
            }
        )

    async def add(self, request: web.Request) -> web.Response:
        """Add to the number."""
        self.value += (await request.json())["add"]
        return web.json_response({"value": self.value}, status=201)

    async def moved(self, request: web.Request) -> web.Response:
        """Send the client elsewhere."""
        raise web.HTTPFound("/value")

    async def long(self, request: web.Request) -> web.Response:
        """Return more than anybody asked for."""
        return web.Response(body=b"x" * 5000)


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """Return a running counter, and let its slow answers end before the test does."""
    async with Counter() as simulator:
        yield simulator
        slow = [r.seconds for r in simulator.faults.rules if r.kind is FaultKind.SLOW]
        await asyncio.sleep(max(slow, default=0))


@pytest.fixture
def client(session: aiohttp.ClientSession, limiters: Limiters) -> HttpClient:
    """Return a client that knows one secret."""
    limiter = limiters.for_host("counter", Pace())
    return HttpClient(
        session, limiter, secrets=lambda: [SECRET], headers={"X-Extra": "always"}
    )


async def test_read(counter: Counter, client: HttpClient) -> None:
    """An answer comes with its status, its headers in any case, and its body."""
    answer = await client.request("get", f"{counter.url}/value", params={"page": 2})
    assert answer.ok
    assert answer.status == 200
    assert answer.headers["content-TYPE"].startswith("application/json")
    assert answer.object() == {
        "value": 0,
        "agent": http.USER_AGENT,
        "extra": "always",
        "query": {"page": "2"},
    }


async def test_write(counter: Counter, client: HttpClient) -> None:
    """A body is sent as JSON."""
    answer = await client.request("POST", f"{counter.url}/value", json={"add": 2})
    assert answer.status == 201
    assert counter.value == 2
    assert counter.requests[0].headers["Content-Type"] == "application/json"
    assert answer.written


async def test_header_of_one_request(counter: Counter, client: HttpClient) -> None:
    """A header of a request wins over the one of the client."""
    answer = await client.request(
        "GET", f"{counter.url}/value", headers={"X-Extra": "once"}
    )
    assert answer.object()["extra"] == "once"


async def test_redirect_is_not_followed(counter: Counter, client: HttpClient) -> None:
    """Credentials are not taken elsewhere."""
    answer = await client.request("HEAD", f"{counter.url}/moved")
    assert answer.status == 302
    assert counter.count() == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 420, 423, 426])
async def test_refusal_is_left_to_the_client(
    counter: Counter, client: HttpClient, status: int
) -> None:
    """A status that another try would not change is returned at once."""
    counter.faults.fail(status=status)
    answer = await client.request("GET", f"{counter.url}/value")
    assert answer.status == status
    assert not answer.ok
    assert counter.count() == 1


PASSING = [
    pytest.param({"status": status}, id=str(status))
    for status in (429, 500, 502, 503, 504, 520, 521, 522)
] + [
    pytest.param({"kind": kind}, id=kind.value)
    for kind in (FaultKind.CUT, FaultKind.CUT_AFTER, FaultKind.HALF_BODY)
]


@pytest.mark.parametrize("fault", PASSING)
async def test_read_survives_two_faults(
    counter: Counter, client: HttpClient, clock: Clock, fault: dict[str, object]
) -> None:
    """A read is made three times, with growing pauses."""
    counter.faults.fail(**fault, times=2)  # type: ignore[arg-type]
    answer = await client.request("GET", f"{counter.url}/value")
    assert answer.object()["value"] == 0
    assert counter.count() == 3
    # The session repeats a read by itself once where the connection broke.
    assert 0.5 <= clock.slept[0] <= 0.625
    assert all(1.0 <= pause <= 1.25 for pause in clock.slept[1:])


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("wait", ["", "1", "900"])
async def test_errors_know_the_status(
    counter: Counter, client: HttpClient, status: int, wait: str
) -> None:
    """What the service answered can be told without reading the text."""
    headers = {"Retry-After": wait} if wait else {}
    counter.faults.fail(status=status, headers=headers, times=9)
    expected = SlowDownError if status == 429 or wait == "900" else StatusError
    with pytest.raises((RateLimitedError, ProviderUnavailableError)) as caught:
        await client.request("GET", f"{counter.url}/value")
    assert isinstance(caught.value, expected)
    assert caught.value.status == status


@pytest.mark.parametrize("fault", PASSING)
async def test_read_gives_up(
    counter: Counter, client: HttpClient, fault: dict[str, object]
) -> None:
    """After three attempts the error says what happened; a read changes nothing."""
    counter.faults.fail(**fault, times=9)  # type: ignore[arg-type]
    with pytest.raises((ProviderUnavailableError, RateLimitedError)) as caught:
        await client.request("GET", f"{counter.url}/value")
    assert not caught.value.maybe_sent
    assert "GET /value at 127.0.0.1" in str(caught.value)
    assert counter.count() >= 3


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 503, "headers": {"Retry-After": "1"}}, id="503"),
        pytest.param({"status": 429, "headers": {"Retry-After": "1"}}, id="429"),
        pytest.param({"status": 500}, id="500"),
        pytest.param({"kind": FaultKind.HALF_BODY}, id="half a body"),
    ],
)
async def test_read_in_haste(
    counter: Counter, client: HttpClient, fault: dict[str, object]
) -> None:
    """It is sent once; without haste, as often as ever."""
    counter.faults.fail(**fault)  # type: ignore[arg-type]
    with pytest.raises((ProviderUnavailableError, RateLimitedError)), in_haste():
        await client.request("GET", f"{counter.url}/value")
    assert counter.count() == 1
    counter.faults.fail(**fault)  # type: ignore[arg-type]
    assert (await client.request("GET", f"{counter.url}/value")).ok
    assert counter.count() == 3


async def test_time_in_haste(
    counter: Counter, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read ends soon; a write has the time that it needs, or a login may be lost."""
    monkeypatch.setattr(http, "HASTE", 0.1)
    counter.faults.fail(kind=FaultKind.SLOW, seconds=0.5)
    with pytest.raises(ProviderUnavailableError, match="in time"), in_haste():
        await client.request("GET", f"{counter.url}/value", timeout=30)
    counter.faults.fail(kind=FaultKind.SLOW, seconds=0.5)
    with in_haste():
        answer = await client.request(
            "POST", f"{counter.url}/value", json={"add": 1}, timeout=30
        )
    assert answer.ok


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 504, "kind": FaultKind.STATUS_AFTER}, id="504 done"),
        pytest.param({"status": 503}, id="503 that says no time"),
        pytest.param({"kind": FaultKind.CUT}, id="cut before"),
        pytest.param({"kind": FaultKind.CUT_AFTER}, id="cut after"),
        pytest.param({"kind": FaultKind.HALF_BODY}, id="half a body"),
        pytest.param({"kind": FaultKind.SLOW, "seconds": 0.5}, id="slow"),
    ],
)
async def test_write_that_may_have_arrived_is_in_haste(
    counter: Counter, client: HttpClient, fault: dict[str, object]
) -> None:
    """Nobody can tell whether it was done: it is not repeated, and said so."""
    counter.faults.fail(**fault)  # type: ignore[arg-type]
    with pytest.raises(ProviderUnavailableError) as caught:
        await client.request(
            "POST", f"{counter.url}/value", json={"add": 1}, timeout=0.2
        )
    assert caught.value.maybe_sent
    await asyncio.sleep(0)
    assert counter.count("POST") == 1
    assert counter.value <= 1


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(429, {}, id="429"),
        pytest.param(429, {"Retry-After": "2"}, id="429 that says when"),
        pytest.param(503, {"Retry-After": "2"}, id="503 that says when"),
    ],
)
async def test_write_that_was_refused_is_repeated(
    counter: Counter, client: HttpClient, status: int, headers: dict[str, str]
) -> None:
    """A service that asks to come back has not done it."""
    counter.faults.fail(status=status, headers=headers, times=2)
    await client.request("POST", f"{counter.url}/value", json={"add": 1})
    assert counter.count("POST") == 3
    assert counter.value == 1


async def test_refused_write_was_not_sent(counter: Counter, client: HttpClient) -> None:
    """A write that was refused to the end did not arrive."""
    counter.faults.fail(status=503, headers={"Retry-After": "1"}, times=9)
    with pytest.raises(ProviderUnavailableError) as caught:
        await client.request("POST", f"{counter.url}/value", json={"add": 1})
    assert not caught.value.maybe_sent
    assert counter.count("POST") == 3


async def test_idempotent_write_is_repeated(
    counter: Counter, client: HttpClient
) -> None:
    """A write that may be made twice is repeated, but may have been done all the same."""
    counter.faults.fail(kind=FaultKind.CUT_AFTER, times=2)
    await client.request(
        "POST", f"{counter.url}/value", json={"add": 1}, idempotent=True
    )
    assert counter.count("POST") == 3

    counter.faults.fail(kind=FaultKind.CUT_AFTER)
    counter.faults.fail(status=429, on_call=2, times=2)
    with pytest.raises(RateLimitedError) as caught:
        await client.request(
            "POST", f"{counter.url}/value", json={"add": 1}, idempotent=True
        )
    assert caught.value.maybe_sent


async def test_no_connection(client: HttpClient, clock: Clock) -> None:
    """A write that never left is tried again, and known not to have arrived."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(ProviderUnavailableError, match="no connection") as caught:
            await client.request("POST", f"http://127.0.0.1:{port}/x", json={})
    assert not caught.value.maybe_sent
    assert len(clock.slept) == 2


class NoResolver(aiohttp.abc.AbstractResolver):
    """A resolver that knows no host."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        """Fail."""
        raise OSError(f"{host} is not known")

    async def close(self) -> None:
        """Do nothing."""


async def test_unknown_host(limiters: Limiters) -> None:
    """A name that cannot be resolved is told as such."""
    connector = aiohttp.TCPConnector(resolver=NoResolver())
    async with aiohttp.ClientSession(connector=connector) as session:
        client = HttpClient(session, limiters.for_host("x", Pace()), secrets=tuple)
        with pytest.raises(ProviderUnavailableError, match="is not known") as caught:
            await client.request("POST", "https://api.example.org/x")
    assert not caught.value.maybe_sent


class SlowResolver(NoResolver):
    """A resolver that takes its time."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        """Wait."""
        await asyncio.sleep(5)
        return []


async def test_no_connection_in_time(limiters: Limiters) -> None:
    """A write whose connection does not come about was not sent."""
    connector = aiohttp.TCPConnector(resolver=SlowResolver())
    async with aiohttp.ClientSession(connector=connector) as session:
        client = HttpClient(session, limiters.for_host("x", Pace()), secrets=tuple)
        with pytest.raises(NoConnectionError, match="in time"):
            await client.request(
                "POST", "https://api.example.org/x", timeout=0.1, attempts=1
            )


async def test_no_web_server(client: HttpClient) -> None:
    """Something that speaks another protocol is told as such."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak as an SSH server does."""
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        await writer.drain()
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderUnavailableError, match="no answer of a web server"):
            await client.request("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url", ["", "example.org", "ftp://example.org", "http://[", "http:///value"]
)
async def test_address_that_is_none(client: HttpClient, url: str) -> None:
    """An address that no web server can have is an error of ours, not of aiohttp."""
    with pytest.raises(ProviderUnavailableError, match="address"):
        await client.request("GET", url)


async def test_tls_error(client: HttpClient, clock: Clock, tmp_path: Path) -> None:
    """A certificate that is not trusted has an error of its own, told at once."""
    async with Counter(ssl_context=self_signed_context(tmp_path)) as counter:
        with pytest.raises(TlsError, match="TLS error: self-signed") as caught:
            await client.request("POST", f"{counter.url}/value", json={"add": 1})
        assert counter.count() == 0
    assert not caught.value.maybe_sent
    assert clock.slept == []


async def test_plain_server_behind_https(counter: Counter, client: HttpClient) -> None:
    """A server that speaks no TLS is a TLS error too."""
    with pytest.raises(TlsError, match="TLS error"):
        await client.request("GET", counter.url.replace("http:", "https:") + "/value")


async def test_closed_session(
    counter: Counter, session: aiohttp.ClientSession, client: HttpClient
) -> None:
    """A request during shutdown is an ordinary error."""
    await session.close()
    with pytest.raises(ProviderUnavailableError, match="shut down"):
        await client.request("GET", f"{counter.url}/value")


async def test_too_long(
    counter: Counter, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endless answer does not fill the memory."""
    monkeypatch.setattr(http, "MAX_BODY", 1000)
    with pytest.raises(ProviderUnavailableError):
        await client.request("GET", f"{counter.url}/long")


async def test_slow_read(counter: Counter, client: HttpClient) -> None:
    """A read that takes too long is made again."""
    counter.faults.fail(kind=FaultKind.SLOW, seconds=0.5)
    answer = await client.request("GET", f"{counter.url}/value", timeout=0.2)
    assert answer.ok
    assert counter.count() == 2


async def test_nonsense(counter: Counter, client: HttpClient) -> None:
    """An answer that is no JSON is a protocol error with an excerpt."""
    counter.faults.fail(kind=FaultKind.NONSENSE, times=2)
    answer = await client.request("GET", f"{counter.url}/value")
    with pytest.raises(ProtocolError, match="not JSON.*not an API") as caught:
        answer.json()
    assert not caught.value.maybe_sent
    answer = await client.request("POST", f"{counter.url}/value", json={"add": 1})
    with pytest.raises(ProtocolError) as caught:
        answer.object()
    assert caught.value.maybe_sent


@pytest.mark.parametrize(
    ("body", "method", "words"),
    [
        pytest.param("[1]", "object", "not a JSON object", id="array"),
        pytest.param("{}", "array", "not a JSON array", id="object"),
        pytest.param("", "json", "it is empty", id="empty"),
        pytest.param("x " * 400, "json", "…", id="long"),
    ],
)
async def test_wrong_shape(
    counter: Counter, client: HttpClient, body: str, method: str, words: str
) -> None:
    """An answer of another shape than expected is a protocol error."""
    counter.faults.fail(status=200, body=body)
    answer = await client.request("GET", f"{counter.url}/value")
    with pytest.raises(ProtocolError, match=words):
        getattr(answer, method)()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after(
    counter: Counter, client: HttpClient, clock: Clock, status: int, as_date: bool
) -> None:
    """A pause that the service asks for is made, in either of its forms."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=31), usegmt=True)
    counter.faults.fail(
        status=status, headers={"Retry-After": later if as_date else "30"}
    )
    await client.request("GET", f"{counter.url}/value")
    assert 28 <= clock.slept[0] <= 31


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [429, 503])
async def test_too_long_a_pause(
    counter: Counter, client: HttpClient, clock: Clock, status: int, method: str
) -> None:
    """A pause longer than a run should wait ends it, and is told."""
    counter.faults.fail(status=status, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimitedError) as caught:
        await client.request(method, f"{counter.url}/value", json={"add": 1})
    assert caught.value.retry_after == 3600
    assert not caught.value.maybe_sent
    assert clock.slept == []
    assert counter.count() == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "  "}, None),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0.0),
    ],
)
def test_retry_after_forms(headers: Mapping[str, str], seconds: float | None) -> None:
    """Every form of the header is understood, and nonsense ignored."""
    assert http.retry_after(headers) == seconds


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500, "body": SECRET}, id="status"),
        pytest.param({"kind": FaultKind.CUT}, id="cut"),
        pytest.param({"kind": FaultKind.SLOW, "seconds": 0.3}, id="slow"),
        pytest.param({"kind": FaultKind.NONSENSE, "body": f"<p>{SECRET}"}, id="body"),
    ],
)
async def test_no_secret_in_any_text(
    counter: Counter,
    client: HttpClient,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, object],
) -> None:
    """Neither the error, what it came from, nor the log holds a secret."""
    caplog.set_level("DEBUG", logger=http.__name__)
    counter.faults.fail(**fault, times=9)  # type: ignore[arg-type]
    url = counter.url.replace("//", f"//user:{SECRET}@") + "/value"
    with pytest.raises(ProviderError) as caught:
        (
            await client.request(
                "GET",
                url,
                params={"api_key": TOKEN, "q": SECRET},
                headers={"X-Token": SECRET},
                timeout=0.1,
            )
        ).json()
    error: BaseException | None = caught.value
    texts = caplog.text
    while error is not None:
        texts += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    assert SECRET not in texts
    assert TOKEN not in texts
    assert "user:" not in texts
    assert "?" not in texts


async def test_no_secret_in_the_path(counter: Counter, client: HttpClient) -> None:
    """A secret or an id in the path is taken out too."""
    counter.faults.fail(status=500, times=9)
    with pytest.raises(ProviderError, match=r"/users/\*\*/\*\* at"):
        await client.request("GET", f"{counter.url}/users/{SECRET}/{TOKEN}")


async def test_cancelling_leaves_nothing_behind(
    counter: Counter, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A cancelled request ends at once and frees its connection and its slot."""
    client = HttpClient(
        session, limiters.for_host("one", Pace(concurrency=1)), secrets=tuple
    )
    counter.faults.fail(kind=FaultKind.SLOW, seconds=0.5)
    task = asyncio.create_task(client.request("GET", f"{counter.url}/value"))
    while not counter.requests:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    connector = session.connector
    assert connector is not None
    assert not connector._acquired  # noqa: SLF001
    answer = await asyncio.wait_for(
        client.request("GET", f"{counter.url}/value"), timeout=2
    )
    assert answer.ok


async def test_pace_of_writes(
    counter: Counter, session: aiohttp.ClientSession, limiters: Limiters, clock: Clock
) -> None:
    """Writes of two accounts on one host share its pace; reads do not wait for it."""
    pace = Pace(write_interval=1)
    first, second = (
        HttpClient(session, limiters.for_host("host", pace), secrets=tuple)
        for _ in range(2)
    )
    for client in (first, second, first):
        await client.request("POST", f"{counter.url}/value", json={"add": 1})
        await client.request("GET", f"{counter.url}/value")
    assert clock.slept == [1.0, 1.0]


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_nothing_is_sent_twice_behind_our_back(
    counter: Counter, client: HttpClient, method: str
) -> None:
    """A connection that was kept open and ends is no reason to write once more."""
    await client.request("GET", f"{counter.url}/value")
    counter.faults.fail(kind=FaultKind.CUT_AFTER)
    with pytest.raises(ProviderUnavailableError) as caught:
        await client.request(
            method, f"{counter.url}/value", json={"add": 1}, idempotent=False
        )
    assert caught.value.maybe_sent
    assert counter.value == 1
