"""Trouble at a service, at each of the requests that something takes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from ..simulators.base import FaultKind, Simulator
from .stage import Stage

# More than any account makes in a test.
ALWAYS = 10_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong, and for how many requests in a row."""

    kind: FaultKind = FaultKind.STATUS
    status: int = 500
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)

    def befall(self, simulator: Simulator, on_call: int = 1) -> None:
        """Let a service show it from that request on."""
        simulator.faults.fail(
            kind=self.kind,
            status=self.status,
            times=self.times,
            on_call=on_call,
            headers=self.headers,
        )


DOWN = Trouble(status=503, times=ALWAYS)
BUSY = Trouble(status=503)
BUSY_FOR_A_SECOND = Trouble(status=429, headers={"Retry-After": "1"})
BUSY_FOR_HOURS = Trouble(status=429, times=ALWAYS, headers={"Retry-After": "7200"})
BROKEN = Trouble(times=ALWAYS)
NONSENSE = Trouble(FaultKind.NONSENSE, times=ALWAYS)
CUT = Trouble(FaultKind.CUT)
CUT_AFTER = Trouble(FaultKind.CUT_AFTER)
# The page of a proxy, as a success.
PAGE = Trouble(FaultKind.NONSENSE)
HALF = Trouble(FaultKind.HALF_BODY)


def befall(stage: Stage, trouble: Trouble) -> None:
    """Let all web servers of a service show it from now on."""
    for simulator in stage.simulators:
        trouble.befall(simulator)


def relieve(stage: Stage) -> None:
    """End all trouble, and forget the requests so far."""
    for simulator in stage.simulators:
        simulator.faults.clear()
        simulator.reset_requests()


async def places(
    stage: Stage, work: Callable[[], Awaitable[object]]
) -> list[tuple[Simulator, int]]:
    """Return the requests that some work takes: to whom, and the how manieth."""
    relieve(stage)
    await work()
    found = [
        (simulator, number)
        for simulator in stage.simulators
        for number in range(1, len(simulator.requests) + 1)
    ]
    relieve(stage)
    return found
