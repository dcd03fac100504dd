"""What the engine's tests share."""

from collections import Counter
from collections.abc import Callable, Iterator
import os
from pathlib import Path
import re
from typing import Final

from hypothesis import HealthCheck, settings
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy

from .arena import Arena
from .fake_account import FakeAccount
from .tables.outside import OUTSIDE

for _profile, _examples in (("ci", 200), ("nightly", 2000)):
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        # The same examples in every run of CI: what a nightly run finds is added here.
        derandomize=_profile == "ci",
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
settings.load_profile(os.environ.get("CROSSWATCH_HYPOTHESIS_PROFILE", "ci"))

# A test of a table of the reference: its folder, and its number in brackets.
_ROW: Final = re.compile(r"tests/engine/tables/.*\[([A-Z])\d+\]$")

type MakeArena = Callable[..., Arena]


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[MakeArena]:
    """Return a maker of arenas, which are closed in the end."""
    made: list[Arena] = []

    def make(
        *accounts: FakeAccount,
        feature: Feature = Feature.WATCHLIST,
        policy: FeaturePolicy | Policy | None = None,
    ) -> Arena:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Arena.of(folder, *accounts, feature=feature, policy=policy))
        return made[-1]

    yield make
    for each in made:
        each.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rows of each of the reference's tables have run, and how they did."""
    came_of: dict[str, Counter[str]] = {"passed": Counter(), "failed": Counter()}
    for outcome, tables in came_of.items():
        for report in terminalreporter.stats.get(outcome, ()):
            if found := _ROW.search(report.nodeid):
                tables[found[1]] += 1
    passed, failed = came_of["passed"], came_of["failed"]
    if not passed and not failed:
        return
    rows = [
        f"{table} {passed[table] + failed[table]} rows"
        + (f" ({failed[table]} failed)" if failed[table] else "")
        for table in "IWDRHPAVG"
        if passed[table] or failed[table]
    ]
    terminalreporter.section("rows of the reference's tables")
    terminalreporter.write_line(" · ".join([*rows, f"{len(OUTSIDE)} outside"]))
