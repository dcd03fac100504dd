"""The steps of stories: what people and services do, and what runs have to do."""

import asyncio
from collections import Counter
from copy import replace

import pytest

from custom_components.crosswatch.engine.blocks import Block
from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.plan import Action, Reason
from custom_components.crosswatch.engine.report import Report, Result, RunStatus

from ..arena import moves
from ..fake_account import FakeAccount, Fault
from ..worlds import parse
from .story import Stage, Step, spread

# What people do


def hold(**worlds: str) -> Step:
    """Let accounts hold these worlds from now on."""

    async def step(stage: Stage) -> None:
        for name, world in worlds.items():
            account = stage.account(name)
            account.hold(stage.arena.feature, " ".join(spread(world)))

    return step


def switch(**changes: object) -> Step:
    """Change the settings of the feature."""

    async def step(stage: Stage) -> None:
        arena = stage.arena
        before = arena.policies[arena.feature]
        policy = replace(before, **changes)  # type: ignore[arg-type]
        arena.policies = {arena.feature: policy}

    return step


def switch_pair(**changes: object) -> Step:
    """Change the settings of the pair."""

    async def step(stage: Stage) -> None:
        arena = stage.arena
        arena.policy = replace(arena.policy, **changes)  # type: ignore[arg-type]

    return step


def block(scope: str, names: str) -> Step:
    """Block items for a pair, by two letters, or for an account."""

    async def step(stage: Stage) -> None:
        in_pair = len(scope) > 1
        for sample in parse(names):
            made = Block(
                scope=stage.pair(scope).pair_id if in_pair else scope,
                kind=sample.item.kind,
                ids=sample.item.ids,
            )
            stage.arena.store.add_block(made, stage.arena.clock())

    return step


def decide(decision: Decision, expected: int) -> Step:
    """Let a person decide on the removals that a guard has held."""

    async def step(stage: Stage) -> None:
        arena = stage.arena
        pair_id = stage.pair().pair_id
        assert arena.store.decide(pair_id, arena.feature, decision) == expected

    return step


# What services do


def account(name: str, **changes: object) -> Step:
    """Change how an account behaves."""

    async def step(stage: Stage) -> None:
        for attribute, value in changes.items():
            assert hasattr(stage.account(name), attribute)
            setattr(stage.account(name), attribute, value)

    return step


def support(name: str, **changes: object) -> Step:
    """Change what an account can do."""

    async def step(stage: Stage) -> None:
        of = stage.account(name)
        of.support = replace(of.support, **changes)  # type: ignore[arg-type]

    return step


def fault(name: str, request: str, what: Fault, *, nth: int = 1) -> Step:
    """Let the n-th request of a kind fail, counted from now."""

    async def step(stage: Stage) -> None:
        of = stage.account(name)
        of.faults[request, _asked(of, request) + nth] = what

    return step


def wait(**by: float) -> Step:
    """Let time pass."""

    async def step(stage: Stage) -> None:
        stage.arena.clock.advance(**by)

    return step


def _asked(account: FakeAccount, request: str) -> int:
    """Return how many requests of a kind an account had."""
    match request:
        case "activity":
            return account.requests.activity
        case "read":
            return len(account.requests.reads)
    return len(account.requests.writes)


# What runs have to do


def run(
    expected: str = "",
    pair: str = "",
    *,
    full: bool = False,
    status: RunStatus | None = None,
    failure: Reason | None = None,
) -> Step:
    """Run a pair for real; half a day passes."""

    async def step(stage: Stage) -> None:
        report = await stage.arena.run(pair=stage.pair(pair), full_refresh=full)
        _check(stage, report, expected, status, failure)
        stage.arena.clock.advance(hours=12)

    return step


def dry(expected: str = "", pair: str = "") -> Step:
    """Run a pair without doing anything: nothing changes anywhere but its report."""

    async def step(stage: Stage) -> None:
        arena = stage.arena
        before = arena.store and arena.dump()
        worlds = {name: _shown(stage, name) for name in arena.accounts}
        report = await arena.run(pair=stage.pair(pair), dry_run=True)
        _check(stage, report, expected, None, None)
        assert arena.dump() == before
        assert {name: _shown(stage, name) for name in arena.accounts} == worlds

    return step


def together(**expected: str) -> Step:
    """Run several pairs in one go, sharing what is read."""

    async def step(stage: Stage) -> None:
        snapshots = stage.arena.snapshots()
        for names, done in expected.items():
            pair = stage.pair(names)
            report = await stage.arena.run(pair=pair, snapshots=snapshots)
            _check(stage, report, done, None, None)
        stage.arena.clock.advance(hours=12)

    return step


def cancelled(name: str, request: str, expected: str = "", *, nth: int = 1) -> Step:
    """Cancel a run while an account is asked for the n-th time."""

    async def step(stage: Stage) -> None:
        of = stage.account(name)
        last = _asked(of, request) + nth
        task = asyncio.ensure_future(stage.arena.run())

        def strike() -> None:
            if _asked(of, request) == last:
                of.passing = lambda: None
                task.cancel()

        of.passing = strike
        with pytest.raises(asyncio.CancelledError):
            await task
        report = stage.arena.store.last_report(stage.pair().pair_id)
        assert report is not None
        _check(stage, report, expected, RunStatus.CANCELLED, None)

    return step


def shows(**worlds: str) -> Step:
    """See what accounts hold."""

    async def step(stage: Stage) -> None:
        held = {name: _shown(stage, name) for name in worlds}
        assert held == {name: spread(world) for name, world in worlds.items()}

    return step


def sent(**numbers: int) -> Step:
    """See how many operations accounts were sent in all."""

    async def step(stage: Stage) -> None:
        batches = {name: stage.account(name).requests.writes for name in numbers}
        assert {name: sum(map(len, each)) for name, each in batches.items()} == numbers

    return step


def batches(name: str, *sizes: int) -> Step:
    """See in which batches an account was sent its operations."""

    async def step(stage: Stage) -> None:
        writes = stage.account(name).requests.writes
        assert [len(batch) for batch in writes] == list(sizes)

    return step


def read(**numbers: int) -> Step:
    """See how often accounts were read in all."""

    async def step(stage: Stage) -> None:
        reads = {name: len(stage.account(name).requests.reads) for name in numbers}
        assert reads == numbers

    return step


def counts(**numbers: int) -> Step:
    """See the counts of the last run; those that are not named are 0."""

    async def step(stage: Stage) -> None:
        report = stage.arena.store.last_report(stage.pair().pair_id)
        assert report is not None
        told = {name: count for name, count in report.counts.as_dict().items() if count}
        assert told == numbers

    return step


def _shown(stage: Stage, name: str) -> list[str]:
    """Return what an account holds, sorted."""
    return sorted(stage.account(name).shown(stage.arena.feature).split())


def _check(
    stage: Stage,
    report: Report,
    expected: str,
    status: RunStatus | None,
    failure: Reason | None,
) -> None:
    """See that a report is as expected, and that it adds up."""
    source, _, target = report.pair_id.partition(">")
    assert sorted(moves(report, source, target).split()) == spread(expected)
    assert [each.reason for each in report.failures] == ([failure] if failure else [])
    if status:
        assert report.status is status
    _check_counts(report)
    assert stage.arena.store.last_report(report.pair_id) == report


def _check_counts(report: Report) -> None:
    """See that every count stands for as many items."""
    results = Counter(item.result for item in report.items)
    done = Counter(
        item.action
        for item in report.items
        if item.result in {Result.APPLIED, Result.PLANNED}
    )
    failed = results[Result.FAILED] + results[Result.UNKNOWN]
    broken = [each for each in report.features.values() if each.counts.errors]
    nothing_done = sum(bool(each.failure) and not each.items for each in broken)
    assert report.counts.as_dict() == {
        "added": done[Action.ADD],
        "updated": done[Action.UPDATE],
        "removed": done[Action.REMOVE],
        "skipped": results[Result.SKIPPED] + results[Result.ALREADY_THERE],
        "unresolved": results[Result.UNRESOLVED],
        "errors": failed + nothing_done,
        "blocked": results[Result.BLOCKED],
    }
