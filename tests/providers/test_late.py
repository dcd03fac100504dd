"""What reads and writes an account is imported when it is first asked for."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
import json
from pathlib import Path
import sys
from threading import Event
from typing import Any, Final, cast, override

import aiohttp
import pytest

from custom_components.crosswatch.engine.provider import AccountInfo
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.late import LateProvider, Records

from . import emby_world, jellyfin_world
from .mediabrowser_world import USER

ROOT: Final = Path(__file__).parents[2]
SERVER: Final = {
    "url": "http://127.0.0.1:9",
    "token": "token",
    "device_id": "device",
    "user_id": "user",
}
TOKENS: Final = {
    "client_id": "client",
    "client_secret": "secret",
    "access_token": "token",
    "refresh_token": "another",
}
# What a start may import of a provider: each module costs time in every home that has
# an account of it.
MEDIABROWSER: Final = """
    kept
    mediabrowser.account mediabrowser.address mediabrowser.answering
    mediabrowser.capabilities mediabrowser.found mediabrowser.listening
    mediabrowser.sign_in mediabrowser.wire
"""
JELLYFIN: Final = f"""{MEDIABROWSER}
    jellyfin.authorization jellyfin.known jellyfin.parts jellyfin.provider
    jellyfin.sign_in jellyfin.socket jellyfin.wire
"""
EMBY: Final = f"""{MEDIABROWSER}
    emby.authorization emby.likes emby.parts emby.provider emby.sign_in emby.socket
    emby.wire
"""
TRAKT: Final = """
    sign_in_errors
    trakt.capabilities trakt.fields trakt.login trakt.oauth trakt.parts trakt.provider
    trakt.refusal trakt.sign_in trakt.wire
"""


@pytest.mark.parametrize(
    ("slug", "data", "start", "late"),
    [
        pytest.param(
            *("jellyfin", SERVER, JELLYFIN),
            "jellyfin.client mediabrowser.records mediabrowser.library",
            id="jellyfin",
        ),
        pytest.param(
            *("emby", SERVER, EMBY),
            "emby.client emby.records mediabrowser.library",
            id="emby",
        ),
        pytest.param(
            *("trakt", TOKENS, TRAKT), "trakt.client trakt.records", id="trakt"
        ),
    ],
)
async def test_what_a_start_imports(
    slug: str, data: JsonObject, start: str, late: str
) -> None:
    """A start imports nothing that only reads and writes; that comes when wanted."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.providers.late_child"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    account = json.dumps({"slug": slug, "data": data})
    told, complaints = await child.communicate(account.encode())
    assert child.returncode == 0, complaints.decode()
    imported = json.loads(told)
    assert set(imported["start"]) <= set(start.split())
    assert set(imported["late"]) >= set(late.split())


@pytest.mark.parametrize(
    "a_world",
    [
        pytest.param(jellyfin_world.a_world, id="jellyfin"),
        pytest.param(emby_world.a_world, id="emby"),
    ],
)
async def test_an_account_is_known_before(
    a_world: Callable[..., AbstractAsyncContextManager[Any]],
    session: aiohttp.ClientSession,
    limiters: Limiters,
) -> None:
    """Who an account is can be asked without what reads and writes."""
    async with a_world(session, limiters) as world:
        provider: LateProvider[Records] = world.provider
        assert (await provider.identify()).name == USER
        assert provider._records is None  # noqa: SLF001
        assert await provider.libraries()
        assert provider._records is not None  # noqa: SLF001


class Counted(LateProvider[Records]):
    """An account that counts how often what reads and writes was imported."""

    slug = "counted"
    capabilities = {}

    def __init__(self, failures: int) -> None:
        """Fail so often before it works."""
        super().__init__()
        self.failures = failures
        self.loads = 0
        self.goes_on = Event()

    @override
    async def identify(self) -> AccountInfo:
        """Return who this is."""
        return AccountInfo("counted", "Counted")

    @override
    def _load(self) -> Records:
        """Take a while, and return something that can be told from any other."""
        self.loads += 1
        self.goes_on.wait()
        if self.loads <= self.failures:
            raise ImportError("A file is missing")
        return cast(Records, object())


async def all_asked(account: Counted, times: int) -> list[object]:
    """Return what comes of asking several times before the first is answered."""
    asked = [asyncio.create_task(account.records()) for _ in range(times)]
    # Each gets as far as it can.
    await asyncio.sleep(0)
    account.goes_on.set()
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_imported_once() -> None:
    """Who asks at the same time, or again, gets the same."""
    account = Counted(failures=0)
    first, second = await all_asked(account, 2)
    assert first is second is await account.records()
    assert account.loads == 1


async def test_imported_again_after_a_failure() -> None:
    """A failure is told to the one who asked; the next one may have more luck."""
    account = Counted(failures=2)
    *failed, first, second = await all_asked(account, 4)
    assert [type(each) for each in failed] == [ImportError, ImportError]
    assert first is second is await account.records()
    assert account.loads == 3
