"""The ways in which the server refuses a request."""

from http import HTTPStatus
import json

from aiohttp import web

# What the server says where it does not want to say more.
VAGUE = "Error processing request."


class Refusal(Exception):
    """A request is answered with an error."""

    def __init__(self, status: HTTPStatus, text: str = "") -> None:
        """Refuse with a plain text, or with an empty body."""
        super().__init__(status, text)
        self.status = status
        self.text = text

    def answer(self) -> web.Response:
        """Return the answer."""
        if not self.text:
            return web.Response(status=self.status)
        return web.Response(status=self.status, text=self.text)


class Problem(Refusal):
    """A request is answered with problem details; 400 says which value is wrong."""

    def answer(self) -> web.Response:
        """Return the answer."""
        details: dict[str, object] = {
            "type": "https://tools.ietf.org/html/rfc9110",
            "title": self.status.phrase,
            "status": int(self.status),
        }
        if self.text:
            name, _, message = self.text.partition(": ")
            details["title"] = "One or more validation errors occurred."
            details["errors"] = {name: [message]}
        return web.Response(
            status=self.status,
            body=json.dumps(details).encode(),
            content_type="application/problem+json",
        )


def not_found() -> Problem:
    """Return the refusal for a thing that is not there or not to be seen."""
    return Problem(HTTPStatus.NOT_FOUND)


def invalid(name: str, value: object) -> Problem:
    """Return the refusal for a value that cannot be read."""
    return Problem(HTTPStatus.BAD_REQUEST, f"{name}: The value '{value}' is not valid.")
