"""Plex servers that announce themselves with zeroconf."""

from yarl import URL

from ..http import JsonObject
from ..spec import Announcement, FoundServer
from .servers import DEFAULT_PORT


def found_plex(announcement: Announcement) -> FoundServer | None:
    """Return the server that an announcement tells of.

    What else its record holds is documented nowhere, so nothing of it is used: address
    and name tell whether there is an account at it already.
    """
    if not announcement.host:
        return None
    url = URL(f"http://{announcement.authority}")
    if announcement.port is None:
        url = url.with_port(DEFAULT_PORT)
    address = str(url).rstrip("/")
    named: JsonObject = {"server_name": announcement.name} if announcement.name else {}
    return FoundServer(
        server_id=address,
        name=announcement.name or address,
        answers={"url": address},
        marks={"url": address, **named},
    )
