"""Whose account a profile of a Kodi is: the calls that tell, and what they tell."""

from typing import Final

from ...engine.provider import AccountInfo
from ..http import JsonObject
from .rpc import Call

PROFILE: Final = Call("Profiles.GetCurrentProfile", {"properties": ["lockmode"]})
VERSION: Final = Call("JSONRPC.Version")
APPLICATION: Final = Call(
    "Application.GetProperties", {"properties": ["name", "version"]}
)
FRIENDLY_NAME: Final = "System.FriendlyName"
NAME: Final = Call("XBMC.GetInfoLabels", {"labels": [FRIENDLY_NAME]})
# The one profile of those who have made no other.
_ONLY_PROFILE: Final = "Master user"


def account_info(
    device: str, profile: str, properties: JsonObject, labels: JsonObject
) -> AccountInfo:
    """Return who a profile of a device is."""
    version = properties.get("version")
    numbers = version if isinstance(version, dict) else {}
    name = str(labels.get(FRIENDLY_NAME) or device)
    if not name.startswith("Kodi"):
        name = f"Kodi ({name})"
    return AccountInfo(
        account_id=f"{device}_{profile}",
        name=name if profile == _ONLY_PROFILE else f"{name}: {profile}",
        version=f"{numbers.get('major', '')}.{numbers.get('minor', '')}".strip("."),
    )
