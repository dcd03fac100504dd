"""Servers that announce themselves: those of both families do, as UPnP devices.

They need their DLNA plugin for it. The serial number in the description is then the
server's id, and the presentation address the one that it gives itself.
"""

from typing import Final

from ..spec import Announcement, FoundServer
from .address import parse_address

_SCHEME: Final = "://"


def found_server(announcement: Announcement) -> FoundServer | None:
    """Return the server that an announcement tells of, if it has an id."""
    server_id = announcement.properties.get("serialNumber", "").strip()
    url = _address(announcement)
    if not server_id or url is None:
        return None
    # Such as "Jellyfin - Living Room".
    name = announcement.name.rpartition(" - ")[2].strip()
    return FoundServer(
        server_id=server_id,
        name=name or url,
        answers={"url": url},
        marks={"server_id": server_id, "url": url},
    )


def _address(announcement: Announcement) -> str | None:
    """Return the address that a server gives itself, else that of its description."""
    told = announcement.properties.get("presentationURL", "")
    # It may as well be a path on the server.
    if _SCHEME in told and (url := parse_address(told)) is not None:
        return url
    return parse_address(f"http://{announcement.authority}")
