"""The services, each set up for the suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.providers.emby import SPEC as EMBY
from custom_components.crosswatch.providers.jellyfin import SPEC as JELLYFIN
from custom_components.crosswatch.providers.kodi import SPEC as KODI
from custom_components.crosswatch.providers.plex import SPEC as PLEX
from custom_components.crosswatch.providers.spec import ProviderSpec
from custom_components.crosswatch.providers.tautulli import SPEC as TAUTULLI
from custom_components.crosswatch.providers.tracker import SPEC as TRACKER
from custom_components.crosswatch.providers.trakt import SPEC as TRAKT

from ..stage import Opener
from .emby import emby
from .jellyfin import jellyfin
from .kodi import kodi
from .plex import plex
from .tautulli import tautulli
from .tracker import tracker
from .trakt import trakt


@dataclass(frozen=True, slots=True)
class Service:
    """A provider, and what sets up the service that it is for.

    `has_login` says that somebody can be kept out, `listens` that an account hears of
    changes.
    """

    spec: ProviderSpec
    open: Opener
    has_login: bool = True
    listens: bool = False

    @property
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what its accounts can do."""
        return self.spec.capabilities


SERVICES: Final[Mapping[str, Service]] = {
    service.spec.slug: service
    for service in (
        Service(EMBY, emby, listens=True),
        Service(JELLYFIN, jellyfin, listens=True),
        Service(KODI, kodi),
        Service(PLEX, plex),
        Service(TAUTULLI, tautulli),
        Service(TRACKER, tracker, has_login=False),
        Service(TRAKT, trakt),
    )
}
