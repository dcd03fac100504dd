"""The pace of a host: kept, fair, and not upset by those who give up."""

import asyncio
import random

import pytest

from custom_components.crosswatch.providers.limits import HostLimiter, Limiters, Pace

from .conftest import Clock


def test_one_limiter_a_host(limiters: Limiters) -> None:
    """All accounts on a host share a limiter, other hosts have their own."""
    pace = Pace(write_interval=1)
    assert limiters.for_host("a", pace) is limiters.for_host("a", pace)
    assert limiters.for_host("a", pace) is not limiters.for_host("b", pace)


async def write(
    limiter: HostLimiter, clock: Clock, took: float, log: list[float]
) -> None:
    """Make a write that takes a while."""
    async with limiter.write():
        log.append(clock.now)
        clock.now += took


async def read(limiter: HostLimiter, clock: Clock, log: list[float]) -> None:
    """Make a read."""
    async with limiter.read():
        log.append(clock.now)
        await asyncio.sleep(0)


async def test_writes_keep_their_distance(limiters: Limiters, clock: Clock) -> None:
    """The next write starts an interval after the last one was answered."""
    limiter = limiters.for_host("x", Pace(write_interval=1))
    log: list[float] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(write(limiter, clock, 0.25, log))
    assert log == [1000.0, 1001.25, 1002.5, 1003.75]


async def test_failed_write_counts(limiters: Limiters, clock: Clock) -> None:
    """A write that failed may have arrived, so that it counts."""
    limiter = limiters.for_host("x", Pace(write_interval=1))
    with pytest.raises(OSError, match="cut"):
        async with limiter.write():
            raise OSError("cut")
    async with limiter.write():
        assert clock.now == 1001.0


async def test_reads_in_a_period(limiters: Limiters, clock: Clock) -> None:
    """In no window of the period are more reads than allowed."""
    limiter = limiters.for_host("x", Pace(reads=5, period=10, concurrency=3))
    log: list[float] = []
    rng = random.Random(7)
    for _ in range(40):
        await read(limiter, clock, log)
        clock.now += rng.choice((0, 0, 0.5, 3))
    windows = [sum(start <= at < start + 10 for at in log) for start in log]
    assert max(windows) == 5


async def test_full_speed_without_limits(limiters: Limiters, clock: Clock) -> None:
    """A host without limits never lets anybody wait."""
    limiter = limiters.for_host("x", Pace())
    log: list[float] = []
    for _ in range(50):
        await read(limiter, clock, log)
        await write(limiter, clock, 0, log)
    assert clock.slept == []


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_at_most_so_many_at_a_time(limiters: Limiters, kind: str) -> None:
    """Only so many requests are under way together, in the order they came."""
    limiter = limiters.for_host("x", Pace(concurrency=3))
    running = most = 0
    order: list[int] = []

    async def one(number: int) -> None:
        """Count those that run at the same time."""
        nonlocal running, most
        async with getattr(limiter, kind)():
            order.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(one(number))
    assert most == 3
    assert order == list(range(20))


async def test_waiting_writes_do_not_hold_reads(
    limiters: Limiters, clock: Clock
) -> None:
    """Writes that wait for their turn take no slots from reads."""
    limiter = limiters.for_host("x", Pace(write_interval=60, concurrency=2))
    writes: list[float] = []
    reads: list[float] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(write(limiter, clock, 0, writes))
        for _ in range(3):
            group.create_task(read(limiter, clock, reads))
    assert max(reads) < writes[2]


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_giving_up_takes_nothing_from_others(kind: str) -> None:
    """Requests that are cancelled while they wait cost the next one nothing."""
    clock = Clock()
    gate = asyncio.Event()

    async def sleep(seconds: float) -> None:
        """Wait until the test lets the time pass."""
        await gate.wait()
        await clock.sleep(seconds)

    pace = Pace(write_interval=10, reads=1, period=10, concurrency=1)
    limiter = Limiters(clock.time, sleep).for_host("x", pace)

    async def one() -> float:
        """Return when the request was let through."""
        async with getattr(limiter, kind)():
            return clock.now

    assert await one() == 1000.0
    waiting = [asyncio.create_task(one()) for _ in range(5)]
    await asyncio.sleep(0.01)
    for task in waiting[:4]:
        task.cancel()
    await asyncio.sleep(0.01)
    gate.set()
    assert await waiting[4] == 1010.0
    results = await asyncio.gather(*waiting[:4], return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)


async def test_giving_up_while_running_frees_the_slot(limiters: Limiters) -> None:
    """A request that is cancelled on its way gives its slot back."""
    limiter = limiters.for_host("x", Pace(concurrency=1))

    async def forever() -> None:
        """Hold the only slot."""
        async with limiter.read():
            await asyncio.Event().wait()

    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(1), limiter.read():
        pass
