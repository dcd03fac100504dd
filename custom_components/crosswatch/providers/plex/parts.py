"""What an account of Plex is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .account import PLEX_TV
from .capabilities import CAPABILITIES
from .files import forget
from .found import found_plex
from .provider import PlexProvider

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=PlexProvider.create,
    address=PLEX_TV,
    forget=forget,
    found=found_plex,
)
