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

INVALID_BODY: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
TIMED_OUT: Final = 408
CONFLICT: Final = 409
TOO_LARGE: Final = 413
FULL: Final = 420
INVALID: Final = 422
LOCKED: Final = 423
VIP_ONLY: Final = 426


class UnknownTitleError(ProtocolError):
    """Trakt does not know what an address names."""


def refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer that is no success."""
    match answer.status:
        case 401:
            return AuthenticationError("Trakt does not accept the login any more")
        case 403 if is_from_proxy(answer):
            return ProviderUnavailableError(
                "The proxy in front of Trakt refuses requests from here"
            )
        case 403:
            return AuthenticationError(
                "Trakt does not accept the client id: its app was removed or is not "
                "approved. Trakt removes the apps of accounts without VIP, and lets "
                "them use one connected app at a time: make a new app with VIP, or "
                "disconnect the others, and sign in again"
            )
        case 404 if not answer.written:
            return UnknownTitleError(f"Trakt knows nothing of {answer.request} (404)")
        case 420:
            return AccountLimitError(full_text(answer))
        case 423:
            return AccountLimitError(locked_text(answer))
        case 426:
            return AccountLimitError(
                "Trakt does this for VIP accounts only: get VIP, or leave this out"
            )
    # A proxy that lost its patience does not know what came of the request.
    unclear = answer.status >= 500 or answer.status == TIMED_OUT
    return ProtocolError(
        f"Trakt answered {answer.request} with the unexpected status {answer.status}",
        maybe_sent=answer.written and unclear,
    )


def is_from_proxy(answer: Answer) -> bool:
    """Return whether it is the proxy in front of Trakt that refuses.

    Its refusals are pages or short texts for people. Trakt's own are empty, even
    where they claim to be pages.
    """
    text = answer.body.lstrip()
    return "cf-mitigated" in answer.headers or text.startswith((b"<", b"error code:"))


def full_text(answer: Answer) -> str:
    """Return which limit of the account is reached, and what to do."""
    limit = answer.headers.get("X-Account-Limit", "")
    text = f"The Trakt account is full (limit {limit})" if limit else ""
    text = text or "The Trakt account is full"
    if has_vip(answer):
        return f"{text}: remove something there"
    return f"{text}: remove something there, or get VIP for a higher limit"


def has_vip(answer: Answer) -> bool:
    """Return whether the account that was refused is one that pays."""
    return answer.headers.get("X-VIP-User", "").lower() == "true"


def locked_text(answer: Answer) -> str:
    """Return what is wrong with an account that Trakt has closed."""
    if answer.headers.get("X-Account-Deactivated", "").lower() == "true":
        return "The Trakt account is deactivated: sign in at trakt.tv to get it back"
    return "The Trakt account is locked: only Trakt's support can unlock it"
