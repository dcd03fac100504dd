"""How servers of this family answer: what is a success, and what a refusal means."""

from collections.abc import Callable, Collection, Mapping
from typing import Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from ..http import Answer, HttpClient, JsonObject, Limiters, Pace

# Nothing limits the rate, but the server's database dislikes parallel writes.
PACE: Final = Pace(concurrency=4)

# A page of a thousand items takes a small server some seconds.
LIST_TIMEOUT: Final = 90.0
# While a server scans its library, its database keeps writes waiting.
WRITE_TIMEOUT: Final = 30.0

# Ways to sign in that a server does not offer, but a proxy before it may.
_PROXY_LOGIN: Final = ("basic", "digest", "negotiate", "ntlm")


def http_client(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    url: str,
    headers: Mapping[str, str],
    secrets: Callable[[], Collection[str]],
) -> HttpClient:
    """Return the way to a server; all accounts on it share its limits."""
    limiter = limiters.for_host(str(URL(url).origin()), PACE)
    return HttpClient(session, limiter, secrets=secrets, headers=headers)


def checked(answer: Answer, name: str) -> JsonObject:
    """Return the object that the server answered; raises what it refused."""
    return accepted(answer, name).object()


def accepted(answer: Answer, name: str) -> Answer:
    """Return an answer that is a success; raises what the server refused.

    `name` is what texts call the server.
    """
    match answer.status:
        case 200:
            return answer
        case 401 | 403 if from_proxy(answer):
            raise ProviderUnavailableError(
                f"{answer.request} was refused with status {answer.status} by something"
                f" before the {name} server, such as a proxy with a login of its own"
            )
        case status if 300 <= status < 400:
            raise ProtocolError(
                f"{answer.request} was redirected with status {status}{_place(answer)}:"
                " check the address of the account"
            )
        case 401:
            raise AuthenticationError(
                f"The {name} server no longer accepts this login: sign in again"
            )
        case 403:
            raise AccountLimitError(
                f"The {name} user lacks the right to do this: check the user's"
                " permissions on the server"
            )
        case status if status >= 500:
            raise ProviderUnavailableError(
                f"{answer.request} was answered with status {status}",
                maybe_sent=answer.written,
            )
        case status if answer.ok or not answer.written:
            raise answer.nonsense("is not what was asked for")
        case status:
            raise ProtocolError(f"{answer.request} was refused with status {status}")


def from_proxy(answer: Answer) -> bool:
    """Tell whether a refusal is of a proxy: the server's own are no web pages."""
    wanted = answer.headers.get("WWW-Authenticate", "").lower()
    kind = answer.headers.get("Content-Type", "").lower()
    return wanted.startswith(_PROXY_LOGIN) or kind.startswith("text/html")


def _place(answer: Answer) -> str:
    """Return in words to which host a redirect leads, if it leads to another one."""
    try:
        host = URL(answer.headers.get("Location", "")).origin()
    except ValueError:
        return ""
    return f" to {host}"


def path_part(item_id: str) -> str:
    """Return an item id as a part of a path."""
    return quote(item_id, safe="")
