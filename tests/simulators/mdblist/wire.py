"""Requests as the handlers see them, without a web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .account import Account
from .model import JsonObject, Refusal

if TYPE_CHECKING:
    from .server import MdblistSimulator


@dataclass(frozen=True, slots=True)
class Call:
    """One accepted request of a known user."""

    service: MdblistSimulator
    account: Account
    path: str
    query: Mapping[str, str]
    body: JsonObject

    def check_query(self, *known: str) -> None:
        """Refuse parameters that are not documented."""
        if odd := self.query.keys() - {*known, "apikey"}:
            raise Refusal(400, f"Unknown parameter {min(odd)}")

    def check_body(self, *known: str) -> None:
        """Refuse a body with lists that are not documented."""
        if odd := self.body.keys() - set(known):
            raise Refusal(400, f"Unknown field {min(odd)}")


type Handle = Callable[[Call], object]
