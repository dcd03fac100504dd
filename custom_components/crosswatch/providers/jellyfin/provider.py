"""One user of a Jellyfin server, as the engine sees an account."""

from typing import Final

from ..kept import kept
from ..mediabrowser.account import CAPABILITIES, MediaBrowserProvider
from ..mediabrowser.answering import http_client
from ..mediabrowser.chosen import watchlist_of
from ..mediabrowser.listening import Ears
from ..spec import Connection
from .authorization import authorization
from .client import JellyfinClient
from .socket import JellyfinSocket

__all__ = ["CAPABILITIES", "SLUG", "JellyfinProvider", "create"]

SLUG: Final = "jellyfin"


class JellyfinProvider(MediaBrowserProvider):
    """One user of a Jellyfin server."""

    slug = SLUG


def create(connection: Connection) -> JellyfinProvider:
    """Return the provider of an account."""
    data = connection.data
    url, token = kept(data, "url"), kept(data, "token")
    device_id, user_id = kept(data, "device_id"), kept(data, "user_id")
    http = http_client(
        connection.session,
        connection.limiters,
        url,
        authorization(device_id, token),
        lambda: (token,),
    )
    client = JellyfinClient(http, url, user_id)
    socket = JellyfinSocket(connection.session, url, device_id, token)
    return JellyfinProvider(
        client,
        watchlist_of(client, connection.options),
        Ears(socket.connect, user_id),
    )
