"""The simulated Kodi itself: its web server, and what a person does at it."""

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
import json
from random import Random
import ssl
from zoneinfo import ZoneInfo

from aiohttp import web
import orjson

from ..base import Request, Simulator, utc_now
from . import library_calls, system_calls
from .behaviour import Behaviour
from .changes import written_date
from .errors import INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, RpcError
from .model import Episode, Library, Movie
from .parameters import Params, named

PATH = "/jsonrpc"
CALLS = {**system_calls.CALLS, **library_calls.CALLS}


class KodiSimulator(Simulator):
    """A Kodi with a library, in a time zone of its own.

    Without a user name and password it lets everybody in, as releases before 19 could
    be set up. `playing` is what its video player plays right now, and `playing_at` how
    far it is and how long that is, in seconds.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        zone: str = "America/New_York",
        username: str = "",
        password: str = "",
        name: str = "Living Room",
        version: tuple[int, int] = (21, 1),
        api_version: tuple[int, int, int] = (13, 5, 0),
    ) -> None:
        """Prepare a Kodi with an empty library."""
        super().__init__(clock=clock, latency=latency, ssl_context=ssl_context)
        self.zone = ZoneInfo(zone)
        self.username = username
        self.password = password
        self.name = name
        self.version = version
        self.api_version = api_version
        self.behaviour = Behaviour()
        self.library = Library()
        self.playing: Movie | Episode | None = None
        self.playing_at = (0.0, 0.0)
        self._random = Random(1)

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one route, and what else a browser would find."""
        yield web.post(PATH, self._serve_rpc)
        yield web.get(PATH, self._describe)
        yield web.get("/", self._web_interface)

    def is_write(self, request: Request) -> bool:
        """Return whether a request asks for a change, alone or in a batch."""
        return any(name in library_calls.WRITES for name, _ in calls_in(request.body))

    def calls(self, method: str | None = None) -> list[dict[str, object]]:
        """Return the parameters of all calls so far of a method, or of any."""
        return [
            params
            for request in self.requests
            for name, params in calls_in(request.body)
            if method in {None, name}
        ]

    def local_now(self) -> datetime:
        """Return what the clock on the wall shows."""
        return self.clock().astimezone(self.zone).replace(tzinfo=None)

    # What a person does at the device

    def movie(self, title: str) -> Movie:
        """Return a film; KeyError if there is none."""
        for movie in self.library.movies:
            if movie.title == title:
                return movie
        raise KeyError(title)

    def episode(self, title: str, season: int, number: int) -> Episode:
        """Return an episode of a series; KeyError if there is none."""
        for each in self.library.episodes:
            if (each.show.title, each.season, each.number) == (title, season, number):
                return each
        raise KeyError((title, season, number))

    def local(self, moment: datetime) -> str:
        """Return a moment as this device writes it."""
        return written_date(moment.astimezone(self.zone))

    def play(self, entry: Movie | Episode, at: datetime | None = None) -> None:
        """Watch something to its end, now or at some moment."""
        file = entry.file
        file.play_count += 1
        file.last_played = self.local(at or self.clock())
        file.position = file.total = 0.0

    def stop_at(
        self,
        entry: Movie | Episode,
        position: float,
        total: float,
        at: datetime | None = None,
    ) -> None:
        """Watch something up to a position, now or at some moment."""
        file = entry.file
        file.position, file.total = float(int(position)), float(int(total))
        file.last_played = self.local(at or self.clock())

    def rescan(self) -> None:
        """Scan the library anew, which gives everything other ids."""
        self.library.renumber()

    # The wire

    def _admits(self, request: web.Request) -> bool:
        """Tell whether a request brings the right name and password."""
        if not self.username and not self.password:
            return True
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        wanted = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return scheme.lower() == "basic" and given == wanted

    def _refused(self) -> web.Response:
        """Return how the web server asks who somebody is."""
        return web.Response(
            status=401, headers={"WWW-Authenticate": 'Basic realm="Kodi"'}
        )

    async def _web_interface(self, request: web.Request) -> web.Response:
        """Return the page that a browser shows."""
        if not self._admits(request):
            return self._refused()
        return web.Response(text="<!DOCTYPE html><p>Kodi", content_type="text/html")

    async def _describe(self, request: web.Request) -> web.Response:
        """Return the description of the API, as far as it is simulated."""
        if not self._admits(request):
            return self._refused()
        described = {"description": "JSON-RPC API of XBMC", "methods": sorted(CALLS)}
        return answer(orjson.dumps(described))

    async def _serve_rpc(self, request: web.Request) -> web.Response:
        """Answer a call, or a batch of them."""
        if not self._admits(request):
            return self._refused()
        if request.content_type != "application/json":
            return web.Response(status=415)
        body = await request.read()
        try:
            sent = json.loads(body)
        except ValueError:
            return answer(orjson.dumps(refusal(None, RpcError(PARSE_ERROR))))
        if not isinstance(sent, list) or not sent:
            reply = self._reply(sent)
            return answer(b"" if reply is None else orjson.dumps(reply))
        replies = [reply for call in sent if (reply := self._reply(call)) is not None]
        if self.behaviour.shuffles_batches:
            self._random.shuffle(replies)
        return answer(orjson.dumps(replies) if replies else b"")

    def _reply(self, call: object) -> dict[str, object] | None:
        """Return the answer to one call; one without an id gets none."""
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return refusal(None, RpcError(INVALID_REQUEST))
        method, call_id = str(call["method"]), call.get("id")
        try:
            result = self._call(method, call.get("params"))
        except RpcError as err:
            reply = refusal(call_id, err)
        else:
            reply = {"id": call_id, "jsonrpc": "2.0", "result": result}
        hidden = "id" not in call or method == self.behaviour.drops_answers_to
        return None if hidden else reply

    def _call(self, method: str, values: object) -> object:
        """Return the result of a call."""
        handler = CALLS.get(method)
        if handler is None or method in self.behaviour.unknown_methods:
            raise RpcError(METHOD_NOT_FOUND)
        if method == self.behaviour.renumbers_before:
            self.behaviour.renumbers_before = ""
            self.rescan()
        params = Params(method, named(method, values))
        due = [rule for rule in self.behaviour.rpc_faults if rule.due(method)]
        if due and not due[0].after:
            raise RpcError(due[0].code)
        result = handler(self, params)
        if due:
            raise RpcError(due[0].code)
        return result


def calls_in(body: object) -> Iterator[tuple[str, dict[str, object]]]:
    """Return the calls in the body of a request, with their parameters."""
    for call in body if isinstance(body, list) else [body]:
        if isinstance(call, dict) and isinstance(method := call.get("method"), str):
            params = call.get("params")
            yield method, params if isinstance(params, dict) else {}


def refusal(call_id: object, error: RpcError) -> dict[str, object]:
    """Return the answer to a call that is refused."""
    return {"error": error.as_json(), "id": call_id, "jsonrpc": "2.0"}


def answer(body: bytes) -> web.Response:
    """Return an answer of JSON."""
    return web.Response(body=body, content_type="application/json")
