"""The query of a request, read as the server reads it.

Names are compared without case. A value that is no number, boolean or id is a
validation error; an unknown name in a list, or an unknown parameter, is ignored.
"""

from collections.abc import Iterable
import re

from multidict import MultiMapping

from .refusal import invalid
from .times import parse

GUID = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


def parse_guid(text: str) -> str | None:
    """Return an id as it is kept, given with or without dashes."""
    text = text.lower()
    return text.replace("-", "") if GUID.fullmatch(text) else None


class Parameters:
    """The parameters of one request."""

    def __init__(self, query: MultiMapping[str]) -> None:
        """Take the query."""
        self._values: dict[str, list[str]] = {}
        for name, value in query.items():
            self._values.setdefault(name.lower(), []).append(value)

    def names(self) -> Iterable[str]:
        """Return the names in lower case."""
        return self._values.keys()

    def signature(self) -> tuple[tuple[str, str], ...]:
        """Return all that decides on a list, save which part of it is wanted."""
        return tuple(
            sorted(
                (name, ",".join(values))
                for name, values in self._values.items()
                if name not in {"startindex", "limit"}
            )
        )

    def text(self, name: str) -> str | None:
        """Return a text, or None if it is missing or empty."""
        return (self._values.get(name.lower()) or [""])[0] or None

    def integer(self, name: str) -> int | None:
        """Return a whole number."""
        if (value := self.text(name)) is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise invalid(name, value) from None

    def boolean(self, name: str) -> bool | None:
        """Return a truth value."""
        if (value := self.text(name)) is None:
            return None
        if value.lower() not in {"true", "false"}:
            raise invalid(name, value)
        return value.lower() == "true"

    def id(self, name: str) -> str | None:
        """Return an id."""
        if (value := self.text(name)) is None:
            return None
        if (found := parse_guid(value)) is None:
            raise invalid(name, value)
        return found

    def moment(self, name: str) -> int | None:
        """Return a moment in ticks."""
        if (value := self.text(name)) is None:
            return None
        if (found := parse(value)) is None:
            raise invalid(name, value)
        return found

    def words(self, name: str) -> list[str]:
        """Return a list of words in lower case, given with commas or repeatedly."""
        values = ",".join(self._values.get(name.lower(), []))
        return [word.strip().lower() for word in values.split(",") if word.strip()]

    def ids(self, name: str) -> list[str]:
        """Return a list of ids; what is no id is left out."""
        found = (parse_guid(word) for word in self.words(name))
        return [value for value in found if value is not None]
