"""Every source with every target, in all that their capability tables allow."""

from collections.abc import Callable, Collection
from itertools import permutations

import pytest

from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.policy import Mode
from custom_components.crosswatch.engine.report import Counts, Report

from .couple import (
    AT_SOURCE,
    AT_TARGET,
    DISPUTED,
    UNDONE,
    Couple,
    a_couple,
    features_of,
)
from .matrix_report import PROPERTY, cell, table
from .stage import Site
from .stages import SERVICES
from .titles import name
from .values import SECOND, is_told

PAIRS = [
    pytest.param(source, target, mode, id=f"{source}-{target}-{mode}")
    for source, target in permutations(SERVICES, 2)
    for mode in Mode
    if features_of(source, target, mode)
]


@pytest.mark.parametrize(("source", "target", "mode"), PAIRS)
async def test_pair(
    source: str,
    target: str,
    mode: Mode,
    site: Site,
    record_property: Callable[[str, object], None],
) -> None:
    """Both sides have what they should after a run, and a second one writes nothing.

    One-way, what is undone at the source then goes from the target as well.
    """
    async with a_couple(site, source, target, mode) as couple:
        first = await couple.run()
        assert_clean(first)
        for feature in couple.features:
            await assert_converged(couple, feature)
            assert first.features[feature].counts.added >= expected(couple, feature)
        couple.writes()
        second = await couple.run()
        assert_clean(second)
        counts = second.counts
        assert (counts.added, counts.updated, counts.removed) == (0, 0, 0)
        assert couple.writes() == 0
        for feature in couple.features:
            await assert_converged(couple, feature)
        removed = await assert_removals(couple) if mode is Mode.ONE_WAY else ()
        for feature, report in first.features.items():
            done = f"+{report.counts.added + report.counts.updated}"
            done += " -1" if feature in removed else ""
            # Plain texts: they may come from another process.
            told = (source, target, mode.value, feature.value, done)
            record_property(PROPERTY, told)


async def assert_removals(couple: Couple) -> Collection[Feature]:
    """Check that what is undone at the source is undone at the target, and no more."""
    before = {each: await couple.held(Side.TARGET, each) for each in couple.features}
    undone = {
        feature: UNDONE[feature]
        for feature in couple.features
        if couple.support(Side.TARGET, feature).remove
        # What may vanish by itself was not undone by anybody.
        and not couple.support(Side.SOURCE, feature).forgets
        and UNDONE[feature].kind in couple.kinds(feature)
    }
    for feature, item in undone.items():
        await couple.logins[Side.SOURCE].stage.put(feature, item, None)
    report = await couple.run()
    assert_clean(report)
    assert report.counts.removed == len(undone)
    for feature, held in before.items():
        gone = {name(undone[feature])} if feature in undone else set()
        left = (await couple.held(Side.TARGET, feature)).keys()
        assert left == held.keys() - gone
    couple.writes()
    again = await couple.run()
    assert_clean(again)
    assert couple.writes() == 0
    return undone


def assert_clean(report: Report) -> None:
    """Check that a run has done all of its work."""
    assert not report.failures
    assert not any(feature.note for feature in report.features.values())
    counts: Counts = report.counts
    assert (counts.errors, counts.unresolved, counts.blocked) == (0, 0, 0)


def expected(couple: Couple, feature: Feature) -> int:
    """Return how many titles are missing on the target, and in two-way on both."""
    kinds = couple.kinds(feature)
    source = {name(item) for item in AT_SOURCE[feature] if item.kind in kinds}
    target = {name(item) for item in AT_TARGET[feature] if item.kind in kinds}
    missing = len(source - target)
    return missing + len(target - source) * (couple.mode is Mode.TWO_WAY)


async def assert_converged(couple: Couple, feature: Feature) -> None:
    """Check that what was missing is there as it was elsewhere."""
    held = {side: await couple.held(side, feature) for side in Side}
    kinds = couple.kinds(feature)
    near = max(SECOND, *(couple.support(side, feature).precision for side in Side))
    receivers = [Side.TARGET, *([Side.SOURCE] * (couple.mode is Mode.TWO_WAY))]
    for side in receivers:
        dated = couple.logins[side].stage.keeps_dates
        giver = AT_TARGET if side is Side.SOURCE else AT_SOURCE
        for item in giver[feature]:
            if item.kind not in kinds:
                continue
            given, got = held[side.other][name(item)], held[side].get(name(item))
            assert got is not None, f"{feature}: {name(item)} is missing"
            support = couple.support(side, feature)
            assert is_told(given, got, support, dated=dated, near=near), (given, got)
    if (disputed := DISPUTED.get(feature)) is not None:
        ours, theirs = (held[side][name(disputed)] for side in Side)
        agreed = is_told(ours, theirs, couple.support(Side.TARGET, feature))
        # One-way, the target keeps what is newer there.
        assert agreed or couple.mode is Mode.ONE_WAY, (ours, theirs)


def test_table() -> None:
    """The matrix shows each mode of each feature, and what cannot be."""
    cells = {
        ("a", "bb"): {"history": {"one_way": "3", "two_way": "4"}},
        ("bb", "a"): {"watchlist": {"one_way": "12"}},
    }
    lines = table(cells)
    assert lines[0].split() == ["source", "target", *Feature]
    assert "→ 3  ⇄ 4" in lines[2]
    assert lines[2].split()[-1] == cell({}) == "·"
    assert "→ 12" in lines[3]
