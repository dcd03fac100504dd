"""Requests and answers as the handlers see them, without a web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .account import Account
from .model import JsonObject

if TYPE_CHECKING:
    from .server import SimklSimulator


class Refusal(Exception):
    """A request is answered with an error."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str = "",
        headers: Mapping[str, str] | None = None,
        body: JsonObject | None = None,
    ) -> None:
        """Refuse with a status and a code that tells why."""
        super().__init__(error)
        self.status = status
        self.headers = dict(headers or {})
        told: JsonObject = {"error": error, "code": status, "message": message or error}
        self.body = body if body is not None else told


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers; `EMPTY` is no body at all, None is null."""

    body: object = None
    status: int = 200
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One accepted request of a user."""

    service: SimklSimulator
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: object
    user: Account

    @property
    def object(self) -> JsonObject:
        """Return the body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise Refusal(400, "empty_field", "The body is not an object")
        return self.body


type Handle = Callable[[Call], Answer]


def objects(body: Mapping[str, object], name: str) -> list[JsonObject]:
    """Return the objects of a list in a body."""
    items = body.get(name)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise Refusal(400, "wrong_parameter", f"{name} is not a list of objects")
    return items
