"""The services, each set up for the suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.providers.anilist import SPEC as ANILIST
from custom_components.crosswatch.providers.emby import SPEC as EMBY
from custom_components.crosswatch.providers.jellyfin import SPEC as JELLYFIN
from custom_components.crosswatch.providers.kodi import SPEC as KODI
from custom_components.crosswatch.providers.mdblist import SPEC as MDBLIST
from custom_components.crosswatch.providers.plex import SPEC as PLEX
from custom_components.crosswatch.providers.simkl import SPEC as SIMKL
from custom_components.crosswatch.providers.spec import ProviderSpec
from custom_components.crosswatch.providers.tautulli import SPEC as TAUTULLI
from custom_components.crosswatch.providers.tmdb import SPEC as TMDB
from custom_components.crosswatch.providers.tracker import SPEC as TRACKER
from custom_components.crosswatch.providers.trakt import SPEC as TRAKT

from ..stage import Opener
from .anilist import anilist
from .emby import emby
from .jellyfin import jellyfin
from .kodi import kodi
from .mdblist import mdblist
from .plex import plex
from .simkl import simkl
from .tautulli import tautulli
from .tmdb import tmdb
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
        return self.spec.load().capabilities


SERVICES: Final[Mapping[str, Service]] = {
    service.spec.slug: service
    for service in (
        Service(ANILIST, anilist),
        Service(EMBY, emby, listens=True),
        Service(JELLYFIN, jellyfin, listens=True),
        Service(KODI, kodi),
        Service(MDBLIST, mdblist),
        Service(PLEX, plex),
        Service(SIMKL, simkl),
        Service(TAUTULLI, tautulli),
        Service(TMDB, tmdb),
        Service(TRACKER, tracker, has_login=False),
        Service(TRAKT, trakt, listens=True),
    )
}
