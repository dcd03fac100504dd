"""What all accounts in one Home Assistant share, and what a sign-in needs of it."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .providers.http import Limiters

DATA_LIMITERS: Final[HassKey[Limiters]] = HassKey(f"{DOMAIN}.limiters")


@callback
def async_get_limiters(hass: HomeAssistant) -> Limiters:
    """Return the limiters, one a host, that sign-ins and accounts share.

    They outlive every account, so that a reload never forgets a host's pace.
    """
    if DATA_LIMITERS not in hass.data:
        hass.data[DATA_LIMITERS] = Limiters()
    return hass.data[DATA_LIMITERS]


def storage_folder(hass: HomeAssistant) -> Path:
    """Return the folder of all state; whoever writes there creates it."""
    return Path(hass.config.path(STORAGE_DIR, DOMAIN))
