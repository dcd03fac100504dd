"""Jellyfin: the history, favourites and ratings of one user of a server."""

from typing import Final

from ..spec import ProviderSpec
from .provider import CAPABILITIES, SLUG, create
from .sign_in import JellyfinSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Jellyfin",
    capabilities=CAPABILITIES,
    sign_in=JellyfinSignIn,
    create=create,
)
