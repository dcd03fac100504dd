"""What was fetched for a change marker, to be used by the read after it."""

import time
from typing import Final

# How long, in seconds, it may serve.
KEPT_FOR: Final = 30.0


class Kept[T]:
    """Something fetched for a marker, to be used by the next read, once."""

    def __init__(self) -> None:
        """Start without anything."""
        self._value: T | None = None
        self._until = 0.0

    def put(self, value: T) -> T:
        """Keep and return it."""
        self._value = value
        self._until = time.monotonic() + KEPT_FOR
        return value

    def take(self) -> T | None:
        """Return it if it is there and still good, and keep it no longer."""
        value, self._value = self._value, None
        return value if time.monotonic() < self._until else None
