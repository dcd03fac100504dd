"""Jellyfin: the history, watchlist, ratings and progress of one user of a server."""

from typing import Final

from ..mediabrowser.found import found_server
from ..mediabrowser.options import MOVED_BY, OPTIONS
from ..spec import ProviderSpec
from .known import answers_known
from .provider import CAPABILITIES, SLUG, create
from .sign_in import JellyfinSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Jellyfin",
    capabilities=CAPABILITIES,
    sign_in=JellyfinSignIn,
    create=create,
    options=OPTIONS,
    moved_by=MOVED_BY,
    known_from={"jellyfin": answers_known},
    discovered_by={"Jellyfin Server": found_server},
)
