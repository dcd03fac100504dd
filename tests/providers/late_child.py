"""A process that begins with an account, and tells what it has imported when.

Reads the account's provider and its data from its input; prints the modules of the
providers that a start imports, and those that are imported when records are wanted.
"""

import asyncio
import json
import sys
from typing import Final

import aiohttp

from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.late import LateProvider
from custom_components.crosswatch.providers.registry import PROVIDERS

from .connecting import connection_of

PACKAGE: Final = "custom_components.crosswatch.providers."


def imported() -> set[str]:
    """Return the modules of the providers that were imported so far."""
    return {
        name.removeprefix(PACKAGE) for name in sys.modules if name.startswith(PACKAGE)
    }


async def main() -> None:
    """Build the account, then want its records."""
    account = json.load(sys.stdin)
    known = imported()
    parts = PROVIDERS[account["slug"]].load()
    async with aiohttp.ClientSession() as session:
        provider = parts.create(connection_of(account["data"], session, Limiters()))
        at_start = imported()
        assert isinstance(provider, LateProvider)
        await provider.records()
    late = imported() - at_start
    json.dump({"start": [*at_start - known], "late": [*late]}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
