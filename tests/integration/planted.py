"""Secrets that nobody could mistake, services that know them, and faults that echo."""

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2s
from importlib import import_module
from itertools import count
import json
import re
from typing import override

import pytest

from tests.simulators.anilist.oauth import Logins as AniListLogins
from tests.simulators.base import Simulator
from tests.simulators.faults import Fault, FaultKind, Faults
from tests.simulators.jellyfin.devices import Devices
from tests.simulators.mdblist import MdblistSimulator
from tests.simulators.plex import people
from tests.simulators.plex.doings import Doings
from tests.simulators.request_log import Request
from tests.simulators.simkl import SimklSimulator
from tests.simulators.simkl.pins import Pins
from tests.simulators.tmdb import TmdbSimulator
from tests.simulators.tmdb.logins import Logins as TmdbLogins
from tests.simulators.trakt import TraktSimulator

STAGES = "tests.contract.stages"


@dataclass(slots=True)
class Secrets:
    """Makes secrets, and remembers them with what each is.

    They are shorter than what looks like a token by its length alone, so that only
    who knows a secret can take it out of a text.
    """

    known: dict[str, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def make(self, what: str) -> str:
        """Return a new secret."""
        digest = blake2s(f"{what} {next(self._numbers)}".encode()).hexdigest()
        secret = f"qX{digest[:16]}Zw"
        self.known[secret] = what
        return secret

    def found_in(self, text: str) -> Collection[str]:
        """Return which secrets stand in a text."""
        return {what for secret, what in self.known.items() if secret in text}


def plant(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all services be entered with secrets, and hand out nothing else."""
    for stage in ("media_browser", "jellyfin", "emby", "kodi"):
        secret = secrets.make("password")
        if stage in {"jellyfin", "emby"}:
            secret = str(vars(import_module(f"{STAGES}.media_browser"))["PASSWORD"])
        monkeypatch.setattr(import_module(f"{STAGES}.{stage}"), "PASSWORD", secret)
    # Of a Kodi it is no more than half of its login.
    kodi = import_module(f"{STAGES}.kodi")
    monkeypatch.setattr(kodi, "USER", user := secrets.make("user name"))
    login = f"{user}:{vars(kodi)['PASSWORD']}"
    secrets.known[b64encode(login.encode()).decode()] = "login"
    for kind in (TraktSimulator, SimklSimulator):
        monkeypatch.setattr(kind, "CLIENT_ID", secrets.make("client id"))
    monkeypatch.setattr(TraktSimulator, "CLIENT_SECRET", secrets.make("client secret"))
    for service in (MdblistSimulator, TmdbSimulator):
        monkeypatch.setattr(service, "API_KEY", secrets.make("key"))
    tautulli = import_module("tests.simulators.tautulli.server")
    monkeypatch.setattr(tautulli, "API_KEY", secrets.make("key"))
    secret = secrets.make("client secret")
    for module in ("tests.simulators.anilist.server", f"{STAGES}.anilist"):
        monkeypatch.setattr(import_module(module), "CLIENT_SECRET", secret)
    _plant_tokens(secrets, monkeypatch)


def _plant_tokens(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tokens, codes and sessions that services hand out be secrets."""
    oauth = import_module("tests.simulators.trakt.oauth")
    token_hex: Callable[[int], str] = vars(oauth)["token_hex"]

    def trakt_token(size: int) -> str:
        """Return a token, but leave a code to be typed as short as it is."""
        return token_hex(size) if size < 32 else secrets.make("token")

    digest = people.digest

    def plex_digest(text: str) -> str:
        """Return a token where one is made."""
        return secrets.make("token") if text.startswith("token:") else digest(text)

    monkeypatch.setattr(oauth, "token_hex", trakt_token)
    monkeypatch.setattr(people, "digest", plex_digest)
    monkeypatch.setattr(Doings, "_new_token", lambda *_: secrets.make("server token"))
    monkeypatch.setattr(Devices, "_fresh", lambda *_: secrets.make("token"))
    for owner, name, kept in (
        (Pins, "issue", "tokens"),
        (AniListLogins, "issue", "tokens"),
        (AniListLogins, "show_code", "codes"),
        (TmdbLogins, "open", "sessions"),
    ):
        _replace(secrets, monkeypatch, owner, name, kept)


def _replace(
    secrets: Secrets,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    kept: str,
) -> None:
    """Let what a simulator makes and keeps under its text have a secret for a text."""
    make: Callable[..., str] = getattr(owner, name)

    def made(self: object, *args: object) -> str:
        """Return a secret that stands for what was made."""
        rows: dict[str, object] = getattr(self, kept)
        secret = secrets.make(kept.removesuffix("s"))
        rows[secret] = rows.pop(make(self, *args))
        return secret

    monkeypatch.setattr(owner, name, made)


class Shape(StrEnum):
    """In what a request is echoed."""

    TEXT = "text"
    TEXTS = "texts"
    OBJECTS = "objects"
    LIST = "list"


@dataclass(slots=True)
class Echoing(Faults):
    """Answers with all that was sent, as a careless proxy or service does.

    What is secret comes first, bare, as texts may be cut and names give it away.
    """

    secrets: Secrets = field(kw_only=True)
    shape: Shape = field(kw_only=True)
    code: int = field(kw_only=True)
    cut: bool = field(kw_only=True)
    counts: Callable[[Request], bool] = field(kw_only=True)

    @override
    def take(self, request: Request) -> Fault | None:
        """Return the echo of a request, unless that is to pass."""
        if not self.counts(request):
            return None
        self.fired += 1
        told = _told(request)
        bare = [secret for secret in self.secrets.known if secret in told]
        told = " ".join([*bare, told])
        headers = {"X-Error": told, "WWW-Authenticate": f'Bearer error="{told}"'}
        return Fault(
            path=re.compile(".*"),
            method=None,
            on_call=1,
            times=1,
            status=self.code,
            headers=headers,
            body=_body(self.shape, told).encode(),
            kind=FaultKind.CUT if self.cut else FaultKind.STATUS,
            seconds=0,
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a service that echoes answers with: a status, or a connection that ends."""

    code: int = 200
    shape: Shape = Shape.TEXT
    cut: bool = False

    def begin(
        self, simulators: Collection[Simulator], secrets: Secrets, *, writes: bool
    ) -> None:
        """Let services echo; with `writes`, only what asks them for a change."""
        for simulator in simulators:
            simulator.faults = Echoing(
                secrets=secrets,
                shape=self.shape,
                code=self.code,
                cut=self.cut,
                counts=simulator.is_write if writes else _every,
            )


def _every(request: Request) -> bool:
    """Return that a request counts."""
    return True


def let_be(simulators: Collection[Simulator]) -> int:
    """Let services answer as they should again, and return how often they did not."""
    fired = sum(simulator.faults.fired for simulator in simulators)
    for simulator in simulators:
        simulator.faults = Faults()
    return fired


def _told(request: Request) -> str:
    """Return a request on one line."""
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    headers = "; ".join(f"{name}: {value}" for name, value in request.headers.items())
    body = request.raw.decode(errors="replace")
    text = f"{headers}; {request.method} {request.path}?{query} {body}"
    return text.replace("\r", " ").replace("\n", " ")


def _body(shape: Shape, told: str) -> str:
    """Return the body of an echo; a fault is told in the words of any service."""
    fault: Mapping[str, object] = {"code": -32602, "message": told, "status": 400}
    match shape:
        case Shape.TEXT:
            return told
        case Shape.LIST:
            return json.dumps([told, {"error": fault, "id": 0, "jsonrpc": "2.0"}])
        case Shape.TEXTS:
            texts = ("error", "error_description", "message", "status_message", "code")
            return json.dumps(
                {
                    **dict.fromkeys(texts, told),
                    "success": False,
                    "status_code": 34,
                    "response": {"result": "error", "message": told, "data": {}},
                }
            )
        case Shape.OBJECTS:
            return json.dumps(
                {
                    "error": fault,
                    "errors": [fault],
                    "data": None,
                    "id": 0,
                    "jsonrpc": "2.0",
                    "response": {"result": "success", "message": None, "data": told},
                    "MediaContainer": told,
                    "Items": told,
                    "results": told,
                }
            )
