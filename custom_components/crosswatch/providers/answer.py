"""The answer to a request, and the types of what is in it."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, override

import orjson
from yarl import URL

from ..engine.provider import ProtocolError
from .redaction import excerpt, redact

type JsonValue = (
    bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None
)
type JsonObject = Mapping[str, JsonValue]


def request_name(method: str, url: URL, secrets: Collection[str]) -> str:
    """Return how texts name a request: without query, credentials and secrets."""
    return f"{method} {redact(url.path, secrets)} at {url.host}"


class Answer(NamedTuple):
    """A complete answer; its status is left to the client to judge.

    `written` tells that it was a write, which may have been done even where its answer
    makes no sense. `headers` are found in any case.
    """

    method: str
    url: URL
    status: int
    headers: Mapping[str, str]
    body: bytes
    written: bool = False
    secrets: Callable[[], Collection[str]] = tuple

    @override
    def __repr__(self) -> str:
        """Return it without its address and its body, which may hold secrets."""
        return f"Answer(method={self.method!r}, status={self.status})"

    @property
    def request(self) -> str:
        """Return the name of the request for texts."""
        return request_name(self.method, self.url, self.secrets())

    @property
    def ok(self) -> bool:
        """Return whether the request succeeded."""
        return 200 <= self.status < 300

    def json(self) -> JsonValue:
        """Return the parsed body.

        Parsing takes about 10 ms a megabyte. It holds the interpreter all the while,
        so that a thread would not help: clients have to ask for pages instead.
        """
        try:
            parsed: JsonValue = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            parsed = None
        else:
            return parsed
        raise self.nonsense("is not JSON")

    def object(self) -> dict[str, JsonValue]:
        """Return the parsed body, which has to be an object."""
        if isinstance(parsed := self.json(), dict):
            return parsed
        raise self.nonsense("is not a JSON object")

    def array(self) -> list[JsonValue]:
        """Return the parsed body, which has to be an array."""
        if isinstance(parsed := self.json(), list):
            return parsed
        raise self.nonsense("is not a JSON array")

    def nonsense(self, what: str) -> ProtocolError:
        """Return the error for an answer that makes no sense."""
        return ProtocolError(
            f"The answer to {self.request} (status {self.status}) {what}: "
            f"{excerpt(self.body, self.secrets()) or 'it is empty'}",
            maybe_sent=self.written,
        )
