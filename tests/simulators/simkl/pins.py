"""The sign-in with a PIN, and the tokens that come of it. Every answer has status 200."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from .model import JsonObject

VERIFICATION_URL = "https://simkl.com/pin"
# Polls sent an interval apart arrive a little less than that apart at times.
LEEWAY = 0.1
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(slots=True)
class Pin:
    """A code that waits for somebody to enter it."""

    code: str
    client_id: str
    expires_at: float
    user_id: int | None = None
    polled_at: float | None = None


class Pins:
    """Codes and tokens. A test may set `lifetime` and `interval` (0: poll at will)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Start without any."""
        self._now = now
        self.lifetime = 900
        self.interval = 5
        self.pins: dict[str, Pin] = {}
        self.tokens: dict[str, tuple[str, int]] = {}
        self._numbers = count(7)

    def request(self, client_id: str) -> JsonObject:
        """Hand out a code."""
        number = next(self._numbers)
        code = "".join(
            _LETTERS[number * step % len(_LETTERS)] for step in (1, 3, 7, 11, 17)
        )
        code = f"{code}{number}" if code in self.pins else code
        self.pins[code] = Pin(code, client_id, self._seconds() + self.lifetime)
        return {
            "result": "OK",
            "device_code": "DEVICE_CODE",
            "user_code": code,
            "verification_uri": VERIFICATION_URL,
            "verification_url": VERIFICATION_URL,
            "expires_in": self.lifetime,
            "interval": self.interval,
        }

    def poll(self, code: str, client_id: str) -> JsonObject:
        """Tell what became of a code; for one that is gone there is a new one."""
        pin = self.pins.get(code)
        now = self._seconds()
        if pin is None or pin.client_id != client_id or now >= pin.expires_at:
            self.pins.pop(code, None)
            return self.request(client_id)
        last, pin.polled_at = pin.polled_at, now
        if last is not None and now - last < self.interval - LEEWAY:
            return {"result": "KO", "message": "Slow down"}
        if pin.user_id is None:
            return {"result": "KO", "message": "Authorization pending"}
        del self.pins[code]
        return {"result": "OK", "access_token": self.issue(client_id, pin.user_id)}

    def approve(self, code: str, user_id: int) -> None:
        """Enter a code, as the person does on the page for it."""
        self.pins[code].user_id = user_id

    def forget(self, code: str) -> None:
        """Let a code be gone, as when the person refuses it."""
        del self.pins[code]

    def issue(self, client_id: str, user_id: int) -> str:
        """Return a token, which only this app may use."""
        token = f"{next(self._numbers):02x}" * 32
        self.tokens[token] = client_id, user_id
        return token

    def revoke(self) -> None:
        """Take all tokens back, as a person does among the connected apps."""
        self.tokens.clear()

    def _seconds(self) -> float:
        """Return the present moment in seconds."""
        return self._now().timestamp()
