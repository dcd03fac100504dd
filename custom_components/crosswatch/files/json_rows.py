"""The rows of a JSON file, one after another.

A file of 100,000 rows is never in memory as a whole but as its text: each row is let go
of once it was looked at.
"""

from collections.abc import Generator, Iterator
from json import JSONDecodeError, JSONDecoder
import re
from typing import Final, NamedTuple, NoReturn

from .contents import Where
from .errors import FileError, FileFault
from .values import JsonValue

_BLANK: Final = re.compile(r"[ \t\n\r]*")


class JsonRow(NamedTuple):
    """An entry of a list; or with `number` 0 a field of the outermost object.

    `name` is the name of the list, or of the field.
    """

    name: str
    number: int
    value: JsonValue

    def where(self, file: str) -> Where:
        """Return where in the file it stands."""
        of = f" of {self.name}" if self.name else ""
        return Where(file, f"entry {self.number}{of}")


def json_rows(text: str, file: str) -> Iterator[JsonRow]:
    """Yield the entries of a list, or of the lists in an object, and its other fields.

    Raises FileError where the JSON breaks off or makes no sense.
    """
    scanner = _Scanner(text, file)
    at = scanner.skip(0)
    match scanner.sign(at):
        case "[":
            at = yield from scanner.entries("", at)
        case "{":
            at = yield from scanner.fields(at)
        case _:
            _, at = scanner.value(at)
    if scanner.skip(at) != len(text):
        scanner.fail(at)


class _Scanner:
    """Goes through the text from left to right."""

    def __init__(self, text: str, file: str) -> None:
        """Start at no place in particular: all methods are told."""
        self._text = text
        self._file = file
        self._decode = JSONDecoder(parse_constant=_refuse).raw_decode

    def skip(self, at: int) -> int:
        """Return where the next sign is that is not blank."""
        blank = _BLANK.match(self._text, at)
        return blank.end() if blank else at

    def sign(self, at: int) -> str:
        """Return the sign at this place, nothing at the end."""
        return self._text[at : at + 1]

    def value(self, at: int) -> tuple[JsonValue, int]:
        """Return the value that begins here, and where it ends."""
        try:
            return self._decode(self._text, at)
        except JSONDecodeError as err:
            self.fail(err.pos)
        except ValueError, RecursionError:
            self.fail(at)

    def entries(self, name: str, at: int) -> Generator[JsonRow, None, int]:
        """Yield the entries of the list that begins here; return where it ends."""
        at = self.skip(at + 1)
        if self.sign(at) == "]":
            return at + 1
        number = 0
        while True:
            value, at = self.value(at)
            number += 1
            yield JsonRow(name, number, value)
            at = self.skip(at)
            if self.sign(at) == "]":
                return at + 1
            at = self._comma(at)

    def fields(self, at: int) -> Generator[JsonRow, None, int]:
        """Yield what is in the object that begins here; return where it ends."""
        at = self.skip(at + 1)
        if self.sign(at) == "}":
            return at + 1
        while True:
            name, at = self.value(at)
            at = self.skip(at)
            if not isinstance(name, str) or self.sign(at) != ":":
                self.fail(at)
            at = self.skip(at + 1)
            if self.sign(at) == "[":
                at = yield from self.entries(name, at)
            else:
                value, at = self.value(at)
                yield JsonRow(name, 0, value)
            at = self.skip(at)
            if self.sign(at) == "}":
                return at + 1
            at = self._comma(at)

    def _comma(self, at: int) -> int:
        """Return where the next entry begins, after the comma that has to be here."""
        if self.sign(at) != ",":
            self.fail(at)
        return self.skip(at + 1)

    def fail(self, at: int) -> NoReturn:
        """Refuse the file because of what is, or is not, at this place."""
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        raise FileError(FileFault.BROKEN_JSON, self._file, line=line, column=column)


def _refuse(constant: str) -> NoReturn:
    """Refuse what is no JSON though many write it, such as NaN."""
    raise ValueError(constant)
