"""The list of providers; nothing else names them."""

from collections.abc import Mapping
from typing import Final

from .emby import SPEC as EMBY
from .jellyfin import SPEC as JELLYFIN
from .kodi import SPEC as KODI
from .plex import SPEC as PLEX
from .spec import ProviderSpec
from .tautulli import SPEC as TAUTULLI
from .tracker import SPEC as TRACKER
from .trakt import SPEC as TRAKT

PROVIDERS: Final[Mapping[str, ProviderSpec]] = {
    spec.slug: spec for spec in (EMBY, JELLYFIN, KODI, PLEX, TAUTULLI, TRACKER, TRAKT)
}
