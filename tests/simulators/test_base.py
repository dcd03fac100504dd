"""The simulators' base: log, latency, faults, TLS and restarts."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
import ssl
import time

import aiohttp
from aiohttp import web
import pytest

from .base import FaultKind, Request, Simulator
from .tls import self_signed_context

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Counter(Simulator):
    """A service that holds one number."""

    def __init__(self, base_path: str = "", tls: ssl.SSLContext | None = None) -> None:
        """Start from zero."""
        super().__init__(clock=lambda: NOW, base_path=base_path, ssl_context=tls)
        self.value = 0

    def routes(self) -> Iterable[web.RouteDef]:
        """Read it, add to it, fail."""
        return (
            web.get("/value", self.read),
            web.post("/value", self.add),
            web.post("/search", self.read),
            web.post("/refused", self.refuse),
        )

    def is_write(self, request: Request) -> bool:
        """Tell that a search changes nothing."""
        return super().is_write(request) and request.path != "/search"

    async def read(self, request: web.Request) -> web.Response:
        """Return the number."""
        return web.json_response({"value": self.value, "text": "x" * 100})

    async def refuse(self, request: web.Request) -> web.Response:
        """Refuse by an exception, as aiohttp allows."""
        raise web.HTTPConflict(text="no")

    async def add(self, request: web.Request) -> web.Response:
        """Add to the number."""
        self.value += (await request.json())["add"]
        return web.json_response({"value": self.value}, status=201)


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """Return a running counter."""
    async with Counter() as simulator:
        yield simulator


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session that opens a connection a request, so that none is retried."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def add(client: aiohttp.ClientSession, simulator: Simulator) -> int:
    """Ask for one more and return the status, having read the whole JSON body."""
    async with client.post(f"{simulator.url}/value", json={"add": 1}) as answer:
        await answer.json()
        return answer.status


async def test_log_and_counts(counter: Counter, client: aiohttp.ClientSession) -> None:
    """Every request is logged as it was sent and counted by method and path."""
    await add(client, counter)
    await client.get(f"{counter.url}/value?a=1&b=2&b=3", headers={"X-Who": "me"})
    await client.post(f"{counter.url}/search", data=b"not json")
    await client.get(f"{counter.url}/nowhere")
    first, second, third, fourth = counter.requests
    assert (first.method, first.path, first.body) == ("POST", "/value", {"add": 1})
    assert (first.at, dict(first.query)) == (NOW, {})
    assert (second.query, second.body) == ({"a": "1", "b": "2,3"}, None)
    assert second.headers["x-who"] == "me"
    assert (third.raw, third.body) == (b"not json", None)
    assert fourth.path == "/nowhere"
    assert counter.count() == 4
    assert counter.count("get") == 2
    assert counter.count(path="/val.*") == 2
    assert counter.count("POST", "/val") == 0
    assert counter.writes() == 1
    counter.reset_requests()
    assert (counter.count(), counter.writes()) == (0, 0)


async def test_latency(counter: Counter, client: aiohttp.ClientSession) -> None:
    """Every answer takes the latency longer."""
    counter.latency = 0.15
    started = time.monotonic()
    await asyncio.gather(add(client, counter), add(client, counter))
    assert 0.15 <= time.monotonic() - started < 0.3


async def test_status_is_not_processed(
    counter: Counter, client: aiohttp.ClientSession
) -> None:
    """A status comes with headers and body, from the n-th call, so many times."""
    counter.faults.fail(
        path="/value",
        method="post",
        on_call=2,
        times=2,
        status=429,
        headers={"Retry-After": "7"},
        body="[1]",
    )
    await client.get(f"{counter.url}/value")
    assert await add(client, counter) == 201
    async with client.post(f"{counter.url}/value", json={"add": 1}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert await answer.read() == b"[1]"
    async with client.post(f"{counter.url}/value", json={"add": 1}) as answer:
        assert answer.status == 429
    assert await add(client, counter) == 201
    assert (counter.value, counter.faults.fired) == (2, 2)


async def test_status_after_is_processed(
    counter: Counter, client: aiohttp.ClientSession
) -> None:
    """The change was made although the answer says that it failed."""
    counter.faults.fail(kind=FaultKind.STATUS_AFTER, status=504)
    async with client.post(f"{counter.url}/value", json={"add": 1}) as answer:
        assert answer.status == 504
    assert counter.value == 1


@pytest.mark.parametrize(
    ("kind", "expected", "value"),
    [
        pytest.param(FaultKind.CUT, aiohttp.ClientOSError, 0, id="cut"),
        pytest.param(FaultKind.CUT_AFTER, aiohttp.ClientOSError, 1, id="cut after"),
        pytest.param(FaultKind.HALF_BODY, aiohttp.ClientPayloadError, 1, id="half"),
        pytest.param(FaultKind.NONSENSE, aiohttp.ContentTypeError, 0, id="nonsense"),
    ],
)
async def test_broken_answers(
    counter: Counter,
    client: aiohttp.ClientSession,
    kind: FaultKind,
    expected: type[Exception],
    value: int,
) -> None:
    """The client sees the failure; the change was made or not, as the kind says."""
    counter.faults.fail(kind=kind)
    with pytest.raises(expected):
        await add(client, counter)
    assert counter.value == value
    assert await add(client, counter) == 201


async def test_half_of_a_body(counter: Counter, client: aiohttp.ClientSession) -> None:
    """The first half really arrives, with the headers of the true answer."""
    counter.faults.fail(kind=FaultKind.HALF_BODY)
    async with client.get(f"{counter.url}/value") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/json"
        assert (await answer.content.readany()).startswith(b'{"value": 0, "text": "xx')
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_client_repeats_a_reading_once(
    counter: Counter, client: aiohttp.ClientSession
) -> None:
    """One cut of a GET goes unnoticed: aiohttp itself asks again; two do not."""
    counter.faults.fail(kind=FaultKind.CUT)
    async with client.get(f"{counter.url}/value") as answer:
        assert answer.status == 200
    assert counter.count() == 2
    counter.faults.fail(kind=FaultKind.CUT, times=2)
    with pytest.raises(aiohttp.ClientOSError):
        await client.get(f"{counter.url}/value")


async def test_raised_answers(counter: Counter, client: aiohttp.ClientSession) -> None:
    """An answer that the service raises is one like any other."""
    counter.faults.fail(path="/refused", kind=FaultKind.STATUS_AFTER, status=503)
    counter.faults.fail(path="/refused", kind=FaultKind.HALF_BODY, on_call=2)
    statuses = []
    for _ in range(3):
        async with client.post(f"{counter.url}/refused") as answer:
            statuses.append(answer.status)
    assert statuses == [503, 409, 409]


@pytest.mark.usefixtures("loop_debug")
async def test_stop_while_somebody_connects() -> None:
    """A connection that comes in the very moment is ended, and not forgotten."""
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, fault: faults.append(fault)
    )
    for steps in [0, 1, 2, 3] * 5:
        async with Counter() as service:
            port = int(service.url.rpartition(":")[2])
            connecting = asyncio.create_task(asyncio.open_connection("127.0.0.1", port))
            await asyncio.to_thread(int)
            for _ in range(steps):
                await asyncio.sleep(0)
        with suppress(ConnectionError):
            reader, writer = await connecting
            writer.close()
            assert await reader.read() == b""
    assert faults == []


async def test_slow(counter: Counter, client: aiohttp.ClientSession) -> None:
    """The true answer comes late."""
    counter.faults.fail(kind=FaultKind.SLOW, seconds=0.2)
    started = time.monotonic()
    assert await add(client, counter) == 201
    assert time.monotonic() - started >= 0.2


async def test_meanwhile(counter: Counter, client: aiohttp.ClientSession) -> None:
    """Somebody else is faster, once."""

    def add_ten() -> None:
        """Add ten."""
        counter.value += 10

    counter.faults.meanwhile(add_ten, method="POST", on_call=2)
    values = []
    for _ in range(3):
        assert await add(client, counter) == 201
        values.append(counter.value)
    assert values == [1, 12, 13]
    assert counter.faults.fired == 1


async def test_rules_count_for_themselves(
    counter: Counter, client: aiohttp.ClientSession
) -> None:
    """Unknown paths count for no rule; `clear` forgets the rules."""
    counter.faults.fail(status=500)
    counter.faults.fail(on_call=2, status=502)
    await client.get(f"{counter.url}/nowhere")
    statuses = []
    for _ in range(3):
        async with client.get(f"{counter.url}/value") as answer:
            statuses.append(answer.status)
    assert statuses == [500, 502, 200]
    counter.faults.fail(times=100)
    counter.faults.clear()
    assert await add(client, counter) == 201
    with pytest.raises(ValueError, match="start at 1"):
        counter.faults.fail(on_call=0)


async def test_restart_keeps_state(client: aiohttp.ClientSession) -> None:
    """A stopped service refuses connections; its state is there when it is back."""
    counter = Counter()
    url = await counter.start()
    with pytest.raises(RuntimeError):
        await counter.start()
    await add(client, counter)
    await counter.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await add(client, counter)
    assert await counter.start(int(url.rpartition(":")[2])) == url
    await add(client, counter)
    await counter.stop()
    assert counter.value == 2


async def test_base_path(client: aiohttp.ClientSession) -> None:
    """Behind a base path only that is served; log and rules do not see it."""
    async with Counter(base_path="/service/") as counter:
        assert counter.url.endswith("/service")
        assert await add(client, counter) == 201
        assert counter.requests[-1].path == "/value"
        async with client.get(counter.url.removesuffix("/service") + "/value") as bare:
            assert bare.status == 404


async def test_tls(client: aiohttp.ClientSession, tmp_path: Path) -> None:
    """A self-signed certificate is refused unless the client knows or ignores it."""
    async with Counter(tls=self_signed_context(tmp_path)) as counter:
        assert counter.url.startswith("https://127.0.0.1:")
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await client.get(f"{counter.url}/value")
        trusting = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
        for option in (trusting, False):
            async with client.get(f"{counter.url}/value", ssl=option) as answer:
                assert answer.status == 200
        counter.faults.fail(kind=FaultKind.CUT)
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.post(f"{counter.url}/value", ssl=False, json={"add": 1})
        assert counter.value == 0
