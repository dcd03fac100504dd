"""Where the processes come from that are killed: see child.py for the other end."""

import json
import os
from pathlib import Path
import signal
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from .orders import Order

PROJECT = Path(__file__).parents[2]


class Nursery:
    """A process that has imported everything once, and forks one for each run.

    Everything here blocks; it is called from worker threads.
    """

    def __init__(self) -> None:
        """Prepare; nothing runs before the block is entered."""
        self._mother: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it; what it has to import may take seconds, but nobody waits for it."""
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.child"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it."""
        if self._mother is not None:
            self._mother.communicate()

    def begin(self, order: Order) -> int:
        """Begin a run in a process of its own, and return the id of that."""
        assert self._mother is not None
        assert self._mother.stdin is not None
        self._mother.stdin.write(f"{order.line}\n")
        self._mother.stdin.flush()
        return int(self._read())

    def end(self) -> dict[str, Any] | None:
        """Wait for the end of the process: None if it was killed, else what it told."""
        status: int = self._read()
        if status == -signal.SIGKILL:
            return None
        assert status == 0, f"The process ended with {status}; see its error output"
        told: dict[str, Any] = self._read()
        return told

    def _read(self) -> Any:
        """Return the next thing that was told."""
        assert self._mother is not None
        assert self._mother.stdout is not None
        line = self._mother.stdout.readline()
        assert line, "The process that forks the others has ended"
        return json.loads(line)


def kill(pid: int) -> None:
    """Kill a process, as the system does when memory is short."""
    os.kill(pid, signal.SIGKILL)
