"""The list of providers; nothing else names them."""

from collections.abc import Mapping
from typing import Final

from .jellyfin import SPEC as JELLYFIN
from .spec import ProviderSpec
from .tracker import SPEC as TRACKER
from .trakt import SPEC as TRAKT

PROVIDERS: Final[Mapping[str, ProviderSpec]] = {
    JELLYFIN.slug: JELLYFIN,
    TRACKER.slug: TRACKER,
    TRAKT.slug: TRAKT,
}
