"""What a simulator remembers of each request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import json


@dataclass(frozen=True, slots=True)
class Request:
    """One request that reached a simulator, as it was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    at: datetime

    @property
    def body(self) -> object | None:
        """Return the parsed JSON body, or None if there is none."""
        if not self.raw:
            return None
        try:
            parsed: object = json.loads(self.raw)
        except ValueError:
            return None
        return parsed
