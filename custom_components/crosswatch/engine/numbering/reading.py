"""Reads mapping files, whatever format they are in: their content tells."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

from . import anibridge, anime_list_xml, anime_lists, descriptors, simple
from .entry import Entry, NumberingError
from .stream import members

type Parse = Callable[[str, Mapping[str, object]], Entry | None]

# The biggest that are known have about half of it.
MAX_SIZE: Final = 64 * 1024 * 1024


def entries_of(path: Path) -> list[Entry]:
    """Return the entries in a file; raises NumberingError."""
    try:
        if not path.is_file():
            raise NumberingError("there is no such file")
        if path.stat().st_size > MAX_SIZE:
            raise NumberingError(f"it is larger than {MAX_SIZE // 1024 // 1024} MB")
        content = path.read_bytes()
    except OSError as err:
        raise NumberingError(
            f"it cannot be read ({err.strerror or type(err).__name__})"
        ) from None
    except ValueError:
        # That is no path at all.
        raise NumberingError("there is no such file") from None
    return entries_in(content)


def entries_in(content: bytes) -> list[Entry]:
    """Return the entries in the content of a file; raises NumberingError."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        entries = anime_list_xml.entries_from(content)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NumberingError("it is neither JSON nor XML") from None
        entries = list(_from_json(members(text)))
    if not entries:
        raise NumberingError("it holds no entry of an anime service")
    return entries


def _from_json(rows: Iterator[tuple[str, object]]) -> Iterable[Entry]:
    """Return the entries in JSON of any known format."""
    for key, row in rows:
        # Such as $includes and $meta, which say something of the file.
        if key.startswith("$"):
            continue
        if not isinstance(row, Mapping):
            break
        rest = chain([(key, row)], rows)
        if key.isdecimal():
            return _each(rest, anibridge.entry_from)
        if descriptors.is_descriptor(key):
            return descriptors.entries_from(rest)
        if not key and anime_lists.is_row(row):
            return _each(rest, lambda _, row: anime_lists.entry_from(row))
        if not key and simple.is_row(row):
            return _by_hand(rest)
        break
    raise NumberingError("it is JSON, but no list of anime in a format that is known")


def _each(rows: Iterable[tuple[str, object]], parse: Parse) -> Iterator[Entry]:
    """Yield the entries of a file that a program made; what is odd is left out."""
    for key, row in rows:
        if isinstance(row, Mapping) and (entry := parse(key, row)) is not None:
            yield entry


def _by_hand(rows: Iterable[tuple[str, object]]) -> Iterator[Entry]:
    """Yield the entries of a file that a person made; what is odd is told."""
    for place, (_, row) in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise NumberingError(f"entry {place} of the list is not an object")
        yield simple.entry_from(row, place)
