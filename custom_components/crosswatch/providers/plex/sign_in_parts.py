"""How a person comes to an account of Plex; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .linking import LinkSignIn
from .manual import ManualSignIn, address_known

PARTS: Final = SignInParts(
    sign_in=LinkSignIn,
    ways={"plex_link": LinkSignIn, "plex_manual": ManualSignIn},
    known_from={"plex": address_known},
)
