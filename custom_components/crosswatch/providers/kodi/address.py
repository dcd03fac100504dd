"""The address of a Kodi's web server, as a person types it."""

from ipaddress import AddressValueError, IPv6Address
import re
from typing import Final

from yarl import URL

DEFAULT_PORT: Final = 8080

_SCHEME: Final = r"[a-z][a-z0-9+.-]*://"
# The address of the API itself, which people find in other programs.
_API: Final = r"/jsonrpc/?$"


def parse_address(text: str) -> str | None:
    """Return the base address of a web server without a slash at its end, or None.

    Without a scheme it is http, and without a scheme or a port the port that Kodi
    uses unless told otherwise. Query and credentials are no part of it.
    """
    text = text.strip()
    bare = not re.match(_SCHEME, text, re.IGNORECASE)
    if bare:
        text = f"http://{_bracketed(text.lstrip('/'))}"
    try:
        url = URL(text)
        valid = url.scheme in {"http", "https"} and bool(url.host) and bool(url.port)
        if bare and url.explicit_port is None:
            url = url.with_port(DEFAULT_PORT)
    except ValueError:
        return None
    if not valid or " " in (url.host or ""):
        return None
    path = re.sub(_API, "", url.raw_path, flags=re.IGNORECASE).rstrip("/")
    return f"{url.origin()}{path}"


def device_id(url: str) -> str:
    """Return what tells one device from others: JSON-RPC knows nothing better."""
    address = URL(url)
    return f"{address.host}:{address.port}{address.raw_path.rstrip('/')}"


def _bracketed(text: str) -> str:
    """Return a bare IPv6 address as it stands in an address; all else as it is."""
    try:
        return f"[{IPv6Address(text)}]"
    except AddressValueError:
        return text
