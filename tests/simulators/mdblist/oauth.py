"""Signing in with a code: forms, and paths that end with a slash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from .account import Account
from .model import JsonObject, Refusal

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LIFETIME = 2_592_000


@dataclass(slots=True)
class OAuth:
    """The codes and tokens that were given out."""

    pending: dict[str, Account | None] = field(default_factory=dict)
    tokens: dict[str, Account] = field(default_factory=dict)
    refreshes: dict[str, Account] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def device(self, form: Mapping[str, str]) -> JsonObject:
        """POST /oauth/device-authorization/."""
        if not form.get("client_id"):
            raise Refusal(400, "invalid_client")
        number = next(self._numbers)
        self.pending[f"device-{number}"] = None
        return {
            "device_code": f"device-{number}",
            "user_code": f"CODE-{number:04}",
            "verification_uri": "https://mdblist.com/oauth/device/",
            "expires_in": 300,
            "interval": 5,
        }

    def approve(self, user_code: str, account: Account) -> None:
        """Consent, as the person does on the web site."""
        self.pending[f"device-{int(user_code.removeprefix('CODE-'))}"] = account

    def token(self, form: Mapping[str, str]) -> JsonObject:
        """POST /oauth/token/."""
        if form.get("grant_type") == "refresh_token":
            account = self.refreshes.get(form.get("refresh_token", ""))
        elif form.get("grant_type") == GRANT:
            code = form.get("device_code", "")
            if code not in self.pending:
                raise Refusal(400, "expired_token")
            if (account := self.pending[code]) is None:
                raise Refusal(400, "authorization_pending")
            del self.pending[code]
        else:
            raise Refusal(400, "unsupported_grant_type")
        if account is None:
            raise Refusal(400, "invalid_grant")
        return self.issue(account)

    def issue(self, account: Account) -> JsonObject:
        """Give out a token."""
        number = next(self._numbers)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.tokens[access] = account
        self.refreshes[refresh] = account
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "refresh_token": refresh,
            "scope": "write",
        }

    def revoke(self, form: Mapping[str, str]) -> JsonObject:
        """POST /oauth/revoke_token/."""
        self.tokens.pop(form.get("token", ""), None)
        return {}
