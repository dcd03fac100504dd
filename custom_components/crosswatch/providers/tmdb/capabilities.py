"""What a TMDb account can do, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import FeatureSupport

# Ratings are multiples of this.
STEP: Final = 0.5
# The marker of a watchlist rests on the newest being listed first.
FULL_READ_EVERY: Final = timedelta(days=1)

_IDS: Final = frozenset({"tmdb"})
_TITLES: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=_TITLES,
        update=False,
        ids=_IDS,
        trust_marker_for=FULL_READ_EVERY,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=_TITLES | {MediaKind.EPISODE}, ids=_IDS, rating_step=STEP
    ),
}
