"""What the engine's tests share."""

from collections.abc import Callable, Iterator
import os
from pathlib import Path

from hypothesis import HealthCheck, settings
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy

from .arena import Arena
from .fake_account import FakeAccount

for _profile, _examples in (("ci", 200), ("nightly", 2000)):
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
settings.load_profile(os.environ.get("CROSSWATCH_HYPOTHESIS_PROFILE", "ci"))

type MakeArena = Callable[..., Arena]


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[MakeArena]:
    """Return a maker of arenas, which are closed in the end."""
    made: list[Arena] = []

    def make(
        *accounts: FakeAccount,
        feature: Feature = Feature.WATCHLIST,
        policy: FeaturePolicy | None = None,
    ) -> Arena:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Arena.of(folder, *accounts, feature=feature, policy=policy))
        return made[-1]

    yield make
    for each in made:
        each.close()
