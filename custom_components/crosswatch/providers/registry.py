"""The list of providers; nothing else names them."""

from collections.abc import Mapping
from typing import Final

from .anilist import SPEC as ANILIST
from .emby import SPEC as EMBY
from .jellyfin import SPEC as JELLYFIN
from .kodi import SPEC as KODI
from .mdblist import SPEC as MDBLIST
from .plex import SPEC as PLEX
from .simkl import SPEC as SIMKL
from .spec import ProviderSpec
from .tautulli import SPEC as TAUTULLI
from .tmdb import SPEC as TMDB
from .tracker import SPEC as TRACKER
from .trakt import SPEC as TRAKT

PROVIDERS: Final[Mapping[str, ProviderSpec]] = {
    spec.slug: spec
    for spec in (
        ANILIST,
        EMBY,
        JELLYFIN,
        KODI,
        MDBLIST,
        PLEX,
        SIMKL,
        TAUTULLI,
        TMDB,
        TRACKER,
        TRAKT,
    )
}
