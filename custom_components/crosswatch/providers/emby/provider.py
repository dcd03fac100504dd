"""One user of an Emby server, as the engine sees an account."""

from collections.abc import Mapping
from copy import replace
from typing import TYPE_CHECKING, Final, override

from ...engine.model import Feature
from ...engine.provider import FeatureSupport
from ..kept import kept
from ..mediabrowser.account import MediaBrowserProvider
from ..mediabrowser.answering import http_client
from ..mediabrowser.capabilities import (
    CAPABILITIES as SHARED_CAPABILITIES,
    FULL_READ_EVERY,
)
from ..mediabrowser.listening import Ears
from ..spec import Connection
from .authorization import authorization
from .likes import RATING_STEP
from .socket import EmbySocket
from .wire import EmbyWire

if TYPE_CHECKING:
    from .records import EmbyRecords

SLUG: Final = "emby"

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    **SHARED_CAPABILITIES,
    # Here ratings have a marker, the feed's, which does not see what leaves the library.
    Feature.RATINGS: replace(
        SHARED_CAPABILITIES[Feature.RATINGS],
        rating_step=RATING_STEP,
        trust_marker_for=FULL_READ_EVERY,
    ),
}


class EmbyProvider(MediaBrowserProvider["EmbyRecords"]):
    """One user of an Emby server."""

    slug = SLUG
    capabilities = CAPABILITIES

    @override
    def _load(self) -> EmbyRecords:
        """Import what reads and writes, and return it."""
        from ..mediabrowser.chosen import watchlist_of  # noqa: PLC0415
        from .client import EmbyClient  # noqa: PLC0415
        from .records import EmbyRecords  # noqa: PLC0415

        wire = self._wire
        client = EmbyClient(wire.http, wire.url, wire.user_id)
        return EmbyRecords(client, watchlist_of(client, self._options), self._ears)


def create(connection: Connection) -> EmbyProvider:
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
    socket = EmbySocket(connection.session, url, device_id, token)
    return EmbyProvider(
        EmbyWire(http, url, user_id),
        Ears(socket.connect, user_id),
        connection.options,
    )
