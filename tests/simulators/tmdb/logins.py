"""Calls about keys, tokens and sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .model import Account
from .wire import Answer, Call, Endpoint, Refusal, told

LIFETIME: Final = timedelta(hours=1)


@dataclass(slots=True)
class Token:
    """A token that a user may approve of."""

    text: str
    ends: datetime
    account: Account | None = None


class Logins:
    """Tokens and sessions; a token becomes a session once."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start without any."""
        self._clock = clock
        self.tokens: dict[str, Token] = {}
        self.sessions: dict[str, Account] = {}
        self._made = 0
        # Who approves of every token at its n-th poll, if anybody does.
        self.auto_approve: tuple[Account, int] | None = None
        self._polls: dict[str, int] = {}

    def endpoints(self) -> list[Endpoint]:
        """Return the calls."""
        return [
            Endpoint("GET", "/authentication", self._validate),
            Endpoint("GET", "/authentication/token/new", self._new_token),
            Endpoint("POST", "/authentication/session/new", self._new_session),
            # As it was documented once, and older clients still ask.
            Endpoint(
                "GET",
                "/authentication/session/new",
                self._new_session,
                frozenset({"request_token"}),
            ),
            Endpoint("DELETE", "/authentication/session", self._end_session),
        ]

    def deny(self, token: str) -> None:
        """Refuse consent to a token, as the user does on the page."""
        del self.tokens[token]

    def approve(self, token: str, account: Account) -> None:
        """Approve of a token, as the user does on the page."""
        self.tokens[token].account = account

    def open(self, account: Account) -> str:
        """Return a new session of a user."""
        self._made += 1
        session = f"{self._made:040x}"
        self.sessions[session] = account
        return session

    def _validate(self, call: Call) -> Answer:
        """Say that the key is good, as it has come this far."""
        return told(1)

    def _new_token(self, call: Call) -> Answer:
        """Return a new token."""
        self._made += 1
        token = Token(f"f{self._made:039x}", self._clock() + LIFETIME)
        self.tokens[token.text] = token
        return Answer(
            {
                "success": True,
                "expires_at": f"{token.ends:%Y-%m-%d %H:%M:%S} UTC",
                "request_token": token.text,
            }
        )

    def _new_session(self, call: Call) -> Answer:
        """Return the session of a token that was approved of."""
        text = str((call.body or call.query).get("request_token"))
        token = self.tokens.get(text)
        if token is None or token.ends <= self._clock():
            raise Refusal(401, 33)
        self._polls[text] = polls = self._polls.get(text, 0) + 1
        if self.auto_approve is not None and polls >= self.auto_approve[1]:
            token.account = self.auto_approve[0]
        if token.account is None:
            raise Refusal(401, 17)
        del self.tokens[text]
        return Answer({"success": True, "session_id": self.open(token.account)})

    def _end_session(self, call: Call) -> Answer:
        """End a session."""
        if self.sessions.pop(str(call.body.get("session_id")), None) is None:
            raise Refusal(404, 6)
        return Answer({"success": True})
