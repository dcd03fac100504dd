"""The texts of the integration, as they are to be read in the browser."""

from collections.abc import Mapping
from functools import cache
import json
import re

from ..demo.process import PROJECT

TEXTS = PROJECT / "custom_components/crosswatch/translations/en.json"
PLACEHOLDER = re.compile(r"{\w+}")
LINK = re.compile(r"\[([^]]*)]\([^)]*\)")
MARKS = re.compile(r"\*\*|`")


@cache
def _texts() -> Mapping[str, str]:
    """Return all texts by their paths."""
    return dict(_walk("", json.loads(TEXTS.read_text(encoding="utf-8"))))


def _walk(path: str, value: object) -> list[tuple[str, str]]:
    """Return the texts below a path, each with a path of its own."""
    if isinstance(value, dict):
        return [
            text
            for name, each in value.items()
            for text in _walk(f"{path}.{name}" if path else name, each)
        ]
    return [(path, str(value))]


def text(path: str) -> str:
    """Return a text without any placeholder."""
    found = _texts()[path]
    assert not PLACEHOLDER.search(found), found
    return found


def pattern(path: str, **filled: object) -> re.Pattern[str]:
    """Return how the first paragraph of a text reads.

    Placeholders that are not filled hold anything.
    """
    paragraph = _texts()[path].partition("\n\n")[0]
    shown = MARKS.sub("", LINK.sub(r"\1", paragraph))
    return re.compile(
        "".join(
            (re.escape(str(filled[part])) if part in filled else ".+")
            if number % 2
            else re.escape(part)
            for number, part in enumerate(re.split(r"{(\w+)}", shown))
        )
    )


def link(path: str) -> str:
    """Return the words of the link in a text."""
    (words,) = LINK.findall(_texts()[path])
    return str(words)
