"""Gauges for one process: its processor time, its memory, and how its loop is held."""

import asyncio
from contextlib import suppress
import gc
from pathlib import Path
import resource
import sys
import time
from types import TracebackType
from typing import Self

MIB = 1024 * 1024
TICK = 0.005
STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


def resident() -> int:
    """Return the bytes of memory that the process has now, or has had at most."""
    if STATUS.exists():
        return _status("VmRSS")
    return peak()


def peak() -> int:
    """Return the most bytes of memory that the process has had since `forget_peak`."""
    if STATUS.exists():
        return _status("VmHWM")
    factor = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * factor


def forget_peak() -> None:
    """Let the peak start from what the process has now, where the system can."""
    with suppress(OSError):
        CLEAR_REFS.write_text("5")


def _status(name: str) -> int:
    """Return a size from what the kernel tells of this process."""
    for line in STATUS.read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1024
    raise KeyError(name)


class Gauges:
    """Measures what happens between its start and its end.

    `held` is the longest time in seconds that the event loop could not get to anything
    else because of this process, be it for a callback or a thread that kept the
    interpreter to itself. Time in which the process had no processor, as others
    needed it, does not count. It may be told up to 5 ms too long. `collecting` is the
    longest that Python's garbage collector took at once, which is part of `held`: it
    looks through all of Home Assistant's objects, too.
    """

    def __init__(self) -> None:
        """Prepare."""
        self.cpu = self.elapsed = self.held = self.collecting = 0.0
        self.memory = 0
        self._watching: asyncio.Task[None] | None = None
        self._baseline = 0
        self._collection = 0.0

    async def __aenter__(self) -> Self:
        """Start to measure."""
        gc.collect()
        forget_peak()
        self._baseline = resident()
        self._watching = asyncio.create_task(self._watch())
        await asyncio.sleep(TICK * 2)
        self.held = 0.0
        gc.callbacks.append(self._note_collection)
        self.cpu, self.elapsed = time.process_time(), time.perf_counter()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the measurement."""
        self.cpu = time.process_time() - self.cpu
        self.elapsed = time.perf_counter() - self.elapsed
        # A hold that is going on right now is seen by the next tick.
        await asyncio.sleep(TICK * 2)
        gc.callbacks.remove(self._note_collection)
        self.memory = max(0, peak() - self._baseline)
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        """Look how long it takes until the loop comes round again."""
        while True:
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(TICK)
            gap = min(time.perf_counter() - wall, time.process_time() - cpu)
            self.held = max(self.held, gap)

    def _note_collection(self, phase: str, info: dict[str, int]) -> None:
        """Take how long one round of the garbage collector lasts."""
        if phase == "start":
            self._collection = time.process_time()
        else:
            took = time.process_time() - self._collection
            self.collecting = max(self.collecting, took)
