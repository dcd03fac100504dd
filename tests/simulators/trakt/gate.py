"""What every request must pass before it is served."""

from collections.abc import Mapping
import json
from typing import TYPE_CHECKING

from .account import Account
from .endpoints import Access, Endpoint
from .limits import APP_READS, USER_READS, USER_WRITES
from .model import JsonObject
from .oauth import App
from .refusal import Refusal

if TYPE_CHECKING:
    from .server import TraktSimulator

WITH_BODY = frozenset({"POST", "PUT"})
AUTH_HOST = "auth.trakt.tv"


def check_client(service: TraktSimulator, headers: Mapping[str, str]) -> None:
    """Refuse a client without a name, as the proxy in front of the service may do."""
    if service.behaviour.block_empty_agent and not headers.get("User-Agent"):
        raise Refusal(403, "error code: 1010")


def check_host(endpoint: Endpoint, headers: Mapping[str, str]) -> None:
    """Refuse all but OAuth at the host that does only OAuth."""
    host = headers.get("X-Forwarded-Host", "")
    if host == AUTH_HOST and endpoint.access is not Access.OAUTH:
        raise Refusal(404)


def check_content_type(method: str, headers: Mapping[str, str]) -> None:
    """Refuse a body that does not say that it is JSON."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if method in WITH_BODY and kind != "application/json":
        raise Refusal(412, "Invalid content type")


def check_query(endpoint: Endpoint, query: Mapping[str, str]) -> None:
    """Refuse parameters that are documented nowhere; the real service ignores them."""
    if surplus := sorted(set(query) - endpoint.query):
        raise Refusal(400, f"Not parameters of {endpoint.path}: {', '.join(surplus)}")


def check_app(service: TraktSimulator, headers: Mapping[str, str]) -> App:
    """Return the app that asks; its key and the version of the API are required."""
    if headers.get("trakt-api-version") != "2":
        raise Refusal(403, "trakt-api-version must be 2")
    return service.oauth.app(headers.get("trakt-api-key"))


def find_user(
    service: TraktSimulator, app: App, headers: Mapping[str, str]
) -> Account | None:
    """Return whose token was sent, or None without one; refuse a bad token."""
    value = headers.get("Authorization")
    if value is None:
        return None
    scheme, _, access = value.partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal(401)
    return service.accounts[service.oauth.username(access, app)]


def check_account(account: Account) -> None:
    """Refuse an account that is locked or deactivated."""
    if account.locked or account.deactivated:
        raise Refusal(
            423,
            headers={
                "X-Account-Locked": "true" if account.locked else "false",
                "X-Account-Deactivated": "true" if account.deactivated else "false",
            },
        )


def check_rate(
    service: TraktSimulator, method: str, app: App, user: Account | None
) -> None:
    """Refuse a call that comes too soon."""
    if not service.behaviour.enforce_rate:
        return
    if user is None:
        service.limiter.take(APP_READS, app.client_id, service.clock)
    else:
        rate = USER_READS if method == "GET" else USER_WRITES
        service.limiter.take(rate, user.username, service.clock)


def parse_body(method: str, raw: bytes) -> JsonObject:
    """Return the object in a body; an empty body is an empty object."""
    if method not in WITH_BODY or not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refusal(400, "The body is not JSON") from error
    if not isinstance(body, dict):
        raise Refusal(400, "The body is not an object")
    return body
