"""What reads and writes an account is imported when it is first asked for."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from threading import Event
from typing import Any, cast, override

import aiohttp
import pytest

from custom_components.crosswatch.engine.provider import (
    AccountInfo,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.late import LateProvider, Records

from . import emby_world, jellyfin_world
from .mediabrowser_world import USER


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
    assert [type(each) for each in failed] == 2 * [ProviderUnavailableError]
    assert "restart Home Assistant" in str(failed[0])
    assert first is second is await account.records()
    assert account.loads == 3
