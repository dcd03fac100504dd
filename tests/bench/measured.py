"""One measured run, in a process of its own.

Usage: python -m tests.bench.measured FOLDER [PROFILE]

FOLDER holds `bench.json`: the route, where public hosts are, and the data of both
accounts. The state is kept there, so that the next run goes on from this one.
"""

import asyncio
import cProfile
from datetime import UTC, datetime
import json
import logging
from pathlib import Path
import sys
from typing import Any

import aiohttp

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.spec import Connection

# What any Home Assistant has in memory already.
from homeassistant import bootstrap

from ..simulators.routing import install_routes
from .gauges import MIB, Gauges
from .routes import ROUTES


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


async def keep(data: JsonObject) -> None:
    """Take new tokens, which no run here gets."""
    raise AssertionError("Tokens were renewed during a measurement")


def account(slug: str, connection: Connection) -> Account:
    """Return an account, as Home Assistant would set it up."""
    provider = PROVIDERS[slug].load().create(connection)
    return Account(account_id=slug, name=slug, provider=provider)


async def run(
    folder: Path,
    settings: dict[str, Any],
    session: aiohttp.ClientSession,
    limiters: Limiters,
    store: Store,
) -> Report:
    """Run the pair once."""
    route = ROUTES[settings["route"]]
    source, target = (
        account(
            slug,
            Connection(
                data=settings["accounts"][slug],
                session=session,
                limiters=limiters,
                save=keep,
                folder=folder,
            ),
        )
        for slug in route.slugs
    )
    pair = Pair(
        pair_id="pair",
        name=route.title,
        source=source,
        target=target,
        policy=Policy(mode=route.mode, features={Feature.HISTORY: FeaturePolicy()}),
    )
    return await run_pair(
        pair,
        RunOptions(dry_run=False),
        store=store,
        snapshots=Snapshots(store, now),
        now=now,
    )


async def measure(
    folder: Path, profile: cProfile.Profile | None = None
) -> dict[str, object]:
    """Measure one run and return the figures."""
    settings = json.loads((folder / "bench.json").read_text())
    install_routes(settings["hosts"], strict=True)
    gauges = Gauges()
    # Home Assistant imports the providers and opens the state once, as it starts.
    for slug in ROUTES[settings["route"]].slugs:
        PROVIDERS[slug].load()
    store = await asyncio.to_thread(Store.open, folder / "state.db")
    try:
        async with aiohttp.ClientSession() as session, gauges:
            if profile is not None:
                profile.enable()
            report = await run(folder, settings, session, Limiters(), store)
            if profile is not None:
                profile.disable()
    finally:
        await asyncio.to_thread(store.close)
    return {
        "cpu": gauges.cpu,
        "elapsed": gauges.elapsed,
        "held": gauges.held * 1000,
        "collecting": gauges.collecting * 1000,
        "memory": gauges.memory / MIB,
        "status": report.status.value,
        "added": report.counts.added,
        "failures": [failure.message for failure in report.failures],
    }


def main() -> None:
    """Measure one run and print the figures, or profile it."""
    logging.getLogger().setLevel(logging.WARNING)
    assert bootstrap.__name__ in sys.modules
    folder = Path(sys.argv[1])
    profile = cProfile.Profile() if len(sys.argv) > 2 else None
    figures = asyncio.run(measure(folder, profile))
    if profile is not None:
        profile.dump_stats(sys.argv[2])
    sys.stdout.write(f"{json.dumps(figures)}\n")


if __name__ == "__main__":
    main()
