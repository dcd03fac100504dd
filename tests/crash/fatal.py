"""Kill whoever sends a service its n-th write, before that is answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from ..simulators.base import Request, Simulator


@contextmanager
def dying_at_write(
    simulator: Simulator, number: int, *, done: bool, kill: Callable[[], None]
) -> Iterator[None]:
    """Kill the client within the block, when its n-th write has arrived.

    With `done` the service still does what it was asked; else it does nothing.
    """
    log = simulator._log  # noqa: SLF001
    writes = 0

    async def logged(request: web.Request) -> Request:
        """Log a request; its sender may not live to see the answer."""
        nonlocal writes
        entry = await log(request)
        if simulator.is_write(entry):
            writes += 1
            if writes == number:
                kill()
                if not done:
                    raise web.HTTPServiceUnavailable
        return entry

    simulator._log = logged  # type: ignore[method-assign]  # noqa: SLF001
    try:
        yield
    finally:
        simulator._log = log  # type: ignore[method-assign]  # noqa: SLF001
    assert writes >= number, f"Only {writes} writes came"
