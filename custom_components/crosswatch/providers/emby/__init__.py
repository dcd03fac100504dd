"""Emby: the history, watchlist, ratings and progress of one user of a server."""

from typing import Final

from ..mediabrowser.found import found_server
from ..mediabrowser.options import MOVED_BY, OPTIONS
from ..spec import ProviderSpec
from .provider import CAPABILITIES, SLUG, create
from .sign_in import EmbySignIn

# Home Assistant's own Emby integration has no entries to learn an address from.
SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Emby",
    capabilities=CAPABILITIES,
    sign_in=EmbySignIn,
    create=create,
    options=OPTIONS,
    moved_by=MOVED_BY,
    discovered_by={"Emby Server": found_server},
)
