"""The header by which a client and its user are known to the server."""

from typing import Final
from urllib.parse import quote

CLIENT: Final = "CrossWatch"
DEVICE: Final = "Home Assistant"
VERSION: Final = "1.0"


def authorization(device_id: str, token: str = "") -> dict[str, str]:
    """Return the header; without a token for a sign-in.

    The server decodes the values, so that they may hold anything. A second sign-in
    with the same device id ends the first.
    """
    parts = {
        "Client": CLIENT,
        "Device": DEVICE,
        "DeviceId": device_id,
        "Version": VERSION,
    }
    if token:
        parts["Token"] = token
    text = ", ".join(f'{name}="{quote(part, safe="")}"' for name, part in parts.items())
    return {"Authorization": f"MediaBrowser {text}"}
