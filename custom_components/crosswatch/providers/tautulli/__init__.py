"""Tautulli: every play of one user of a Plex server; nothing can be written there."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="tautulli",
    name="Tautulli",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
)
