"""What the mapping files of an account say, read again when they have changed."""

import asyncio
from collections.abc import Iterable

from ...engine.numbering import Entry, Numbering, NumberingError, entries_of
from .numbering_files import (
    FILE,
    OVERRIDES,
    NumberingFiles,
    Stamp,
    fingerprint,
    unusable,
)


class NumberingReader:
    """Reads mapping files.

    A file that cannot be used stops a run: without it, entries would be other items
    than before, which looks as if those had been removed.
    """

    def __init__(self, files: NumberingFiles) -> None:
        """Take the files."""
        self._files = files
        self._stamp: Stamp = ()
        self._numbering: Numbering | None = None
        self._lock = asyncio.Lock()

    async def load(self) -> Numbering | None:
        """Return what they say, None without any; raises ProtocolError."""
        if not self._files:
            return None
        async with self._lock:
            stamp = await asyncio.to_thread(self._files.look)
            if self._numbering is None or stamp != self._stamp:
                self._numbering = await asyncio.to_thread(self._read, stamp)
                self._stamp = stamp
            return self._numbering

    def _read(self, stamp: Stamp) -> Numbering:
        """Read the files."""
        return Numbering.of(
            self._entries(FILE), self._entries(OVERRIDES), fingerprint(stamp)
        )

    def _entries(self, option: str) -> Iterable[Entry]:
        """Return the entries in one of the files."""
        path = self._files.paths.get(option)
        if path is None:
            return ()
        if not path.is_absolute():
            raise unusable(option, "its whole path is needed, from the root on")
        try:
            return entries_of(path)
        except NumberingError as err:
            raise unusable(option, str(err)) from None
