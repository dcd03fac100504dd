"""What AniList means when it refuses a request, or a part of it."""

from typing import Final

from ...engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from ..http import Answer, JsonObject, JsonValue

_TOO_COMPLEX: Final = "complexity"
_NO_LOGIN: Final = ("invalid token", "unauthorized")
_WAIT: Final = 60.0


class RefusedError(ProtocolError):
    """AniList refuses a request, or a part of it; `data` is what it has done of it.

    `missing` tells that something it was about is not there, `too_complex` that
    nothing was done as too much was asked at once.
    """

    def __init__(
        self, message: str, data: JsonObject, *, missing: bool, too_complex: bool
    ) -> None:
        """Remember what was refused."""
        super().__init__(message)
        self.data = data
        self.missing = missing
        self.too_complex = too_complex


def data_in(answer: Answer) -> JsonObject:
    """Return the data in an answer without errors; raises what the errors say."""
    try:
        told = answer.object()
    except ProtocolError:
        if answer.ok:
            raise
        raise _plain_refusal(answer) from None
    errors = told.get("errors")
    data = told.get("data")
    if not errors and answer.ok and isinstance(data, dict):
        return data
    if not isinstance(errors, list) or not errors:
        raise answer.nonsense("holds neither data nor errors")
    raise _refusal(answer, errors, data if isinstance(data, dict) else {})


def _refusal(
    answer: Answer, errors: list[JsonValue], data: JsonObject
) -> ProviderError:
    """Return the error that GraphQL errors stand for."""
    said = [error for error in errors if isinstance(error, dict)]
    texts = [str(error.get("message") or "").lower() for error in said]
    statuses = {error.get("status") for error in said} | {answer.status}
    if 401 in statuses or any(word in text for text in texts for word in _NO_LOGIN):
        return AuthenticationError("AniList's login has ended: sign in again")
    if 429 in statuses:
        return RateLimitedError("AniList asks to wait", _WAIT)
    if 403 in statuses:
        # So it says when the API is turned off for all.
        return ProviderUnavailableError("AniList's API is turned off for now")
    if any(isinstance(each, int) and each >= 500 for each in statuses):
        return ProviderUnavailableError(
            f"{answer.request} failed within AniList", maybe_sent=True
        )
    return RefusedError(
        str(answer.nonsense("was refused")),
        data,
        missing=404 in statuses,
        too_complex=any(_TOO_COMPLEX in text for text in texts),
    )


def _plain_refusal(answer: Answer) -> ProviderError:
    """Return the error for an answer of whatever stands before the API."""
    match answer.status:
        case 401:
            return AuthenticationError("AniList's login has ended: sign in again")
        case 403:
            return ProviderUnavailableError("AniList's API is turned off for now")
        case status if status >= 500:
            return ProviderUnavailableError(
                f"{answer.request} was answered with status {status}", maybe_sent=True
            )
    return answer.nonsense("is not what was asked for")
