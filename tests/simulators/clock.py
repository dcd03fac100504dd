"""The time of a simulated service, as tests move it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now

    def move(self, **parts: float) -> None:
        """Let time pass."""
        self.now += timedelta(**parts)
