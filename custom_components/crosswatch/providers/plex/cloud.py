"""The ways to Plex's own catalogue, where the watchlist of an account is kept."""

from collections.abc import Callable, Collection
from typing import Final

import aiohttp

from ..http import HttpClient, Limiters, Pace
from .login import PlexLogin
from .wire import plex_headers

# Plex publishes no limits; it says 429 to who asks for many titles in a storm.
DISCOVER_PACE: Final = Pace(write_interval=0.15, concurrency=4)
METADATA_PACE: Final = Pace(concurrency=6)


class Cloud:
    """How an account at plex.tv asks for its watchlist, and for titles."""

    def __init__(
        self,
        login: PlexLogin,
        session: aiohttp.ClientSession,
        limiters: Limiters,
        secrets: Callable[[], Collection[str]],
    ) -> None:
        """Take the account's token."""
        headers = plex_headers(login.device_id, login.account_token)
        discover = limiters.for_host("discover.provider.plex.tv", DISCOVER_PACE)
        metadata = limiters.for_host("metadata.provider.plex.tv", METADATA_PACE)
        self.sleep = discover.sleep
        self.discover = HttpClient(session, discover, secrets=secrets, headers=headers)
        self.metadata = HttpClient(session, metadata, secrets=secrets, headers=headers)
