"""What the demo says to whoever looks at it."""

from collections.abc import Iterable
import sys


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def step(text: str) -> None:
    """Print what is done next."""
    say(f"» {text}")


def detail(text: str) -> None:
    """Print a line that belongs to the step before."""
    say(f"    {text}")


def listing(title: str, lines: Iterable[str]) -> None:
    """Print a titled list to standard error."""
    sys.stderr.write(f"\n{title}\n" + "".join(f"  - {line}\n" for line in lines))
    sys.stderr.flush()
