"""Shows after the tests how well libraries were matched."""

import pytest

PROPERTY = "matching"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the tables that tests have recorded, be they passed or not."""
    lines = [
        str(value)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if not lines:
        return
    terminalreporter.section("libraries with gaps: what is matched, and how well")
    for line in lines:
        terminalreporter.write_line(line)
