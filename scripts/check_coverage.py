"""Fail where the tests leave too much of the integration unvisited.

Usage: check_coverage.py COVERAGE.json
"""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
import sys

# The parts of coverage's data that matter here: a file's summary, and its counts.
type File = dict[str, dict[str, int]]

PACKAGE = "custom_components/crosswatch/"

# The least that each part must reach, in percent, of its statements and of its branches
# alike. A name ending in a slash is a folder with all below it.
GATES: dict[str, float] = {
    "": 95.0,
    "engine/": 95.0,
    "providers/": 95.0,
    "config_flow.py": 100.0,
    "pair_flow.py": 100.0,
}


@dataclass(slots=True)
class Tally:
    """How much of something there is, and how much of that was visited."""

    covered: int = 0
    total: int = 0

    def add(self, covered: int, total: int) -> None:
        """Count a file's part."""
        self.covered += covered
        self.total += total

    @property
    def percent(self) -> float:
        """Return the visited share; nothing to visit counts as all of it."""
        return 100.0 * self.covered / self.total if self.total else 100.0


def _belongs(path: str, part: str) -> bool:
    """Return whether a file of the coverage data is of a part of the integration."""
    full = PACKAGE + part
    return path.startswith(full) if full.endswith("/") else path == full


def problems(
    coverage: dict[str, dict[str, File]],
) -> Iterator[str]:
    """Yield a line for each part that misses its gate."""
    for part, least in GATES.items():
        statements, branches = Tally(), Tally()
        for path, file in coverage["files"].items():
            if _belongs(Path(path).as_posix(), part):
                counts = file["summary"]
                statements.add(counts["covered_lines"], counts["num_statements"])
                branches.add(counts["covered_branches"], counts["num_branches"])
        name = PACKAGE + part
        if not statements.total:
            yield f"{name}: nothing was measured"
        for what, tally in (("statements", statements), ("branches", branches)):
            if tally.percent < least:
                yield (
                    f"{name}: {tally.percent:.1f} % of the {what}"
                    f" ({tally.covered}/{tally.total}), at least {least:.0f} % wanted"
                )


def main(path: str) -> int:
    """Print what misses its gate, and return the exit status."""
    found = list(problems(json.loads(Path(path).read_text(encoding="utf-8"))))
    for line in found:
        print(f"coverage: {line}")
    if not found:
        print(f"coverage: all {len(GATES)} gates are met")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
