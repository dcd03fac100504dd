"""The rows of a CSV file, one after another, by the names of their columns."""

from collections.abc import Iterator, Mapping
import csv
from io import StringIO
from typing import Final

from .contents import Gathering, RowFault, Where
from .errors import FileError, FileFault

type Cells = Mapping[str, str]

# Names of columns that a text can show.
_SHOWN: Final = 12


class Table:
    """A CSV text with its header; columns are told by their names in lower case."""

    def __init__(self, text: str, file: str) -> None:
        """Read the header; raises FileError for one that makes no sense."""
        self.file = file
        # A spreadsheet may have put line ends of its own into cells.
        self._reader = csv.reader(StringIO(text, newline=""), strict=True)
        self.columns = [name.strip().lower() for name in self._next() or ()]

    def has(self, *names: str) -> bool:
        """Tell whether all of these columns are there."""
        return set(names) <= set(self.columns)

    @property
    def shown_columns(self) -> str:
        """Return the columns for a person to read, the first ones of very many."""
        shown = [f"{name:.40}" for name in self.columns[:_SHOWN]]
        more = ["…"] if len(self.columns) > _SHOWN else []
        return ", ".join([*filter(None, shown), *more])

    def rows(self, gathering: Gathering) -> Iterator[tuple[Where, Cells]]:
        """Yield the rows; those with too few or too many cells are left out.

        Raises FileError where the quotes are such that nobody can tell the rows.
        """
        columns = self.columns
        while True:
            where = Where(self.file, f"line {self._reader.line_num + 1}")
            cells = self._next()
            if cells is None:
                return
            if not any(cells):
                continue
            if len(cells) != len(columns):
                detail = f"it has {len(cells)} cells, the header has {len(columns)}"
                gathering.leave_out(where, RowFault.WRONG_CELLS, detail)
                continue
            yield where, dict(zip(columns, cells, strict=True))

    def _next(self) -> list[str] | None:
        """Return the cells of the next row, None after the last one."""
        line = self._reader.line_num + 1
        try:
            return next(self._reader, None)
        except csv.Error:
            raise FileError(FileFault.BROKEN_CSV, self.file, line=line) from None
