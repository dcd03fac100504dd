"""Starts a real Kodi without a screen, with a library of its own."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
import json
import os
from pathlib import Path
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import Request, urlopen
from xml.sax.saxutils import escape

from .kodi_library import write_movies, write_shows

USER = "jon"
PASSWORD = "Winter is: coming, ü & 100 %"
# Far from UTC, with summer time.
ZONE = "America/New_York"

# A busy machine takes its time.
START_SECONDS = 180.0
SCAN_SECONDS = 120.0
STOP_SECONDS = 15.0

SETTINGS = {
    "services.webserver": "true",
    "services.webserverauthentication": "true",
    "services.webserverusername": USER,
    "services.webserverpassword": PASSWORD,
    "services.zeroconf": "false",
    # Both listen on ports that cannot be chosen.
    "services.esenabled": "false",
    "services.airplay": "false",
    "locale.timezonecountry": "United States",
    "locale.timezone": ZONE,
    "videolibrary.backgroundupdate": "true",
}
ADD_FOLDER = (
    "INSERT INTO path (strPath, strContent, strScraper, scanRecursive, useFolderNames,"
    " strSettings, noUpdate, exclude) VALUES (?, ?, 'metadata.local', ?, 0, '', 0, 0)"
)


def kodi_program() -> str | None:
    """Return where the program itself is: its start script restarts what is killed."""
    found = sorted(Path("/usr/lib").glob("*/kodi/kodi.bin"))
    return str(found[0]) if found else None


def missing_programs() -> list[str]:
    """Return which programs are not installed, by the names of their packages."""
    programs = {"kodi": kodi_program()}
    programs |= {"xvfb": shutil.which("xvfb-run"), "xauth": shutil.which("xauth")}
    return [package for package, path in programs.items() if path is None]


class RealKodi:
    """A Kodi that runs, with films and series whose files are all empty."""

    def __init__(self, folder: Path) -> None:
        """Take a folder for everything that it writes."""
        self._home = folder / "home"
        self._media = folder / "media"
        self._log = folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start it, and wait until its library is there."""
        try:
            self._start()
            self._fill()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._stop()

    def call(self, method: str, **params: object) -> Any:
        """Return the result of a call, as a person's remote control makes it."""
        answer = self.answer(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def answer(self, method: str, **params: object) -> dict[str, Any]:
        """Return the whole answer to a call."""
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request = Request(
            f"{self.url}/jsonrpc",
            data=json.dumps(
                {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            ).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Basic {login}",
            },
        )
        with urlopen(request, timeout=30) as response:
            found: dict[str, Any] = json.load(response)
        return found

    def rows(self, method: str, name: str, *properties: str) -> list[dict[str, Any]]:
        """Return the rows of a list."""
        result = self.call(f"VideoLibrary.{method}", properties=list(properties))
        found: list[dict[str, Any]] = result.get(name, [])
        return found

    def _start(self) -> None:
        """Start the program, and wait until it answers."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        userdata = self._home / ".kodi" / "userdata"
        userdata.mkdir(parents=True)
        settings = {**SETTINGS, "services.webserverport": str(port)}
        lines = [
            f'<setting id="{name}">{escape(value)}</setting>'
            for name, value in settings.items()
        ]
        (userdata / "guisettings.xml").write_text(
            f'<settings version="2">{"".join(lines)}</settings>'
        )
        program = kodi_program()
        assert program is not None
        with self._log.open("wb") as log:
            # A session of its own, so that all of it can be ended by its number.
            self._process = subprocess.Popen(
                ["xvfb-run", "-a", program, "--standalone", "--windowing=x11"],
                env={
                    **os.environ,
                    "HOME": str(self._home),
                    "LIBGL_ALWAYS_SOFTWARE": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait(lambda: self.call("JSONRPC.Ping") == "pong", START_SECONDS)

    def _fill(self) -> None:
        """Give it a library, and wait until all of it is listed."""
        movies, tv = self._media / "movies", self._media / "tv"
        films, episodes = write_movies(movies), write_shows(tv)
        folder = self._home / ".kodi" / "userdata" / "Database"
        database = max(folder.glob("MyVideos*.db"))
        with sqlite3.connect(database, timeout=30) as connection:
            connection.execute(ADD_FOLDER, (f"{movies}/", "movies", 2147483647))
            connection.execute(ADD_FOLDER, (f"{tv}/", "tvshows", 0))
        connection.close()
        self.call("VideoLibrary.Scan")
        self._wait(lambda: self.is_listed(films, episodes), SCAN_SECONDS)

    def is_listed(self, films: int, episodes: int) -> bool:
        """Tell whether so much is in the library, and no scan goes on."""
        label = "Library.IsScanningVideo"
        scanning = self.call("XBMC.GetInfoBooleans", booleans=[label])[label]
        return (
            not scanning
            and films == len(self.rows("GetMovies", "movies"))
            and (episodes == len(self.rows("GetEpisodes", "episodes")))
        )

    def _wait(self, done: Callable[[], bool], seconds: float) -> None:
        """Wait until something is so; a program that has ended never gets there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, self._log.read_text(errors="replace")
            with suppress(URLError, OSError):
                if done():
                    return
            time.sleep(0.5)
        raise TimeoutError("Kodi did not get there in time")

    def _stop(self) -> None:
        """End it: as asked to, or all that it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(URLError, OSError, AssertionError):
            self.call("Application.Quit")
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
                break
        # What xvfb-run has left behind, if it was cut short.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
