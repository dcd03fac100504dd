"""The name of a tracker, as it stands in its account id and file name."""

import re
from typing import Final
import unicodedata

# In any script at most four bytes a letter: a file name may have 255.
_LONGEST: Final = 48
_WORD: Final = r"[^\W_]+"


def account_slug(name: str) -> str:
    """Return a name in lower case without signs, empty where nothing is left."""
    words = re.findall(_WORD, unicodedata.normalize("NFKC", name).casefold())
    return "_".join(words)[:_LONGEST].rstrip("_")


def file_name(name: str) -> str:
    """Return the name of the file that a tracker of this name has."""
    return f"tracker_{account_slug(name)}.db"
