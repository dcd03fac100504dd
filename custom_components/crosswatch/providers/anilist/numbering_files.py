"""The mapping files of an account: which these are, and whether they have changed."""

from hashlib import blake2b
from pathlib import Path
from typing import Final

from ...engine.provider import ProtocolError
from ..http import JsonObject

FILE: Final = "numbering_file"
OVERRIDES: Final = "numbering_overrides"
_NAMES: Final = {FILE: "numbering file", OVERRIDES: "file of numbering overrides"}

type Stamp = tuple[tuple[str, int, int], ...]


class NumberingFiles:
    """The files that the options of an account name."""

    def __init__(self, options: JsonObject) -> None:
        """Take the options; an empty one names no file."""
        self.paths = {
            option: Path(path.strip())
            for option in _NAMES
            if isinstance(path := options.get(option), str) and path.strip()
        }

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.paths)

    def version(self) -> str:
        """Return what tells the files as they are now from any others.

        Only the dates and sizes of local files are asked for, which takes no time that
        anybody would have to wait for.
        """
        try:
            return fingerprint(self.look())
        except ProtocolError:
            return ""

    def look(self) -> Stamp:
        """Return what tells the files as they are now; raises ProtocolError."""
        found: list[tuple[str, int, int]] = []
        for option, path in self.paths.items():
            try:
                told = path.stat()
            except OSError, ValueError:
                raise unusable(option, "there is no such file") from None
            found.append((option, told.st_mtime_ns, told.st_size))
        return tuple(found)


def fingerprint(stamp: Stamp) -> str:
    """Return a stamp as a short text."""
    return blake2b(repr(stamp).encode(), digest_size=8).hexdigest()


def unusable(option: str, why: str) -> ProtocolError:
    """Return the error for a file; its path is the person's own and stays out."""
    return ProtocolError(
        f"The {_NAMES[option]} in the options of the AniList account cannot be used: "
        f"{why}"
    )
