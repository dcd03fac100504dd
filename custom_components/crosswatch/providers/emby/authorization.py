"""The headers by which a client and its user are known to the server."""

from typing import Final

CLIENT: Final = "CrossWatch"
DEVICE: Final = "Home Assistant"
VERSION: Final = "1.0"


def authorization(device_id: str, token: str = "") -> dict[str, str]:
    """Return the headers; without a token for a sign-in.

    The values stand as they are: the server shows them in its list of devices, and
    need not decode them. A device that signs in again is given the token that it has.
    """
    parts = {
        "Client": CLIENT,
        "Device": DEVICE,
        "DeviceId": device_id,
        "Version": VERSION,
    }
    text = ", ".join(f'{name}="{part}"' for name, part in parts.items())
    headers = {"X-Emby-Authorization": f"Emby {text}"}
    return headers | {"X-Emby-Token": token} if token else headers
