"""The mapping files of an account, read again when they have changed."""

import asyncio
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Final

from ...engine.numbering import Entry, Numbering, NumberingError, entries_of
from ...engine.provider import ProtocolError
from ..http import JsonObject

FILE: Final = "numbering_file"
OVERRIDES: Final = "numbering_overrides"
_NAMES: Final = {FILE: "numbering file", OVERRIDES: "file of numbering overrides"}

type _Stamp = tuple[tuple[str, int, int], ...]


class NumberingFiles:
    """What the files say that the options of an account name.

    A file that cannot be used stops a run: without it, entries would be other items
    than before, which looks as if those had been removed.
    """

    def __init__(self, options: JsonObject) -> None:
        """Take the options; an empty one names no file."""
        self._paths = {
            option: Path(path.strip())
            for option in _NAMES
            if isinstance(path := options.get(option), str) and path.strip()
        }
        self._stamp: _Stamp = ()
        self._numbering: Numbering | None = None
        self._lock = asyncio.Lock()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._paths)

    def version(self) -> str:
        """Return what tells the files as they are now from any others.

        Only the dates and sizes of local files are asked for, which takes no time that
        anybody would have to wait for.
        """
        try:
            return _fingerprint(self._look())
        except ProtocolError:
            return ""

    async def load(self) -> Numbering | None:
        """Return what they say, None without any; raises ProtocolError."""
        if not self._paths:
            return None
        async with self._lock:
            stamp = await asyncio.to_thread(self._look)
            if self._numbering is None or stamp != self._stamp:
                self._numbering = await asyncio.to_thread(self._read, stamp)
                self._stamp = stamp
            return self._numbering

    def _look(self) -> _Stamp:
        """Return what tells the files as they are now from any others."""
        found: list[tuple[str, int, int]] = []
        for option, path in self._paths.items():
            try:
                told = path.stat()
            except OSError, ValueError:
                raise _unusable(option, "there is no such file") from None
            found.append((option, told.st_mtime_ns, told.st_size))
        return tuple(found)

    def _read(self, stamp: _Stamp) -> Numbering:
        """Read the files."""
        return Numbering.of(
            self._entries(FILE), self._entries(OVERRIDES), _fingerprint(stamp)
        )

    def _entries(self, option: str) -> Iterable[Entry]:
        """Return the entries in one of the files."""
        path = self._paths.get(option)
        if path is None:
            return ()
        if not path.is_absolute():
            raise _unusable(option, "its whole path is needed, from the root on")
        try:
            return entries_of(path)
        except NumberingError as err:
            raise _unusable(option, str(err)) from None


def _fingerprint(stamp: _Stamp) -> str:
    """Return a stamp as a short text."""
    return blake2b(repr(stamp).encode(), digest_size=8).hexdigest()


def _unusable(option: str, why: str) -> ProtocolError:
    """Return the error for a file; its path is the person's own and stays out."""
    return ProtocolError(
        f"The {_NAMES[option]} in the options of the AniList account cannot be used: "
        f"{why}"
    )
