"""Tautulli: every play of one user of a Plex server; nothing can be written there."""

from typing import Final

from ..spec import ProviderSpec
from .provider import CAPABILITIES, SLUG, create
from .sign_in import TautulliSignIn, answers_from

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Tautulli",
    capabilities=CAPABILITIES,
    sign_in=TautulliSignIn,
    create=create,
    known_from={"tautulli": answers_from},
)
