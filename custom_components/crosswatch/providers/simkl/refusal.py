"""What SIMKL means when it refuses a request."""

from typing import Final

from ...engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    RateLimitedError,
)
from ..answer import Answer

BAD_REQUEST: Final = 400
NOT_FOUND: Final = 404
CONFLICT: Final = 409
WRONG_APP: Final = 412
TOO_LARGE: Final = 413
LOCKED: Final = 423

# How long to leave an app alone that has made all the requests it may make.
EXHAUSTED_FOR: Final = 3600.0


class TooManyItemsError(ProtocolError):
    """SIMKL does not list so many titles at once."""


def refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer that is no success."""
    if not answer.written and b"max_items" in answer.body:
        return TooManyItemsError(f"{answer.request} asks for too many titles at once")
    match answer.status:
        case 401 | 403:
            return AuthenticationError("SIMKL does not accept the login any more")
        case 412 if is_exhausted(answer):
            return RateLimitedError(
                "The SIMKL app has made all the requests that it may make",
                EXHAUSTED_FOR,
            )
        case 412:
            return AuthenticationError("SIMKL does not know the client ID any more")
    return ProtocolError(
        f"SIMKL answered {answer.request} with the unexpected status {answer.status}",
        maybe_sent=answer.written and answer.status >= 500,
    )


def is_busy(answer: Answer) -> bool:
    """Tell whether another write of the account is under way: nothing was done."""
    if answer.status == LOCKED:
        return True
    return answer.status == BAD_REQUEST and error_in(answer) == "rate_limit"


def is_exhausted(answer: Answer) -> bool:
    """Tell whether 412 is for the number of requests, and not for a wrong app."""
    return "limit" in f"{error_in(answer)} {text_in(answer, 'message')}".lower()


def error_in(answer: Answer) -> str:
    """Return the code in the body of a refusal, in small letters."""
    return text_in(answer, "error").lower()


def text_in(answer: Answer, name: str) -> str:
    """Return a text in the body of a refusal, empty if there is none."""
    try:
        value = answer.object().get(name)
    except ProtocolError:
        return ""
    return value if isinstance(value, str) else ""
