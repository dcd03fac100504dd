"""Plex: a user of a media server, and the watchlist of the account at plex.tv."""

from typing import Final

from ..spec import ProviderSpec
from .account import PLEX_TV
from .found import SERVICE_TYPE, found_plex
from .linking import LinkSignIn
from .manual import ManualSignIn, address_known
from .own import forget
from .provider import CAPABILITIES, SLUG, create

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Plex",
    capabilities=CAPABILITIES,
    sign_in=LinkSignIn,
    create=create,
    address=PLEX_TV,
    ways={"plex_link": LinkSignIn, "plex_manual": ManualSignIn},
    known_from={"plex": address_known},
    discovered_by={SERVICE_TYPE: found_plex},
    forget=forget,
)
