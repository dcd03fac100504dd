"""What a measurement happens on: both services, the accounts, and the processes."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
import json
from pathlib import Path
import sys
from types import TracebackType
from typing import Any, Self

import aiohttp

from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.sign_in import Answers, DeviceCode, SignedIn
from custom_components.crosswatch.providers.spec import SignInContext

from ..simulators.routing import route_hosts
from .routes import Case, Route

PROJECT = Path(__file__).parents[2]
MAX_LINE = 64 * 1024
# The way to sign in that needs no person, where there are several.
WAYS = {"plex": "plex_manual"}


class BenchError(Exception):
    """A measurement went wrong; the text says how."""


def check(case: Case, figures: Mapping[str, Any]) -> None:
    """Raise where a run did anything else than it was to do."""
    if figures["status"] != "success":
        raise BenchError(f"{case.name}: the run did not succeed: {figures}")
    if figures["refused"]:
        raise BenchError(f"{case.name}: {figures['refused']} requests came too fast")
    if figures["added"] != case.added:
        raise BenchError(
            f"{case.name}: {figures['added']} plays added, not {case.added}"
        )


async def child(module: str, *arguments: str) -> Process:
    """Start a module of this package in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.bench.{module}", *arguments),
        cwd=PROJECT,
        stdin=PIPE,
        stdout=PIPE,
        limit=MAX_LINE,
    )


async def figures_of(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module to its end and return what it printed."""
    process = await child(module, *arguments)
    printed, _ = await process.communicate()
    if process.returncode:
        raise BenchError(f"{module} ended with status {process.returncode}")
    figures: dict[str, Any] = json.loads(printed or b"{}")
    return figures


class Stage:
    """Both services of a route with a number of plays, and a state that is new."""

    def __init__(self, route: Route, plays: int, folder: Path) -> None:
        """Prepare; nothing runs before the block is entered."""
        self._route = route
        self._plays = plays
        self._folder = folder
        self._services: Process | None = None

    async def __aenter__(self) -> Self:
        """Start the services and sign in to both."""
        self._services = await child("services", self._route.name, str(self._plays))
        settings = await sign_in_to_both(await self._read(), self._folder)
        (self._folder / "bench.json").write_text(json.dumps(settings))
        await self.tell("counts")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the services."""
        if self._services is not None:
            with suppress(ProcessLookupError):
                self._services.terminate()
            await self._services.wait()

    async def tell(self, command: str) -> dict[str, Any]:
        """Give the services a command and return their answer."""
        if self._services is None or self._services.stdin is None:
            raise BenchError("The services do not run")
        self._services.stdin.write(f"{command}\n".encode())
        await self._services.stdin.drain()
        return await self._read()

    async def measure(self, profile: Path | None = None) -> dict[str, Any]:
        """Run the pair once and return what that cost."""
        arguments = [str(self._folder)] + ([str(profile)] if profile else [])
        figures = await figures_of("measured", *arguments)
        return {**figures, **await self.tell("counts")}

    async def _read(self) -> dict[str, Any]:
        """Return the next answer of the services."""
        if self._services is None or self._services.stdout is None:
            raise BenchError("The services do not run")
        line = await self._services.stdout.readline()
        if not line:
            raise BenchError("The services have ended by themselves")
        answer: dict[str, Any] = json.loads(line)
        return answer


async def sign_in_to_both(told: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Sign in as the services have told to; return what a run has to know."""
    with route_hosts(told["hosts"]):
        accounts = {
            slug: await _sign_in(slug, answers, folder)
            for slug, answers in told["answers"].items()
        }
    return {"route": told["route"], "hosts": told["hosts"], "accounts": accounts}


async def _sign_in(slug: str, answers: Answers, folder: Path) -> JsonObject:
    """Sign in as a person would, and return the data of the account."""
    spec = PROVIDERS[slug]
    way = (
        spec.load_sign_in().ways[WAYS[slug]]
        if slug in WAYS
        else spec.load_sign_in().sign_in
    )
    async with aiohttp.ClientSession() as session:
        sign_in = way(
            SignInContext(
                session=lambda verify: session,
                limiters=Limiters(),
                device_id="bench",
                folder=folder,
            )
        )
        begun = await sign_in.begin(answers)
        if isinstance(begun, DeviceCode):
            begun = await sign_in.finish(begun)
        assert isinstance(begun, SignedIn)
        return begun.data
