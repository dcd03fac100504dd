"""The points of a run at which its process can be killed, and the killing."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
import os
import signal
from threading import Lock


class Point(StrEnum):
    """A moment in a run, in the order in which a run passes them."""

    OPENED = "opened"
    """The state file is open."""
    ONE_READ = "one_read"
    """Of a feature's two sides one has been read, and nothing of it is kept yet."""
    BOTH_READ = "both_read"
    """Both sides have been read."""
    SNAPSHOT_SAVED = "snapshot_saved"
    """A snapshot is stored: one that was read, or that knows what was written."""
    PLANNED = "planned"
    """The plan is made, the first one or the one after another look."""
    CONFIRMING = "confirming"
    """A side is being read once more, because something is to be removed."""
    BETWEEN_BATCHES = "between_batches"
    """A batch is done, and the next of its kind is not yet begun."""
    AFTER_REMOVALS = "after_removals"
    """A side has lost what it was to lose, and got nothing yet."""
    BETWEEN_SIDES = "between_sides"
    """The target has got everything, the source nothing."""
    JOURNALLED = "journalled"
    """The operations stand in the journal, and nothing is sent."""
    HALFWAY = "halfway"
    """The first outcome of a batch is there; of the others nobody knows here."""
    ANSWERED = "answered"
    """All answers are there, and the journal does not know them."""
    SETTLED = "settled"
    """The journal knows the answers, and the snapshot does not."""
    LOOKING = "looking"
    """A side is being read once more, for what was removed or got no answer."""
    RECORDING = "recording"
    """All is done, and the ledger knows nothing of it."""
    COMMITTING = "committing"
    """The ledger is written, and its transaction is not committed."""
    RECORDED = "recorded"
    """The ledger knows all of a feature, and other features may be to come."""
    REPORTING = "reporting"
    """All features are done, and the report is not stored."""
    REPORTED = "reported"
    """The report is stored."""


@dataclass(slots=True)
class Death:
    """Kills this very process at the `number`-th passing of a point, if any."""

    point: Point | None = None
    number: int = 1
    passed: Counter[Point] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def at(self, point: Point) -> None:
        """Pass a point; nothing after it happens, and nothing is cleaned up."""
        with self.lock:
            self.passed[point] += 1
            if point is self.point and self.passed[point] == self.number:
                os.kill(os.getpid(), signal.SIGKILL)
