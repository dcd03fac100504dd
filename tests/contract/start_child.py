"""A process that begins with an account, and tells what it has imported when.

Reads the account's provider, its data and the hosts of its service from its input;
prints the modules of the providers that are imported until it is known who the account
is, and those that are imported when something is asked of it.
"""

import asyncio
import json
from pathlib import Path
import sys
from typing import Final

import aiohttp

from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.registry import PROVIDERS
from tests.providers.connecting import connection_of
from tests.simulators.routing import route_hosts

PACKAGE: Final = "custom_components.crosswatch.providers."


def imported() -> set[str]:
    """Return the modules of the providers that were imported so far."""
    return {
        name.removeprefix(PACKAGE) for name in sys.modules if name.startswith(PACKAGE)
    }


async def main() -> None:
    """Build the account, ask who it is, and then for its libraries."""
    account = json.load(sys.stdin)
    known = imported()
    parts = PROVIDERS[account["slug"]].load()
    async with aiohttp.ClientSession() as session:
        folder = Path(account["folder"])
        connection = connection_of(account["data"], session, Limiters(), folder=folder)
        provider = parts.create(connection)
        with route_hosts(account["hosts"]):
            await provider.identify()
            at_start = imported() - known
            await provider.libraries()
    late = imported() - known - at_start
    json.dump({"start": sorted(at_start), "late": sorted(late)}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
