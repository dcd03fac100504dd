"""A Jellyfin server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from custom_components.crosswatch.providers.jellyfin import SPEC

from ...simulators.jellyfin import JellyfinSimulator, seed
from ...simulators.jellyfin.seeding import NO_ODDITIES
from ..stage import Site, Stage
from ..titles import CATALOGUE
from .media_browser import PASSWORD, USER, MediaBrowserStage


@asynccontextmanager
async def jellyfin(site: Site) -> AsyncIterator[Stage]:
    """Start a server; the second series has two episodes in one file."""
    async with JellyfinSimulator() as server:
        seed(server, CATALOGUE, oddities=replace(NO_ODDITIES, double_episode=2))
        user = server.add_user(USER, PASSWORD)
        yield MediaBrowserStage(SPEC, server, user)
