"""The common base of the simulators: a small web server with a memory and faults."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
import re
import socket
import ssl
import struct
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from .faults import Fault, FaultKind, Faults
from .request_log import Request

__all__ = ["Fault", "FaultKind", "Faults", "Request", "Simulator", "utc_now"]

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY = 64 * 1024 * 1024


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Simulator:
    """One simulated service on 127.0.0.1.

    A service overrides `routes`, and `is_write` where its methods do not tell. State
    lives in the object, not in the server: it survives `stop` and a later `start`.
    Paths in the log and in fault rules are seen without `base_path`.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        base_path: str = "",
    ) -> None:
        """Prepare a simulator; nothing listens before `start`."""
        self.clock = clock
        self.latency = latency
        self.requests: list[Request] = []
        self.faults = Faults()
        self.url = ""
        self.base_path = base_path.rstrip("/")
        self._ssl_context = ssl_context
        self._runner: web.AppRunner | None = None
        self._listener: socket.socket

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes of the service, without the base path."""
        return ()

    def is_write(self, request: Request) -> bool:
        """Return whether a request asks for a change of the service's state."""
        return request.method not in READING_METHODS

    async def start(self, port: int = 0) -> str:
        """Listen on `port`, or on one that the system chooses, and return the URL."""
        if self._runner is not None:
            raise RuntimeError("The simulator is running already")
        self._listener = socket.create_server(("127.0.0.1", port))
        app = web.Application(middlewares=[self._serve], client_max_size=MAX_BODY)
        app.on_shutdown.append(self._hang_up)
        app.add_routes(
            web.RouteDef(
                route.method, self.base_path + route.path, route.handler, route.kwargs
            )
            for route in self.routes()
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.SockSite(self._runner, self._listener, ssl_context=self._ssl_context)
        await site.start()
        scheme = "http" if self._ssl_context is None else "https"
        port = self._runner.addresses[0][1]
        self.url = f"{scheme}://127.0.0.1:{port}{self.base_path}"
        return self.url

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            # A connection that was accepted just now is unknown to the server for a
            # moment; asyncio would lose it, and its client wait for ever.
            asyncio.get_running_loop().remove_reader(self._listener)
            await asyncio.sleep(0)
            await runner.cleanup()

    async def _hang_up(self, app: web.Application) -> None:
        """End connections that would stay open, once nobody can connect any more."""

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    def count(self, method: str | None = None, path: str | None = None) -> int:
        """Return how many requests came; `path` is a pattern for the whole path."""
        pattern = re.compile(".*" if path is None else path)
        return sum(
            1
            for request in self.requests
            if (method is None or method.upper() == request.method)
            and pattern.fullmatch(request.path)
        )

    def writes(self) -> int:
        """Return how many requests asked for a change of the service's state."""
        return sum(1 for request in self.requests if self.is_write(request))

    def reset_requests(self) -> None:
        """Forget the requests so far."""
        self.requests.clear()

    @web.middleware
    async def _serve(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Log a request, let it wait, and answer it or show a fault."""
        logged = await self._log(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        # A path that the service does not have is no call of it: rules skip it.
        known = request.match_info.http_exception is None
        fault = self.faults.take(logged) if known else None
        if fault is None:
            return await handler(request)
        return await show(fault, request, handler)

    async def _log(self, request: web.Request) -> Request:
        """Remember a request."""
        path = request.path
        if self.base_path and path.startswith(f"{self.base_path}/"):
            path = path.removeprefix(self.base_path)
        logged = Request(
            method=request.method,
            path=path,
            query={
                name: ",".join(request.query.getall(name)) for name in request.query
            },
            headers=request.headers,
            raw=await request.read(),
            at=self.clock(),
        )
        self.requests.append(logged)
        return logged


async def show(
    fault: Fault, request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Answer a request with a fault."""
    match fault.kind:
        case FaultKind.STATUS:
            return faulty_answer(fault)
        case FaultKind.STATUS_AFTER:
            await processed(request, handler)
            return faulty_answer(fault)
        case FaultKind.NONSENSE:
            return web.Response(
                body=fault.body,
                headers={"Content-Type": "text/html; charset=utf-8", **fault.headers},
            )
        case FaultKind.CUT:
            return reset_connection(request)
        case FaultKind.CUT_AFTER:
            await processed(request, handler)
            return reset_connection(request)
        case FaultKind.HALF_BODY:
            return await half_answer(request, await processed(request, handler))
        case FaultKind.MEANWHILE:
            fault.happens()
            return await handler(request)
        case FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
            return await handler(request)


async def processed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the true answer, also where the service raises it."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        return answer


def faulty_answer(fault: Fault) -> web.Response:
    """Return the answer that a rule asks for."""
    return web.Response(status=fault.status, headers=fault.headers, body=fault.body)


def reset_connection(request: web.Request) -> web.Response:
    """Cut the connection so that the client sees a reset, not an orderly end."""
    if (transport := request.transport) is not None:
        connection = transport.get_extra_info("socket")
        # Lingering for zero seconds makes the kernel send RST instead of FIN.
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()
    return web.Response()


async def half_answer(
    request: web.Request, answer: web.StreamResponse
) -> web.StreamResponse:
    """Announce the whole body, send half of it, and end the connection."""
    body = answer.body if isinstance(answer, web.Response) else b""
    if not isinstance(body, bytes | bytearray):
        raise TypeError("Only an answer with a plain body can be halved")
    half = web.StreamResponse(status=answer.status, headers=answer.headers)
    half.content_length = max(len(body), 2)
    await half.prepare(request)
    await half.write(bytes(body[: len(body) // 2]))
    if (transport := request.transport) is not None:
        transport.close()
    return half
