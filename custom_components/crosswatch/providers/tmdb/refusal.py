"""What TMDb means when it refuses a request; its body has a code for that."""

from typing import Final

from ...engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from ..http import Answer

INVALID: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
UNPROCESSABLE: Final = 422

ADDED: Final = 1
INVALID_KEY: Final = 7
SESSION_DENIED: Final = 17
SUSPENDED_KEY: Final = 10
UPDATED: Final = 12
DELETED: Final = 13
DEAD_TOKEN: Final = 33
# No such number, and nothing of that number.
UNKNOWN_TITLE: Final = frozenset({6, 34})


class UnknownTitleError(ProtocolError):
    """TMDb does not know what an address names."""


class RejectedError(ProtocolError):
    """TMDb does not take what was written."""


def code_in(answer: Answer) -> int:
    """Return the code in the body of an answer, 0 where there is none."""
    try:
        code = answer.object().get("status_code")
    except ProtocolError:
        return 0
    return code if type(code) is int else 0


def refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer that is no success."""
    code = code_in(answer)
    match answer.status:
        case 401 if code in {INVALID_KEY, SUSPENDED_KEY}:
            return AuthenticationError("TMDb does not accept the API key any more")
        case 401:
            return AuthenticationError("TMDb does not accept the login any more")
        case 403 if not code:
            return ProviderUnavailableError(
                "The proxy in front of TMDb refuses requests from here"
            )
        case 403:
            return AuthenticationError("TMDb has suspended the API key or the account")
        case 404 if code in UNKNOWN_TITLE:
            return UnknownTitleError(f"TMDb knows nothing of {answer.request}")
        case 400 | 422 if code:
            return RejectedError(f"TMDb refused {answer.request} (code {code})")
    return ProtocolError(
        f"TMDb answered {answer.request} with the unexpected status {answer.status}",
        maybe_sent=answer.written and answer.status >= 500,
    )
