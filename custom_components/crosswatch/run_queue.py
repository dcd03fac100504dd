"""The order of runs: pairs that share an account never run at the same time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

# Each run holds the records of two accounts in memory.
MAX_PARALLEL: Final = 2


class RunQueue:
    """One lock an account, and a bound on how many runs go side by side."""

    def __init__(self, prepare: Callable[[], Awaitable[None]]) -> None:
        """Start with nothing running; `prepare` comes before each turn."""
        self._prepare = prepare
        self._locks: dict[str, asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(MAX_PARALLEL)

    @asynccontextmanager
    async def turn(self, accounts: Iterable[str]) -> AsyncIterator[None]:
        """Wait until these accounts are free, and hold them."""
        async with AsyncExitStack() as held:
            # In a fixed order, so that no two runs wait for each other.
            for account in sorted(set(accounts)):
                lock = self._locks.setdefault(account, asyncio.Lock())
                await held.enter_async_context(lock)
            await held.enter_async_context(self._slots)
            await self._prepare()
            yield

    def forget(self, account: str) -> None:
        """Drop the lock of an account that was removed."""
        if (lock := self._locks.get(account)) is not None and not lock.locked():
            del self._locks[account]
