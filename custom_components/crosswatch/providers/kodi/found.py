"""Kodis that announce their web server with zeroconf."""

from typing import Final

from ..spec import Announcement, FoundServer
from .address import parse_address

_PRODUCT: Final = "Kodi"


def found_kodi(announcement: Announcement) -> FoundServer | None:
    """Return the Kodi that an announcement tells of.

    Its id is no part of an account, as Kodi tells it nowhere else.
    """
    if not announcement.host:
        return None
    url = parse_address(f"http://{announcement.authority}")
    if url is None:
        return None
    return FoundServer(
        server_id=announcement.properties.get("uuid") or url,
        name=_name(announcement.name) or url,
        answers={"url": url},
        marks={"url": url},
    )


def _name(announced: str) -> str:
    """Return the name that a person gave the device; the product's stands before it."""
    rest = announced.removeprefix(_PRODUCT).strip()
    return rest.removeprefix("(").removesuffix(")") if rest != announced else announced
