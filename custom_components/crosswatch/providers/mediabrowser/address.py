"""The address of a server, as a person types it."""

from ipaddress import AddressValueError, IPv6Address
import re
from typing import Final

from yarl import URL

_SCHEME: Final = r"[a-z][a-z0-9+.-]*://"
# The page of the web client, which people copy from their browser.
_WEB_CLIENT: Final = r"/web(/|/index\.html)?$"


def parse_address(text: str) -> str | None:
    """Return the base address of a server without a slash at its end, or None.

    A base path is kept; the page of the web client, query and credentials are not
    part of it. Without a scheme it is http.
    """
    text = text.strip()
    if not re.match(_SCHEME, text, re.IGNORECASE):
        text = f"http://{_bracketed(text.lstrip('/'))}"
    try:
        url = URL(text)
        valid = url.scheme in {"http", "https"} and bool(url.host) and bool(url.port)
    except ValueError:
        return None
    if not valid or " " in (url.host or ""):
        return None
    path = url.raw_path.rstrip("/")
    path = re.sub(_WEB_CLIENT, "", path, flags=re.IGNORECASE).rstrip("/")
    return f"{url.origin()}{path}"


def _bracketed(text: str) -> str:
    """Return a bare IPv6 address as it stands in an address; all else as it is."""
    try:
        return f"[{IPv6Address(text)}]"
    except AddressValueError:
        return text
