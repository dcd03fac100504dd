"""The Home Assistant of the demo: a child process with a fresh folder."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping
from contextlib import suppress
import json
from pathlib import Path
import re
import shutil
from signal import SIGKILL
import socket
import sys

from scripts.prepare_config import prepare

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / ".demo"
HOST = "127.0.0.1"
FIRST_PORT = 8123
PORTS = 50
TIME_TO_STOP = 25
TAIL = 25

# Only what the frontend needs to show integrations and to run actions.
CONFIGURATION = """\
homeassistant:
  name: CrossWatch demo
  language: en
  country: GB
  time_zone: Europe/London
  internal_url: http://{host}:{port}
  external_url: http://{host}:{port}
config:
frontend:
history:
logbook:
logger:
  default: warning
  logs:
    custom_components.crosswatch: info
    # Both only say that this machine lacks a codec, which nothing here needs.
    haffmpeg.core: critical
    homeassistant.components.camera.img_util: critical
"""

# The welcome pages after the user's would set up integrations that ask the internet.
ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class DemoError(Exception):
    """The demo cannot go on; the text says why and what to do."""


def choose_port(wanted: int | None) -> int:
    """Return the wanted port, or else the first one that is free."""
    ports = range(FIRST_PORT, FIRST_PORT + PORTS) if wanted is None else [wanted]
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, port))
                return port
    taken = f"Port {wanted} is" if wanted else f"Ports {ports[0]} to {ports[-1]} are"
    raise DemoError(f"{taken} taken. Choose another one: scripts/demo --port N")


class HomeAssistant:
    """A running Home Assistant, and what it has written to its log."""

    def __init__(self, port: int) -> None:
        """Prepare; nothing runs before `start`."""
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.folder = FOLDER / str(port)
        self.log = self.folder / "home-assistant.log"
        self._process: Process | None = None

    async def start(self, hosts: Mapping[str, str]) -> None:
        """Start with an empty folder; `hosts` tells which are simulated, and where."""
        await asyncio.to_thread(self._make_folder)
        await self.start_again(hosts)

    async def start_again(self, hosts: Mapping[str, str]) -> None:
        """Start with the folder as it is."""
        with (self.folder / "console.log").open("ab") as console:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.demo.launcher", json.dumps(hosts)),
                *("--config", str(self.folder), "--skip-pip"),
                *("--log-file", str(self.log), "--log-no-color"),
                cwd=PROJECT,
                stdin=PIPE,
                stdout=console,
                stderr=STDOUT,
                # Ctrl-C is for the demo, which then ends this in its own order.
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise DemoError if it has ended by itself."""
        status = self._process.returncode if self._process else 0
        if status is not None:
            raise DemoError(
                f"Home Assistant has ended by itself, with status {status}.\n"
                f"{self.tail()}"
            )

    async def stop(self) -> None:
        """End the process, and wait until it has ended."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), TIME_TO_STOP)
        except TimeoutError:
            process.kill()
            await process.wait()

    def kill(self) -> None:
        """End the process at once, without letting it clean up anything."""
        if self._process is not None:
            self._process.kill()

    async def killed(self) -> None:
        """Wait until a process that was killed has ended."""
        process, self._process = self._process, None
        if process is not None and (status := await process.wait()) != -SIGKILL:
            raise DemoError(f"Home Assistant was not killed, it ended with {status}.")

    def lines(self) -> list[str]:
        """Return the log so far, without colours."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        return COLOURS.sub("", text).splitlines()

    def tail(self) -> str:
        """Return the last lines of what it wrote, for an error message."""
        console = self.folder / "console.log"
        lines = self.lines() or console.read_text(errors="replace").splitlines()
        shown = "\n".join(f"  | {line}" for line in lines[-TAIL:])
        return f"The end of its log, {self.log.relative_to(PROJECT)}:\n{shown}"

    def _make_folder(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "configuration.yaml").write_text(
            CONFIGURATION.format(host=HOST, port=self.port), encoding="utf-8"
        )
        prepare(self.folder, self.port)
        onboarding = self.folder / ".storage/onboarding"
        onboarding.write_text(json.dumps(ONBOARDING), encoding="utf-8")
