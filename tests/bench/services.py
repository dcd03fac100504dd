"""Both services in a process of their own, so that their work is not measured.

Usage: python -m tests.bench.services PLAYS

It takes one command a line, answers each with one line of JSON, and ends with its
standard input.
"""

import asyncio
from collections.abc import Callable
import json
import sys

from .world import World, make_world


def counts(world: World) -> dict[str, int]:
    """Return what came since the last time, and forget it."""
    answer = {
        "jellyfin": len(world.jellyfin.requests),
        "trakt": len(world.trakt.requests),
        "jellyfin_writes": world.jellyfin.writes(),
        "trakt_writes": world.trakt.writes(),
        "refused": world.trakt.limiter.refused,
        "plays": len(world.trakt.alice.history),
    }
    world.jellyfin.reset_requests()
    world.trakt.reset_requests()
    return answer


def more(world: World) -> dict[str, int]:
    """Let the person watch more."""
    world.watch_more()
    return {}


COMMANDS: dict[str, Callable[[World], dict[str, int]]] = {
    "counts": counts,
    "more": more,
}


async def serve(plays: int) -> None:
    """Serve until the standard input ends."""
    world = make_world(plays)
    loop = asyncio.get_running_loop()
    async with world.jellyfin, world.trakt:
        tell({"jellyfin": world.jellyfin.url, "trakt": world.trakt.url})
        while command := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            tell(COMMANDS[command](world))


def tell(answer: dict[str, int] | dict[str, str]) -> None:
    """Answer a command."""
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
