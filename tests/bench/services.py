"""Both services in a process of their own, so that their work is not measured.

Usage: python -m tests.bench.services ROUTE PLAYS

It tells where the services are and what a person enters to sign in, takes one command
a line, answers each with one line of JSON, and ends with its standard input.
"""

import asyncio
from collections.abc import Callable, Mapping
import json
import sys

from .routes import ROUTES, Route
from .world import World, make_world

type Told = Mapping[str, object]


def counts(world: World) -> dict[str, int]:
    """Return what came since the last time, and forget it."""
    answer = {
        "source": world.source.requests(),
        "target": world.target.requests(),
        "source_writes": world.source.writes(),
        "target_writes": world.target.writes(),
        "refused": sum(side.refused() for side in world.sides),
    }
    for side in world.sides:
        side.forget_requests()
    return answer


def more(world: World) -> Told:
    """Let the person watch more."""
    world.watch_more()
    return {}


COMMANDS: Mapping[str, Callable[[World], Told]] = {"counts": counts, "more": more}


def whereabouts(route: Route, world: World) -> Told:
    """Return where the services are, and how to sign in."""
    answers = (side.answers() for side in world.sides)
    return {
        "route": route.name,
        "hosts": dict(world.hosts()),
        "answers": dict(zip(route.slugs, answers, strict=True)),
    }


async def serve(route: Route, plays: int) -> None:
    """Serve until the standard input ends."""
    world = make_world(route, plays)
    loop = asyncio.get_running_loop()
    async with world:
        tell(whereabouts(route, world))
        while command := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            tell(COMMANDS[command](world))


def tell(answer: Told) -> None:
    """Answer a command."""
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(ROUTES[sys.argv[1]], int(sys.argv[2])))
