"""The numbering of anime: services that count each season apart, and those that do not."""

from .entry import Entry, NumberingError, Span
from .informant import NumberingInformant
from .numbering import Numbering
from .reading import entries_in, entries_of

__all__ = [
    "Entry",
    "Numbering",
    "NumberingError",
    "NumberingInformant",
    "Span",
    "entries_in",
    "entries_of",
]
