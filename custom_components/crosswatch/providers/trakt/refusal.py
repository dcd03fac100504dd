"""What Trakt means when it refuses a request."""

from typing import Final

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from ..http import Answer

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
CONFLICT: Final = 409
TOO_LARGE: Final = 413
FULL: Final = 420
INVALID: Final = 422
LOCKED: Final = 423
VIP_ONLY: Final = 426


def refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer that is no success."""
    match answer.status:
        case 401:
            return AuthenticationError("Trakt does not accept the login any more")
        case 403 if "html" in answer.headers.get("Content-Type", ""):
            return ProviderUnavailableError(
                "The proxy in front of Trakt refuses requests from here"
            )
        case 403:
            return AuthenticationError(
                "Trakt does not accept the client id: its app was removed or is not "
                "approved. Trakt removes the apps of accounts without VIP"
            )
        case 420:
            return AccountLimitError(full_text(answer))
        case 423:
            return AccountLimitError(locked_text(answer))
        case 426:
            return AccountLimitError("Trakt does this for VIP accounts only")
    return ProtocolError(
        f"Trakt answered {answer.request} with the unexpected status {answer.status}"
    )


def full_text(answer: Answer) -> str:
    """Return which limit of the account is reached, and what to do."""
    limit = answer.headers.get("X-Account-Limit", "")
    text = f"The Trakt account is full (limit {limit})" if limit else ""
    text = text or "The Trakt account is full"
    if answer.headers.get("X-VIP-User", "").lower() == "true":
        return f"{text}: remove something there"
    return f"{text}: remove something there, or get VIP for a higher limit"


def locked_text(answer: Answer) -> str:
    """Return what is wrong with an account that Trakt has closed."""
    if answer.headers.get("X-Account-Deactivated", "").lower() == "true":
        return "The Trakt account is deactivated: sign in at trakt.tv to get it back"
    return "The Trakt account is locked: only Trakt's support can unlock it"
