"""The ways in which a server or the cloud refuses a request."""

from http import HTTPStatus

from aiohttp import web


class Refusal(Exception):
    """A media server answers with an error: a small page, whatever was asked for."""

    def __init__(self, status: HTTPStatus) -> None:
        """Refuse with a status."""
        super().__init__(status)
        self.status = status

    def answer(self) -> web.Response:
        """Return the answer."""
        phrase = self.status.phrase
        return web.Response(
            status=self.status,
            text=f"<html><head><title>{phrase}</title></head>"
            f"<body><h1>{int(self.status)} {phrase}</h1></body></html>",
            content_type="text/html",
        )


class NotSimulated(Refusal):
    """A request that a real server obeys and this one cannot: it must not lie."""

    def __init__(self, what: str) -> None:
        """Say what cannot be obeyed."""
        super().__init__(HTTPStatus.NOT_IMPLEMENTED)
        self.what = what

    def answer(self) -> web.Response:
        """Return an answer that no real server gives."""
        return web.Response(status=self.status, text=f"Not simulated: {self.what}")


def bad_request() -> Refusal:
    """Return the refusal of a request that makes no sense."""
    return Refusal(HTTPStatus.BAD_REQUEST)


def not_found() -> Refusal:
    """Return the refusal for what is not there or not to be seen."""
    return Refusal(HTTPStatus.NOT_FOUND)
