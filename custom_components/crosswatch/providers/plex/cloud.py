"""The ways to Plex's own catalogue, where the watchlist of an account is kept."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final, NamedTuple

import aiohttp

from ..http import HttpClient, Limiters, Pace
from .login import PlexLogin
from .wire import plex_headers

# Plex publishes no limits; it says 429 to who asks for many titles in a storm.
DISCOVER_PACE: Final = Pace(write_interval=0.15, concurrency=4)
METADATA_PACE: Final = Pace(concurrency=6)


class Cloud(NamedTuple):
    """How an account asks for its watchlist, and for titles."""

    discover: HttpClient
    metadata: HttpClient
    sleep: Callable[[float], Awaitable[None]]


def cloud_for(
    login: PlexLogin,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    secrets: Callable[[], Collection[str]],
) -> Cloud | None:
    """Return the ways of an account, None for one without plex.tv."""
    if not login.account_token:
        return None
    headers = plex_headers(login.device_id, login.account_token)
    discover = limiters.for_host("discover.provider.plex.tv", DISCOVER_PACE)
    metadata = limiters.for_host("metadata.provider.plex.tv", METADATA_PACE)
    return Cloud(
        HttpClient(session, discover, secrets=secrets, headers=headers),
        HttpClient(session, metadata, secrets=secrets, headers=headers),
        discover.sleep,
    )
