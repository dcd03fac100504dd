"""The runs of a route in this very process, which is enough to count requests."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.routing import route_hosts
from .measured import run
from .routes import Route
from .services import COMMANDS, counts, whereabouts
from .stage import check, sign_in_to_both
from .world import World, make_world


async def count_requests(
    route: Route, plays: int, folder: Path
) -> tuple[World, dict[str, dict[str, Any]]]:
    """Run all cases of a route; return its services, and the figures of each case."""
    world, limiters = make_world(route, plays), Limiters()
    found: dict[str, dict[str, Any]] = {}
    store = await asyncio.to_thread(Store.open, folder / "state.db")
    try:
        async with world:
            settings = await sign_in_to_both(whereabouts(route, world), folder)
            with route_hosts(world.hosts()):
                for case in route.cases(plays):
                    if case.command:
                        COMMANDS[case.command](world)
                    counts(world)
                    async with aiohttp.ClientSession() as session:
                        report = await run(folder, settings, session, limiters, store)
                    found[case.name] = {
                        **counts(world),
                        "status": report.status.value,
                        "added": report.counts.added,
                    }
                    check(case, found[case.name])
    finally:
        await asyncio.to_thread(store.close)
    return world, found
