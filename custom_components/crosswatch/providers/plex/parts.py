"""What Plex is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .account import PLEX_TV
from .capabilities import CAPABILITIES
from .files import forget
from .found import found_plex
from .linking import LinkSignIn
from .manual import ManualSignIn, address_known
from .provider import PlexProvider

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=LinkSignIn,
    create=PlexProvider.create,
    address=PLEX_TV,
    ways={"plex_link": LinkSignIn, "plex_manual": ManualSignIn},
    known_from={"plex": address_known},
    found=found_plex,
    forget=forget,
)
