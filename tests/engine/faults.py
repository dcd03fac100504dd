"""How the requests to an account fail, and what it was asked."""

from dataclasses import dataclass, field
from enum import Enum, auto

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Operation


class Fault(Enum):
    """How one request fails."""

    CUT_BEFORE = auto()
    """The connection breaks before the request arrives."""
    CUT_AFTER = auto()
    """The request is done, but its answer is lost."""
    CUT_HALFWAY = auto()
    """Half of a write is done and answered, the rest is lost on the way."""
    SILENT = auto()
    """A write is done, and the answer says nothing of any item."""
    FOREIGN = auto()
    """A write is done, and the answer speaks of other items."""
    NONSENSE = auto()
    """The answer cannot be read; the request may have been done."""
    RATE_LIMIT = auto()
    """The service asks to wait."""
    SIGNED_OUT = auto()
    """The login has ended."""
    PART = auto()
    """A read answers with a part of the records, and says so."""
    EMPTY = auto()
    """A read answers with nothing, and says that this is all."""
    SLOW = auto()
    """The request takes its time, and is done."""
    HANG = auto()
    """The request is done, but never answered."""


@dataclass(slots=True)
class Requests:
    """What an account was asked so far."""

    activity: int = 0
    reads: list[tuple[Feature, bool]] = field(default_factory=list)
    writes: list[list[Operation]] = field(default_factory=list)
