"""What an AniList account can do, feature by feature."""

from collections.abc import Mapping
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import FeatureSupport

BATCH_SIZE: Final = 50

_KINDS: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW, MediaKind.SEASON})
# What AniList knows by itself, and what a mapping adds to it.
OWN_IDS: Final = frozenset({"anilist", "mal"})
_IDS: Final = OWN_IDS | {"anidb", "kitsu", "tvdb", "tmdb", "imdb"}

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=_KINDS,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZE,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=_KINDS, ids=_IDS, rating_step=1.0, batch_size=BATCH_SIZE
    ),
}
