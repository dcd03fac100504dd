"""How often a host may be asked: one limiter a host, shared by all its accounts."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import time
from typing import NamedTuple

type Clock = Callable[[], float]
type Sleep = Callable[[float], Awaitable[None]]


class Pace(NamedTuple):
    """What a host allows; 0 stands for no limit.

    `write_interval` is the time in seconds between two writes. At most `reads` reads
    are made in `period` seconds, and at most `concurrency` requests at the same time.
    """

    write_interval: float = 0.0
    reads: int = 0
    period: float = 0.0
    concurrency: int = 4


class HostLimiter:
    """Lets requests to one host through at its pace, in the order they came.

    A request that is cancelled while it waits takes nothing from the others.
    """

    def __init__(self, pace: Pace, clock: Clock, sleep: Sleep) -> None:
        """Start with everything the pace allows."""
        self.sleep = sleep
        self._pace = pace
        self._clock = clock
        self._slots = asyncio.Semaphore(pace.concurrency)
        self._write_turn = asyncio.Lock()
        self._next_write = 0.0
        self._read_turn = asyncio.Lock()
        self._read_times: deque[float] = deque(maxlen=pace.reads)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[None]:
        """Wait for the turn of a read, and hold a slot while it is made."""
        async with self._read_turn:
            await self._wait_for_read()
            await self._slots.acquire()
            self._read_times.append(self._clock())
        try:
            yield
        finally:
            self._slots.release()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[None]:
        """Wait for the turn of a write, and hold a slot while it is made."""
        if not self._pace.write_interval:
            async with self._slots:
                yield
            return
        async with self._write_turn:
            while (wait := self._next_write - self._clock()) > 0:
                await self.sleep(wait)
            async with self._slots:
                try:
                    yield
                finally:
                    # The host counts from when the request arrives, which may be as
                    # late as just before its answer.
                    self._next_write = self._clock() + self._pace.write_interval

    async def _wait_for_read(self) -> None:
        """Wait until the oldest of the last reads is a whole period ago."""
        times = self._read_times
        if not self._pace.reads or len(times) < self._pace.reads:
            return
        while (wait := times[0] + self._pace.period - self._clock()) > 0:
            await self.sleep(wait)


class Limiters:
    """The limiters of all hosts; one object for the whole of Home Assistant."""

    def __init__(
        self, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Start without any; clock and sleep belong together."""
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, HostLimiter] = {}

    def for_host(self, key: str, pace: Pace) -> HostLimiter:
        """Return the limiter of a host; the first to ask for it sets its pace."""
        if (limiter := self._hosts.get(key)) is None:
            limiter = HostLimiter(pace, self._clock, self._sleep)
            self._hosts[key] = limiter
        return limiter
