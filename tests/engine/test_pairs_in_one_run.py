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
        policy=Policy(
            mode=Mode.TWO_WAY,
            features={Feature.HISTORY: FeaturePolicy(remove=True, rewatches=rewatches)},
        ),
    )
    a, b, c = world.accounts.values()
    for account in (a, b, c):
        account.hold(Feature.HISTORY, "m1@2025-01-01 m2@2025-01-02")
    pairs = [world.pair("A", "B"), world.pair("B", "C")]
    for pair in pairs:
        await world.run(pair=pair)
    # Somebody watches m3 at A and at C, and B loses m2: it is looked at once more.
    a.hold(Feature.HISTORY, "m1@2025-01-01 m2@2025-01-02 m3@2025-03-01")
    c.hold(Feature.HISTORY, "m1@2025-01-01 m2@2025-01-02 m3@2025-03-01")
    b.hold(Feature.HISTORY, "m1@2025-01-01")
    b.lag = 4
    snapshots = world.snapshots()
    for pair in pairs:
        await world.run(pair=pair, snapshots=snapshots)
    for account in (a, b, c):
        assert account.shown(Feature.HISTORY) == "m1@2025-01-01 m3@2025-03-01"
    world.close()
