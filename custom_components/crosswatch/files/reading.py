"""Reads a file of any of the formats, found out by what is in it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from . import own_csv, own_json
from .contents import Contents, Gathering
from .csv_rows import Table
from .errors import FileError, FileFault
from .formats import ImportFormat
from .json_rows import JsonRow, json_rows
from .opening import Document, Opened, opened
from .readers import imdb, letterboxd, simkl, trakt
from .readers.options import ReadOptions

__all__ = ["ReadOptions", "read_file"]

# Letterboxd tells the day only, which is then taken to be noon.
_DAY: Final = timedelta(hours=12)

_JSON: Final = ("[", "{", "null")


def read_file(path: Path, options: ReadOptions) -> Contents:
    """Return all that a file says; raises FileError for one that is refused.

    Rows that say nothing usable are left out and told, unless there are no others.
    """
    with opened(path) as file:
        documents = _documents(file, options)
        gathering = Gathering()
        found = _read(documents, gathering, options, file.name)
        records = gathering.records()
        if gathering.faults and not any(records.values()):
            first = gathering.faults[0]
            raise FileError(
                FileFault.NO_GOOD_ROWS,
                file.name,
                rows=len(gathering.faults),
                row=f"{first.where.file}, {first.where.row}",
                detail=first.detail,
            )
        if not records:
            raise FileError(FileFault.EMPTY, file.name)
        names = {each.name for each in documents}
        return Contents(
            format=found,
            records=records,
            faults=gathering.faults,
            unread=[each.name for each in file.documents if each.name not in names],
            precision=_DAY if found is ImportFormat.LETTERBOXD else timedelta(),
        )


def _documents(file: Opened, options: ReadOptions) -> Sequence[Document]:
    """Return the texts that are to be read, of an archive those that we know."""
    if not file.archive:
        return file.documents
    for format_, members in (
        (ImportFormat.LETTERBOXD, letterboxd.members),
        (ImportFormat.TRAKT, trakt.members),
    ):
        if options.format in {None, format_} and (found := members(file.documents)):
            return found
    if len(file.documents) == 1:
        return file.documents
    raise FileError(FileFault.UNKNOWN_FORMAT, file.name)


def _read(
    documents: Sequence[Document],
    gathering: Gathering,
    options: ReadOptions,
    name: str,
) -> ImportFormat:
    """Read all documents, which belong together, and return their format."""
    found: set[ImportFormat] = set()
    films: list[Table] = []
    for document in documents:
        text = document.text()
        if text.lstrip().startswith(_JSON):
            found.add(_read_json(document, text, gathering, options))
            continue
        table = Table(text, document.name)
        format_ = _checked(_format_of(table, options), options, document.name)
        found.add(format_)
        match format_:
            case ImportFormat.LETTERBOXD:
                # Whether the diary's ratings count depends on the other files.
                films.append(table)
            case ImportFormat.IMDB:
                imdb.read(table, gathering, options)
            case ImportFormat.TRAKT:
                trakt.read_csv(table, gathering)
            case _:
                own_csv.read(table, gathering)
    letterboxd.read(films, gathering, options)
    if len(found) != 1:
        raise FileError(FileFault.UNKNOWN_FORMAT, name)
    return found.pop()


def _read_json(
    document: Document, text: str, gathering: Gathering, options: ReadOptions
) -> ImportFormat:
    """Read a JSON text, and return its format."""
    rows = json_rows(text, document.name)
    first = next(rows, None)
    found = _json_format_of(first, document)
    if found is None:
        # One that breaks off is told so, whatever it was to be.
        for _ in rows:
            pass
        raise FileError(FileFault.UNKNOWN_FORMAT, document.name)
    format_ = _checked(found, options, document.name)
    rows = chain([first], rows) if first else rows
    match format_:
        case ImportFormat.JSON:
            own_json.read(document.name, rows, gathering)
        case ImportFormat.SIMKL:
            simkl.read(document, rows, gathering)
        case _:
            trakt.read_json(document, rows, gathering, options)
    return format_


def _json_format_of(first: JsonRow | None, document: Document) -> ImportFormat | None:
    """Return the format of a JSON text, None for one of no known kind.

    Raises FileError for one with nothing in it.
    """
    if first is None:
        if trakt.feature_of(document) is not None:
            return ImportFormat.TRAKT
        raise FileError(FileFault.EMPTY, document.name)
    if first.name == "format" and first.value == own_json.FORMAT:
        return ImportFormat.JSON
    if first.name in simkl.LISTS:
        return ImportFormat.SIMKL
    if first.name == "" and isinstance(first.value, dict):
        return ImportFormat.TRAKT
    return None


def _format_of(table: Table, options: ReadOptions) -> ImportFormat:
    """Return the format of a table; raises FileError for one of no known kind.

    One that a person has named is taken for that: its reader says what it lacks.
    """
    for format_, found in _tables(table):
        if found:
            return format_
    if options.format in {
        ImportFormat.CSV,
        ImportFormat.IMDB,
        ImportFormat.LETTERBOXD,
        ImportFormat.TRAKT,
    }:
        return options.format
    raise FileError(FileFault.UNKNOWN_COLUMNS, table.file, found=table.shown_columns)


def _tables(table: Table) -> Iterator[tuple[ImportFormat, bool]]:
    """Yield each format that a table may be of, and whether it is."""
    yield ImportFormat.CSV, table.has(*own_csv.NEEDED)
    yield ImportFormat.IMDB, table.has(*imdb.COLUMNS)
    yield ImportFormat.LETTERBOXD, table.has(*letterboxd.COLUMNS)
    named = any(table.has(name) for name in trakt.ID_COLUMNS)
    says = any(table.has(name) for name in trakt.DATA_COLUMNS)
    yield ImportFormat.TRAKT, named and says


def _checked(found: ImportFormat, options: ReadOptions, file: str) -> ImportFormat:
    """Return the format that was found; raises FileError where another was named."""
    if options.format in {None, found}:
        return found
    raise FileError(
        FileFault.OTHER_FORMAT, file, format=found.value, wanted=options.format or ""
    )
