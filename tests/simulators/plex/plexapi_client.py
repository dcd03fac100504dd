"""A client that others wrote for the real Plex, made ready for the simulated one."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from plexapi import myplex, server as media_server
import requests
from yarl import URL

from ..routing import FORWARDED_HOST

# It says that it is typed, which its functions are not.
MyPlexAccount: Any = myplex.MyPlexAccount
MyPlexPinLogin: Any = myplex.MyPlexPinLogin
PlexServer: Any = media_server.PlexServer


class Routed(requests.Session):
    """A session whose requests for public hosts end at the simulators."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        """Take the addresses of simulators by the host that they stand in for."""
        super().__init__()
        self._hosts = hosts

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Send a request to where its host is routed."""
        url = URL(request.url, encoded=True)
        if (origin := self._hosts.get(url.host or "")) is not None:
            request.headers[FORWARDED_HOST] = url.host
            request.url = origin + url.raw_path_qs
        return super().send(request, **kwargs)


async def run[T](work: Callable[[], T]) -> T:
    """Run the client, which blocks, beside the simulators."""
    return await asyncio.to_thread(work)
