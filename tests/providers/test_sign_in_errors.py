"""Why a sign-in failed, in words that a person can act on."""

import pytest

from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.http import TlsError
from custom_components.crosswatch.providers.sign_in_errors import sign_in_error


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (AuthenticationError("no"), "wrong_key"),
        (TlsError("TLS error: self-signed certificate"), "tls_error"),
        (ProviderUnavailableError("nobody there"), "cannot_connect"),
        (ProtocolError("nonsense"), "invalid_answer"),
        (AccountLimitError("full"), "invalid_answer"),
    ],
    ids=["refused", "certificate", "unreachable", "nonsense", "limit"],
)
def test_each_error_has_its_text(error: ProviderError, key: str) -> None:
    """What went wrong names the text that says what to do."""
    told = sign_in_error(error, "wrong_key")
    assert (told.key, told.placeholders) == (key, {})


def test_how_long_to_wait() -> None:
    """A service that wants a pause says how long."""
    told = sign_in_error(RateLimitedError("slow down", retry_after=90.4))
    assert (told.key, told.placeholders) == ("rate_limited", {"seconds": "90"})


def test_refused_without_a_word() -> None:
    """A service that checks no login does not speak of one."""
    assert sign_in_error(AuthenticationError("no")).key == "invalid_answer"
