"""Several pairs in one run: what one of them wrote is there for the next."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from .arena import Arena
from .fake_account import FakeAccount

PLAYS = FeatureSupport(kinds=ALL_KINDS, plays=True)


@pytest.mark.parametrize("rewatches", [True, False])
async def test_a_late_account_between_two_pairs(
    tmp_path: Path, rewatches: bool
) -> None:
    """What the first pair wrote is not written again because of a second look."""
    world = Arena.of(
        tmp_path,
        *(FakeAccount(name=name, support=PLAYS) for name in "ABC"),
        feature=Feature.HISTORY,
    )
    a, b, c = world.accounts.values()
    pairs = []
    for mode, names in ((Mode.ONE_WAY, "AB"), (Mode.TWO_WAY, "BC")):
        history = FeaturePolicy(remove=True, rewatches=rewatches)
        world.policy = Policy(mode=mode, features={Feature.HISTORY: history})
        pairs.append(world.pair(*names))
    for account, held in ((a, ""), (b, " m2@2025-01-02"), (c, " m2@2025-01-02")):
        account.hold(Feature.HISTORY, f"m1@2025-01-01{held}")
    for pair in pairs:
        await world.run(pair=pair)
    # Somebody watches m3 at A and at C, and B loses m2: it is looked at once more.
    a.hold(Feature.HISTORY, "m1@2025-01-01 m3@2025-03-01")
    c.hold(Feature.HISTORY, "m1@2025-01-01 m2@2025-01-02 m3@2025-03-01")
    b.hold(Feature.HISTORY, "m1@2025-01-01")
    b.lag = 4
    snapshots = world.snapshots()
    for pair in pairs:
        await world.run(pair=pair, snapshots=snapshots)
    assert sum(len(batch) for batch in b.requests.writes) == 1
    for account in (a, b, c):
        assert account.shown(Feature.HISTORY) == "m1@2025-01-01 m3@2025-03-01"
    world.close()
