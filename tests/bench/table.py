"""What was measured, beside what is wanted and what the rival needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one case; without a limit it is only told.

    Lines that follow one another and have the same `block` stand under its name.
    """

    case: str
    figure: str
    measured: float
    unit: str = ""
    limit: float | None = None
    rival: str = ""
    digits: int = 0
    note: str = ""
    block: str = ""

    @property
    def missed(self) -> bool:
        """Return whether the figure is beyond its limit."""
        return self.limit is not None and self.measured > self.limit

    def cells(self) -> list[str]:
        """Return the line as the table shows it."""
        limit = "" if self.limit is None else f"{self.limit:g} {self.unit}".strip()
        verdict = "" if self.limit is None else "MISSED" if self.missed else "ok"
        measured = f"{self.measured:,.{self.digits}f} {self.unit}".strip()
        return [self.case, self.figure, measured, limit, verdict, self.rival, self.note]


HEADER = ["case", "figure", "measured", "limit", "", "CrossWatch 0.12", ""]


def render(lines: Iterable[Line]) -> str:
    """Return the table."""
    rows: list[Sequence[str]] = [HEADER]
    blocks: dict[int, str] = {}
    before: Line | None = None
    for line in lines:
        cells = line.cells()
        if before is None or line.block != before.block:
            blocks[len(rows)] = line.block
        elif line.case == before.case:
            cells[0] = ""
        before = line
        rows.append(cells)
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    texts: list[str] = []
    for number, row in enumerate(rows):
        if name := blocks.get(number):
            texts += ["", name]
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        texts.append("  ".join(cells).rstrip())
    texts.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(texts)
