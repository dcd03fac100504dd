"""How the service says no."""

from collections.abc import Mapping


class Refusal(Exception):
    """A request that is not served; the text, if any, is plain and for people."""

    def __init__(
        self, status: int, text: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep the answer."""
        super().__init__(f"{status} {text}".strip())
        self.status = status
        self.text = text
        self.headers = dict(headers or {})


class OAuthRefusal(Refusal):
    """A refused grant, told as OAuth wants it."""

    def __init__(self, status: int, error: str, description: str) -> None:
        """Keep the code and its explanation."""
        super().__init__(status, description)
        self.error = error
