"""Why a sign-in failed, where its service could not be asked."""

from ..engine.provider import (
    AuthenticationError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from .http import TlsError
from .sign_in import SignInError


def sign_in_error(err: ProviderError, refused: str = "invalid_answer") -> SignInError:
    """Return the error for a request that got no answer of use.

    `refused` is the key of the text for a service that does not take the login.
    """
    match err:
        case AuthenticationError():
            return SignInError(refused)
        case TlsError():
            return SignInError("tls_error")
        case RateLimitedError():
            return SignInError("rate_limited", seconds=f"{err.retry_after:.0f}")
        case ProviderUnavailableError():
            return SignInError("cannot_connect")
    return SignInError("invalid_answer")
