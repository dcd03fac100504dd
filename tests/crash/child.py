"""Runs of a pair, each in a process of its own that may kill itself on the way.

Usage: python -m tests.crash.child

It takes an order a line. For each it forks a process, tells its id and how it ended
(-9 if it was killed), and then, unless it was killed, what the run did. What was
imported is shared, so that a run costs little; nothing else is.
"""

import asyncio
from copy import replace
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import sys
import traceback
from unittest.mock import patch

import aiohttp

from custom_components.crosswatch.engine import feature_run
from custom_components.crosswatch.engine.model import Side
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.planning import Draft
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, Result
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.undo import undo_run
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.spec import Connection

from ..simulators.routing import install_routes
from .mortal import Course, MortalProvider, MortalStore
from .orders import Login, Order, policy
from .points import Death, Point

PAIR = "pair"
STATE = "state.db"
TOLD = "told.json"
NOTES = "acknowledged.jsonl"
# Small, so that a few records make several batches.
BATCH = 2
SENT = frozenset({Result.APPLIED, Result.ALREADY_THERE, Result.FAILED, Result.UNKNOWN})


class FlyingTime:
    """A clock in which no service has to be waited for."""

    def __init__(self) -> None:
        """Begin anywhere."""
        self.seconds = 1000.0

    def time(self) -> float:
        """Return the seconds since some moment."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and others run."""
        self.seconds += seconds
        await asyncio.sleep(0)


def main() -> None:
    """Fork a process for each order, until there are no more."""
    for line in sys.stdin:
        order = Order.from_line(line)
        pid = os.fork()
        if not pid:
            live_and_end(order)
        tell(pid)
        _, status = os.waitpid(pid, 0)
        tell(code := os.waitstatus_to_exitcode(status))
        if not code:
            tell(json.loads((Path(order.folder) / TOLD).read_text()))


def tell(answer: object) -> None:
    """Answer with one line."""
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def live_and_end(order: Order) -> None:
    """Run the pair once, or die; never return."""
    status = 1
    try:
        live(order)
        status = 0
    except Exception:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def live(order: Order) -> None:
    """Run the pair once and leave a note of what was done."""
    install_routes(order.hosts, strict=True)
    death = Death(order.point, order.number)
    report = asyncio.run(run(order, Course(death)))
    told = {
        "run_id": report.run_id,
        "status": report.status.value,
        "failures": [each.message for each in report.failures],
        "counts": {
            name: getattr(report.counts, name)
            for name in ("added", "updated", "removed", "unresolved", "errors")
        },
        "sent": sorted(sent_in(report)),
        "passed": death.passed,
    }
    (Path(order.folder) / TOLD).write_text(json.dumps(told))


def sent_in(report: Report) -> list[str]:
    """Return what was sent, item by item, and what came of it."""
    return [
        f"{each.feature.value} {each.side.value} {each.action.value} "
        f"{each.item.label}: {each.result.value}"
        for each in report.items
        if each.action is not None and each.result in SENT
    ]


async def run(order: Order, course: Course) -> Report:
    """Run the pair once."""
    path = Path(order.folder) / STATE
    store = await asyncio.to_thread(MortalStore.open, path)
    store.course = course
    course.death.at(Point.OPENED)
    try:
        async with aiohttp.ClientSession(trace_configs=[course.tracing()]) as session:
            with patch.object(feature_run, "plan_feature", planning(course.death)):
                return await carry_out(order, store, pair_of(order, course, session))
    finally:
        await asyncio.to_thread(store.close)


async def carry_out(order: Order, store: MortalStore, pair: Pair) -> Report:
    """Run the pair, or take one of its runs back."""
    snapshots = Snapshots(store, now)
    if order.undo:
        return await undo_run(
            pair, order.undo, dry_run=False, store=store, snapshots=snapshots, now=now
        )
    return await run_pair(
        pair, RunOptions(dry_run=False), store=store, snapshots=snapshots, now=now
    )


def planning(death: Death) -> object:
    """Return the engine's planning, with a point after it."""
    genuine = feature_run.plan_feature

    def plan(*args: object, **kwargs: object) -> Draft:
        """Plan a feature."""
        draft = genuine(*args, **kwargs)  # type: ignore[arg-type]
        death.at(Point.PLANNED)
        return draft

    return plan


def pair_of(order: Order, course: Course, session: aiohttp.ClientSession) -> Pair:
    """Return the pair of the two accounts."""
    time = FlyingTime()
    limiters = Limiters(time.time, time.sleep)

    def account(side: Side, login: Login) -> Account:
        """Return an account, as Home Assistant would set it up."""
        inner = (
            PROVIDERS[login.slug]
            .load()
            .create(
                Connection(
                    data=login.data,  # type: ignore[arg-type]
                    session=session,
                    limiters=limiters,
                    save=keep,
                    folder=Path(login.folder),
                )
            )
        )
        support = {
            feature: replace(each, batch_size=min(each.batch_size, BATCH))
            for feature, each in inner.capabilities.items()
        }
        notes = Path(order.folder) / NOTES
        provider = MortalProvider(inner, side, course, notes, login.slug, support)
        return Account(account_id=side.value, name=login.slug, provider=provider)

    return Pair(
        pair_id=PAIR,
        name="Source → Target",
        source=account(Side.SOURCE, order.source),
        target=account(Side.TARGET, order.target),
        policy=policy(order.route),
    )


async def keep(data: JsonObject) -> None:
    """Take new tokens, which nobody gets in so short a time."""
    raise AssertionError(f"Tokens were renewed: {sorted(data)}")


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
