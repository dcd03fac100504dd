"""Requests and answers as the handlers see them, without a web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .account import Account
from .model import JsonObject
from .refusal import Refusal

if TYPE_CHECKING:
    from .server import TraktSimulator


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers; without a body if `body` is None."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One accepted request: the headers are right, and the user is known."""

    service: TraktSimulator
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: JsonObject
    user: Account | None

    @property
    def account(self) -> Account:
        """Return the user who asks."""
        if self.user is None:
            raise Refusal(401)
        return self.user

    @property
    def subject(self) -> Account:
        """Return the user who is asked about: `me`, or the one named in the path."""
        slug = self.path.get("user", "me")
        if slug == "me":
            return self.account
        subject = self.service.accounts.get(slug)
        if subject is None:
            raise Refusal(404)
        if subject.private and subject is not self.user:
            raise Refusal(401)
        return subject

    def extended(self, *known: str) -> frozenset[str]:
        """Return the levels of detail asked for; one that is not known is refused."""
        levels = frozenset(filter(None, self.query.get("extended", "").split(",")))
        if levels - {"full", *known}:
            raise Refusal(400, f"extended={self.query['extended']} is not known here")
        return levels


type Handle = Callable[[Call], Answer]
