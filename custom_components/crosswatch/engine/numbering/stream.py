"""Reads a big JSON file member by member.

Python's parser holds the interpreter until it is done with all it was given. So it is
given one member at a time, that others may run in between.
"""

from collections.abc import Iterator
from json import JSONDecoder
import re
from typing import Final

from .entry import NumberingError

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = JSONDecoder()


def members(text: str) -> Iterator[tuple[str, object]]:
    """Yield the members of an object with their keys, or the rows of a list without.

    Raises NumberingError where the text is not JSON from its beginning to its end.
    """
    at = _skip(text, 0)
    opening = text[at : at + 1]
    if opening not in {"{", "["}:
        raise NumberingError("it is not JSON with a list or an object in it")
    closing = "}" if opening == "{" else "]"
    at = _skip(text, at + 1)
    if text[at : at + 1] == closing:
        _check_end(text, at + 1)
        return
    while True:
        key = ""
        if opening == "{":
            name, at = _value(text, at)
            at = _skip(text, at)
            if not isinstance(name, str) or text[at : at + 1] != ":":
                raise _broken(at)
            key, at = name, _skip(text, at + 1)
        value, at = _value(text, at)
        yield key, value
        at = _skip(text, at)
        if text[at : at + 1] == closing:
            break
        if text[at : at + 1] != ",":
            raise _broken(at)
        at = _skip(text, at + 1)
    _check_end(text, at + 1)


def _value(text: str, at: int) -> tuple[object, int]:
    """Return the value that begins there, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except ValueError, RecursionError:
        raise _broken(at) from None
    return value, end


def _skip(text: str, at: int) -> int:
    """Return where the blanks that begin there end."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _check_end(text: str, at: int) -> None:
    """Check that nothing follows."""
    if _skip(text, at) != len(text):
        raise _broken(at)


def _broken(at: int) -> NumberingError:
    """Return the error for a text that is cut off or is no JSON."""
    return NumberingError(f"it is not valid JSON near character {at}")
