"""Requests, answers and refusals, in TMDb's terms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from .model import Account

type Json = dict[str, object]
type Handler = Callable[[Call], Answer]

MESSAGES: Final[Mapping[int, str]] = {
    1: "Success.",
    3: "Authentication failed: You do not have permissions to access the service.",
    5: "Invalid parameters: Your request parameters are incorrect.",
    6: "Invalid id: The pre-requisite id is invalid or not found.",
    7: "Invalid API key: You must be granted a valid key.",
    12: "The item/record was updated successfully.",
    13: "The item/record was deleted successfully.",
    17: "Session denied.",
    18: "Validation failed.",
    22: "Invalid page: Pages start at 1 and max at 500. They are expected to be an "
    "integer.",
    25: "Your request count (#) is over the allowed limit of (40).",
    33: "Invalid request token: The request token is either expired or invalid.",
    34: "The resource you requested could not be found.",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    user: Account | None = None

    @property
    def account(self) -> Account:
        """Return whose session was sent."""
        assert self.user is not None
        return self.user

    def number(self, name: str) -> int:
        """Return a number in the path."""
        text = self.path[name]
        if not text.isdecimal():
            raise Refusal(404, 6)
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request is refused, with a status and a code."""

    def __init__(
        self, status: int, code: int, headers: Mapping[str, str] | None = None
    ) -> None:
        """Remember both."""
        super().__init__(MESSAGES[code])
        self.answer = told(code, status, headers)


def told(
    code: int, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return an answer that is only a code and its message."""
    success = code in {1, 12, 13}
    body: Json = {
        "success": success,
        "status_code": code,
        "status_message": MESSAGES[code],
    }
    return Answer(body, status, headers or {})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call of the API: the parameters that it documents, and whether it needs a user."""

    method: str
    path: str
    handle: Handler
    query: frozenset[str] = frozenset()
    needs_user: bool = False
