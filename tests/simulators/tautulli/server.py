"""The simulated Tautulli itself."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
import json
import ssl
from typing import override

from aiohttp import web

from ..base import Request, Simulator, utc_now
from . import history
from .behaviour import Behaviour
from .model import Media, Session, Title, User
from .shapes import metadata_shape, user_shape

API_KEY = "d3adb33f0123456789abcdef01234567"
API = "/api/v2"

type Query = Mapping[str, str]


class Refusal(Exception):
    """A call is answered with an error."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Refuse with a message."""
        super().__init__(message)
        self.message = message
        self.status = status


class TautulliSimulator(Simulator):
    """A Tautulli with its Plex server's users, titles and history."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        base_path: str = "",
        name: str = "Winterfell",
    ) -> None:
        """Prepare a server that has seen nobody; number 0 is there from the start."""
        super().__init__(
            clock=clock, latency=latency, ssl_context=ssl_context, base_path=base_path
        )
        self.api_key = API_KEY
        self.name = name
        self.machine_id = "08u2phnlkdshf890bhdlksghnljsahgleikjfg9t"
        self.behaviour = Behaviour()
        self.users: list[User] = [User(0, "Local", "Local")]
        self.titles: dict[int, Title] = {}
        self.sessions: list[Session] = []
        self.running: list[Session] = []
        self._last_row = 1000
        self._last_key = 100

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one route of the API."""
        return (web.get(API, self._call),)

    @override
    def is_write(self, request: Request) -> bool:
        """Return whether a call changes something: its name tells."""
        command = request.query.get("cmd", "")
        return not command.startswith("get_") and command not in {
            "status",
            "server_status",
        }

    def calls(self, command: str) -> int:
        """Return how often a command was called."""
        return sum(each.query.get("cmd") == command for each in self.requests)

    def add_user(self, name: str, user_id: int, *, friendly_name: str = "") -> User:
        """Let somebody use the Plex server."""
        user = User(user_id, name, friendly_name or name)
        self.users.append(user)
        return user

    def add(self, media: Media, title: str, guid: str, **facts: object) -> Title:
        """Put a title into a library; the next free number is its key."""
        self._last_key += 1
        added = Title(media, self._last_key, title, guid, **facts)  # type: ignore[arg-type]
        self.titles[added.rating_key] = added
        return added

    def play(
        self,
        user: User,
        title: Title,
        stopped: datetime,
        percent: float = 100.0,
        *,
        live: bool = False,
    ) -> Session:
        """Let a user play a title; the row is there once it has stopped."""
        self._last_row += 1
        session = Session(
            self._last_row,
            self._last_row,
            user,
            title,
            started=stopped - timedelta(seconds=title.seconds * percent / 100),
            stopped=stopped,
            percent=percent,
            live=live,
        )
        session.reference_id = history.reference_for(
            self.sessions, session, self.behaviour.watched_percent
        )
        self.sessions.append(session)
        return session

    def start_playing(self, user: User, title: Title) -> Session:
        """Let something run right now."""
        now = self.clock()
        session = Session(0, 0, user, title, now, now, 10.0, running=True)
        self.running.append(session)
        return session

    def forget(self, session: Session) -> None:
        """Delete a row of the history, as a person can."""
        self.sessions.remove(session)

    async def _call(self, request: web.Request) -> web.Response:
        """Answer a call."""
        try:
            data, status = self._data(dict(request.query)), 200
        except Refusal as refusal:
            return _envelope("error", refusal.message, {}, refusal.status)
        return _envelope("success", None, data, status)

    def _data(self, query: Query) -> object:
        """Return what a call asks for; raises Refusal."""
        status = self.behaviour.refusal_status
        if not self.behaviour.api_enabled:
            raise Refusal("API not enabled", 404 if status == 401 else status)
        if "apikey" not in query:
            raise Refusal("Parameter apikey is required", status)
        commands: dict[str, Callable[[Query], object]] = {
            "get_server_info": self._server_info,
            "get_tautulli_info": self._tautulli_info,
            "get_users": self._users,
            "get_user_names": self._user_names,
            "get_history": self._history,
            "get_metadata": self._metadata,
            "delete_history": self._delete_history,
        }
        if self.behaviour.knows_status:
            commands["server_status"] = self._server_status
        command = query.get("cmd", "")
        if command not in commands:
            known = ", ".join(sorted(commands))
            raise Refusal(f"Unknown command: {command}. Possible commands are: {known}")
        if query["apikey"] != self.api_key:
            raise Refusal("Invalid apikey", status)
        return commands[command](query)

    def _server_info(self, query: Query) -> object:
        """Return which Plex server it watches over."""
        return {
            "pms_identifier": self.machine_id,
            "pms_ip": "192.0.2.10",
            "pms_is_remote": 0,
            "pms_name": self.name,
            "pms_platform": "Linux",
            "pms_plexpass": 1,
            "pms_port": 32400,
            "pms_ssl": 0,
            "pms_url": "http://192.0.2.10:32400",
            "pms_url_manual": 0,
            "pms_version": "1.41.0.8994-f2c27da23",
        }

    def _tautulli_info(self, query: Query) -> object:
        """Return which Tautulli it is."""
        return {"tautulli_version": "v2.17.0", "tautulli_branch": "master"}

    def _users(self, query: Query) -> object:
        """Return all users."""
        return [user_shape(number, user) for number, user in enumerate(self.users, 1)]

    def _user_names(self, query: Query) -> object:
        """Return the names of all users."""
        return [
            {"friendly_name": user.friendly_name, "user_id": user.user_id}
            for user in self.users
        ]

    def _server_status(self, query: Query) -> object:
        """Return whether the Plex server is there."""
        return {"result": "success", "connected": self.behaviour.plex_connected}

    def _history(self, query: Query) -> object:
        """Return a page of the history."""
        return history.answer(self.sessions, self.running, query, self.behaviour)

    def _metadata(self, query: Query) -> object:
        """Return what the Plex server knows of a title; nothing where it is gone."""
        key = query.get("rating_key", "")
        title = self.titles.get(int(key)) if key.isdecimal() else None
        if title is None or title.gone or not self.behaviour.plex_connected:
            return {}
        return metadata_shape(title)

    def _delete_history(self, query: Query) -> object:
        """Delete rows of the history."""
        doomed = set(query.get("row_ids", "").split(","))
        self.sessions = [row for row in self.sessions if str(row.row_id) not in doomed]
        return {}


def _envelope(
    result: str, message: str | None, data: object, status: int
) -> web.Response:
    """Return an answer; a result within the data is taken out of there."""
    if isinstance(data, dict):
        result = str(data.pop("result", result))
    body = {"response": {"result": result, "message": message, "data": data}}
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json;charset=UTF-8"},
    )
