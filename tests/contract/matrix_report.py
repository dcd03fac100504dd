"""Prints the matrix of pairs after the tests of it."""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from custom_components.crosswatch.engine.model import Feature

PROPERTY: Final = "pair_matrix"
ARROWS: Final = {"one_way": "→", "two_way": "⇄"}
NOTHING: Final = "·"

type Cells = dict[tuple[str, str], dict[str, dict[str, str]]]


def cells_of(reports: Sequence[pytest.TestReport]) -> Cells:
    """Return what tests have recorded: by pair and feature, what each mode wrote."""
    cells: Cells = {}
    for report in reports:
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, list | tuple):
                source, target, mode, feature, written = map(str, value)
                row = cells.setdefault((source, target), {})
                row.setdefault(feature, {})[mode] = written
    return cells


def table(cells: Cells) -> list[str]:
    """Return the lines of the matrix."""
    head = ("source", "target", *(feature.value for feature in Feature))
    rows = [
        (*pair, *(cell(row.get(feature.value, {})) for feature in Feature))
        for pair, row in sorted(cells.items())
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, tuple("-" * width for width in widths), *rows)
    ]


def cell(modes: Mapping[str, str]) -> str:
    """Return what was written in each mode."""
    shown = [
        f"{arrow} {modes[mode]}" for mode, arrow in ARROWS.items() if mode in modes
    ]
    return "  ".join(shown) or NOTHING


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show which pairs can sync what, and how many records the first run wrote."""
    cells = cells_of(terminalreporter.stats.get("passed", ()))
    if not cells:
        return
    terminalreporter.section(
        "pairs that converge: records written, and removed at the end"
    )
    for line in table(cells):
        terminalreporter.write_line(line)
    modes = [mode for row in cells.values() for each in row.values() for mode in each]
    terminalreporter.write_line(
        f"{len(cells)} pairs, {modes.count('one_way')} features one-way (→) and "
        f"{modes.count('two_way')} two-way (⇄); no run that had nothing to do wrote anything"
    )
