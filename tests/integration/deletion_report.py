"""Prints the table of faults that must not remove anything, after the tests of it."""

from collections.abc import Sequence
from typing import Final

import pytest

PROPERTY: Final = "deletion_table"
HEAD: Final = (
    "fault",
    "mode",
    "removed",
    "rival",
    "status",
    "repair issue",
    "afterwards",
    "3 real",
    "40 real",
)

type Row = tuple[str, ...]


def rows_of(reports: Sequence[pytest.TestReport]) -> list[Row]:
    """Return the rows that tests have recorded, also those of other processes."""
    return [
        tuple(value)
        for report in reports
        for name, value in report.user_properties
        if name == PROPERTY and isinstance(value, list | tuple)
    ]


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table."""
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (HEAD, tuple("-" * width for width in widths), *rows)
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what each fault has removed, beside what the rival removes."""
    rows = rows_of(terminalreporter.stats.get("passed", ()))
    if not rows:
        return
    terminalreporter.section("200 plays, removals on: what a fault removes")
    for line in table(sorted(rows)):
        terminalreporter.write_line(line)
