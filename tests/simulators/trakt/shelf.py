"""A user's records of one feature, and what readers see of them."""

from collections.abc import Mapping


class Shelf[K, V]:
    """Records by key; with a read lag, readers see an older state for a while.

    Values are never changed in place, so a copy of the dictionary is a state.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.live: dict[K, V] = {}
        self.version = 0
        self._stale: tuple[int, dict[K, V]] | None = None
        self._reads_left = 0

    def changing(self, lag: int) -> None:
        """Prepare for a change of `live`: keep what the next `lag` reads will see."""
        if lag and self._stale is None:
            self._stale = (self.version, dict(self.live))
        self._reads_left = lag
        self.version += 1

    def read(self) -> tuple[int, Mapping[K, V]]:
        """Return what a reader sees now, with its version."""
        if self._stale is None or self._reads_left < 1:
            self._stale = None
            return self.version, self.live
        self._reads_left -= 1
        return self._stale
