"""Runs of several pairs that belong together, such as those of one action."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from homeassistant.util import dt as dt_util

from .coordinator import PairCoordinator
from .engine.pair import RunOptions
from .engine.reading import Snapshots
from .engine.report import Report
from .informants import async_informants


@dataclass(frozen=True, slots=True)
class Request:
    """A pair that is to run, and how; or to take back its run `undo_of`."""

    pair: PairCoordinator
    options: RunOptions
    undo_of: str = ""


async def async_run_in_order(requests: Sequence[Request]) -> list[Report]:
    """Run pairs and return their reports; an account is read once for all of them.

    Those that share an account run in the given order, others side by side. Raises
    before anything has started if one of them is running already.
    """
    if not requests:
        return []
    for request in requests:
        request.pair.async_check_idle()
    first = requests[0].pair
    snapshots = Snapshots(first.store, dt_util.utcnow, async_informants(first.hass))
    started: list[tuple[PairCoordinator, asyncio.Task[Report]]] = []
    for request in requests:
        pair = request.pair
        earlier = [run for other, run in started if other.accounts & pair.accounts]
        run = pair.async_start_run(
            request.options,
            undo_of=request.undo_of,
            snapshots=snapshots,
            after=earlier,
        )
        started.append((pair, run))
    runs = [run for _, run in started]
    # Ending the action ends none of the runs; that is what cancelling them is for.
    await asyncio.wait(runs)
    return [run.result() for run in runs]
