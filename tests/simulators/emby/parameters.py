"""The query of a request, in which items have numbers and users have GUIDs."""

from http import HTTPStatus
from typing import override

from ..jellyfin.parameters import Parameters, parse_guid
from ..jellyfin.refusal import Refusal

OF_USERS = frozenset({"userid", "controllablebyuserid"})


def parse_id(name: str, text: str) -> str:
    """Return an id as it is kept; the server breaks on one of a wrong form."""
    found = parse_guid(text) if name.lower() in OF_USERS else text
    if found is None or (found is text and not text.isdecimal()):
        raise Refusal(
            HTTPStatus.INTERNAL_SERVER_ERROR, f"Unrecognized format of {name}: {text}"
        )
    return found


class EmbyParameters(Parameters):
    """The parameters of one request."""

    @override
    def id(self, name: str) -> str | None:
        """Return an id."""
        value = self.text(name)
        return None if value is None else parse_id(name, value)

    @override
    def ids(self, name: str) -> list[str]:
        """Return a list of ids of items; what is none is left out."""
        return [word for word in self.words(name) if word.isdecimal()]
