"""One user of a Jellyfin server, as the engine sees an account."""

from typing import TYPE_CHECKING, Final, override

from ..kept import kept
from ..mediabrowser.account import MediaBrowserProvider
from ..mediabrowser.answering import http_client
from ..mediabrowser.listening import Ears
from ..spec import Connection
from .authorization import authorization
from .socket import JellyfinSocket
from .wire import JellyfinWire

if TYPE_CHECKING:
    from ..mediabrowser.records import MediaBrowserRecords

SLUG: Final = "jellyfin"


class JellyfinProvider(MediaBrowserProvider["MediaBrowserRecords"]):
    """One user of a Jellyfin server."""

    slug = SLUG

    @override
    def _load(self) -> MediaBrowserRecords:
        """Import what reads and writes, and return it."""
        from ..mediabrowser.chosen import watchlist_of  # noqa: PLC0415
        from ..mediabrowser.records import MediaBrowserRecords  # noqa: PLC0415
        from .client import JellyfinClient  # noqa: PLC0415

        wire = self._wire
        client = JellyfinClient(wire.http, wire.url, wire.user_id)
        watchlist = watchlist_of(client, self._options)
        return MediaBrowserRecords(client, watchlist, self._ears)


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
    socket = JellyfinSocket(connection.session, url, device_id, token)
    return JellyfinProvider(
        JellyfinWire(http, url, user_id),
        Ears(socket.connect, user_id),
        connection.options,
    )
