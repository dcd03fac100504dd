"""What every request to Plex has in common: headers, and how answers are judged."""

from typing import Final

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from ..http import Answer, JsonObject

PRODUCT: Final = "CrossWatch"
VERSION: Final = "1.0"
PLATFORM: Final = "Home Assistant"

type Query = dict[str, str | int]


def plex_headers(device_id: str, token: str = "") -> dict[str, str]:
    """Return the headers; a token is good for the device that it was given to."""
    headers = {
        "X-Plex-Client-Identifier": device_id,
        "X-Plex-Product": PRODUCT,
        "X-Plex-Version": VERSION,
        "X-Plex-Platform": PLATFORM,
        "X-Plex-Device": PLATFORM,
        "X-Plex-Device-Name": f"{PRODUCT} ({PLATFORM})",
        # Whatever is asked without it answers in XML.
        "Accept": "application/json",
    }
    if token:
        headers["X-Plex-Token"] = token
    return headers


def accepted(answer: Answer, who: str) -> Answer:
    """Return an answer that is a success; raises what it was refused for.

    The body of a refusal may be XML or HTML, whatever was asked for: it is not looked
    into.
    """
    match answer.status:
        case status if 200 <= status < 300:
            return answer
        case 401:
            raise AuthenticationError(
                f"{who} no longer accepts this login: sign in again"
            )
        case 403:
            raise AccountLimitError(
                f"{who} does not allow this ({answer.request}): check what this user"
                " may do there"
            )
        case status if 300 <= status < 400:
            raise ProtocolError(
                f"{answer.request} was redirected with status {status}: check the"
                " address of the account"
            )
        case status if status >= 500:
            raise ProviderUnavailableError(
                f"{answer.request} was answered with status {status}",
                maybe_sent=answer.written,
            )
    # What is refused so has not been done.
    raise ProtocolError(f"{answer.request} was refused with status {answer.status}")


def container_in(answer: Answer) -> JsonObject:
    """Return the container that every list of Plex comes in."""
    container = answer.object().get("MediaContainer")
    if isinstance(container, dict):
        return container
    raise answer.nonsense("lacks MediaContainer")
