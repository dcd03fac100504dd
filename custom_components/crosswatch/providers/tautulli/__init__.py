"""Tautulli: every play of one user of a Plex server; nothing can be written there."""

from typing import Final

from ..spec import ProviderSpec, parts_of

SPEC: Final = ProviderSpec(
    slug="tautulli",
    name="Tautulli",
    load=parts_of(__name__),
)
