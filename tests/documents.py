"""The documentation as tests look at it: pages, and the tables in them."""

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
import re
from typing import Final

ROOT: Final = Path(__file__).parent.parent


def page(name: str) -> str:
    """Return a page by its path."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its rank or above."""
    start = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.MULTILINE)
    assert start is not None, heading
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def table(text: str, *head: str) -> list[Sequence[str]]:
    """Return the rows of the table whose head begins with these cells."""
    lines = iter(text.splitlines())
    start = f"| {' | '.join(head)} |"
    assert any(line.startswith(start) for line in lines), start
    assert next(lines).startswith("| ---")
    rows = takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in row[1:-1].split(" | ")] for row in rows]
