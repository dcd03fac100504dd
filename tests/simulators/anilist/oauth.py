"""The simulated login: API clients, codes that can be used once, and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

REDIRECT = "https://anilist.co/api/v2/oauth/pin"
LIFETIME = timedelta(days=365)
CODE_LIFETIME = timedelta(minutes=10)

type Told = tuple[int, dict[str, object]]


@dataclass(slots=True)
class Code:
    """A code that was shown to a user."""

    client_id: str
    user_id: int
    ends: datetime
    used: bool = False


@dataclass(slots=True)
class Logins:
    """Who may do what."""

    clients: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def show_code(self, client_id: str, user_id: int, now: datetime) -> str:
        """Let a user allow an API client, and return the code that the page shows."""
        text = f"def50200{len(self.codes):08x}{'9f3c' * 20}"
        self.codes[text] = Code(client_id, user_id, now + CODE_LIFETIME)
        return text

    def issue(self, user_id: int, now: datetime) -> str:
        """Return a token for a user."""
        number = len(self.tokens)
        token = (
            f"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI{number:06d}.c2ln{number}"
        )
        self.tokens[token] = (user_id, now + LIFETIME)
        return token

    def user_of(self, token: str, now: datetime) -> int | None:
        """Return whose token it is, None for one that is not good any more."""
        user_id, ends = self.tokens.get(token, (None, now))
        return user_id if now < ends else None

    def exchange(self, asked: Mapping[str, object], now: datetime) -> Told:
        """Answer a request for a token."""
        client_id = str(asked.get("client_id", ""))
        secret = self.clients.get(client_id)
        if asked.get("grant_type") != "authorization_code":
            return 400, _error("unsupported_grant_type", "Check the grant_type")
        if secret is None or asked.get("client_secret") != secret:
            return 401, _error("invalid_client", "", "Client authentication failed")
        code = self.codes.get(str(asked.get("code", "")))
        if code is None:
            return 400, _error(
                "invalid_request", "Cannot decrypt the authorization code"
            )
        if code.client_id != client_id:
            return 400, _error(
                "invalid_request", "Authorization code was not issued to this client"
            )
        if asked.get("redirect_uri") != REDIRECT:
            return 401, _error("invalid_client", "", "Client authentication failed")
        if code.used:
            return 400, _error("invalid_request", "Authorization code has been revoked")
        if code.ends <= now:
            return 400, _error("invalid_request", "Authorization code has expired")
        code.used = True
        return 200, {
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "access_token": self.issue(code.user_id, now),
            "refresh_token": "def50200never-used",
        }


def _error(name: str, hint: str, message: str = "") -> dict[str, object]:
    """Return a refusal as the standard has it."""
    return {
        "error": name,
        "hint": hint,
        "message": message or "The request is refused.",
    }
