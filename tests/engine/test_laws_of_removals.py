"""What holds for every removal that reaches a service, whatever happened before."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, note, strategies as st
import pytest

from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    Prefer,
    RemoveMode,
)
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Report

from .arena import Arena, Killed, Strike
from .fake_account import Fault
from .histories import (
    counts_are_items,
    faults_from_now_on,
    in_place,
    sent_is_accounted_for,
)
from .strategies import features, some_faults
from .witness import Witness

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Day:
    """What people do to both sides, and how the services behave in the run after.

    A `world` of None stays as it is. `killed_at` is the point at which the process
    ends. With `forgets` the state file is lost before the run.
    """

    worlds: tuple[str | None, str | None]
    faults: tuple[Mapping[tuple[str, int], Fault], Mapping[tuple[str, int], Fault]]
    lag: tuple[int, int]
    killed_at: int
    forgets: bool
    dry_run: bool
    full_refresh: bool
    decision: Decision

    def tell(self) -> None:
        """Tell of the day in short, if it fails."""
        note(
            f"S: {self.worlds[0]} | T: {self.worlds[1]} | lag {self.lag} faults"
            f" {self.faults} killed at {self.killed_at}{' forgets' * self.forgets}"
            f"{' dry' * self.dry_run}{' full' * self.full_refresh} {self.decision}"
        )


@st.composite
def worlds(draw: st.DrawFn) -> str:
    """Return a world of few items, known by changing ids and native ids."""
    tokens = []
    for name in ("m1", "m2", "m3", "s1e1"):
        state = draw(st.sampled_from(["", "", "", "gone", "re-keyed", "played", "new"]))
        if state == "gone":
            continue
        ids = draw(st.sampled_from(["{imdb}", "{tmdb}", "{}"]))
        native = draw(st.sampled_from(["#a", "#b"]))
        dates = "2024-01-01,2024-03-01" if state == "played" else "2024-01-01"
        tokens.append(
            name
            + (ids if state == "re-keyed" and name[0] == "m" else "")
            + (f"{native}{name}" if state == "new" else "")
            + (":8" if state == "played" else ":7")
            + ("+1800" if state == "played" else "+600")
            + f"@{dates}"
        )
    return " ".join(tokens)


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Days on which this and that happens, most often nothing out of the way."""
    rarely = st.sampled_from([False] * 7 + [True])
    some_world = st.none() | worlds()
    bad = draw(rarely)
    return Day(
        (draw(some_world), draw(some_world)),
        (draw(some_faults), draw(some_faults)) if bad else ({}, {}),
        draw(st.sampled_from([(0, 0), (0, 0), (1, 0), (0, 1), (2, 2)])),
        draw(st.integers(1, 60)) if draw(rarely) else 0,
        draw(rarely),
        draw(rarely),
        draw(rarely),
        draw(st.sampled_from([Decision.NONE, Decision.APPROVED, Decision.DISMISSED])),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Feature, Policy, list[Witness], list[Day]]:
    """A pair that removes, its accounts, and some days of its life."""
    feature = draw(features)
    policy = Policy(
        mode=draw(st.sampled_from(Mode)),
        prefer=draw(st.sampled_from(Prefer)),
        delete_limit=draw(st.sampled_from([1, 100])),
        features={
            feature: FeaturePolicy(
                remove=True,
                remove_mode=draw(st.sampled_from(RemoveMode)),
                rewatches=draw(st.booleans()),
            )
        },
    )
    rewatches = policy.features[feature].rewatches
    keeps_plays = [draw(st.booleans()), draw(st.booleans())]
    accounts = [
        Witness(
            name=name,
            feature=feature,
            by_play=rewatches and all(keeps_plays),
            support=FeatureSupport(
                kinds=ALL_KINDS,
                plays=plays,
                batch_size=draw(st.sampled_from([1, 100])),
            ),
            has_marker=draw(st.booleans()),
            has_delta=draw(st.booleans()),
            tells_native_ids=draw(st.booleans()),
            ghosts=draw(
                st.sampled_from([frozenset(), frozenset({"movie:imdb:tt0000001"})])
            ),
            clings=draw(st.sampled_from([frozenset(), frozenset({"movie:tmdb:2"})])),
        )
        for name, plays in zip("ST", keeps_plays, strict=True)
    ]
    start = draw(worlds())
    other = draw(st.just(start) | worlds())
    first = Day((start, other), ({}, {}), (0, 0), 0, False, False, False, Decision.NONE)
    return feature, policy, accounts, [first, *draw(st.lists(days(), max_size=6))]


@given(history=histories())
async def test_every_removal_is_earned(
    history: tuple[Feature, Policy, list[Witness], list[Day]],
) -> None:
    """Nothing is removed that both sides have not listed, and one has lost since.

    The witnesses judge each removal as it arrives; and each run accounts for all that
    it has sent.
    """
    feature, policy, accounts, life = history
    with TemporaryDirectory() as folder, in_place():
        world = Arena.of(Path(folder), *accounts, feature=feature, policy=policy)
        accounts[0].other, accounts[1].other = accounts[1], accounts[0]
        for day in life:
            day.tell()
            for account, holds, faults, lag in zip(
                accounts, day.worlds, day.faults, day.lag, strict=True
            ):
                account.run += 1
                account.lag = lag
                account.faults = faults_from_now_on(account, faults)
                if holds is not None:
                    account.hold(feature, holds)
            if day.forgets:
                _lose_the_state(world, accounts)
            await _run(world, day)
            if day.decision:
                world.store.decide(world.pair().pair_id, feature, day.decision)
            world.clock.advance(hours=12)
        world.close()


def _lose_the_state(world: Arena, accounts: list[Witness]) -> None:
    world.close()
    for each in world.path.parent.iterdir():
        each.unlink()
    for account in accounts:
        account.forget()


async def _run(world: Arena, day: Day) -> None:
    sent = {
        name: len(account.requests.writes) for name, account in world.accounts.items()
    }
    if not day.killed_at:
        report = await world.run(dry_run=day.dry_run, full_refresh=day.full_refresh)
        _is_exact(world, report, sent)
        return
    world.strike(Strike(day.killed_at, _killed))
    with suppress(Killed):
        await world.run()
    # What is left of the run ends with its process.
    await asyncio.sleep(0)
    world.calm()
    world.close()


def _is_exact(world: Arena, report: Report, before: dict[str, int]) -> None:
    counts_are_items(report)
    sent_is_accounted_for(
        report,
        [
            operation
            for name, account in world.accounts.items()
            for batch in account.requests.writes[before[name] :]
            for operation in batch
        ],
    )


def _killed() -> None:
    raise Killed
