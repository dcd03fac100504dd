"""What an MDBList account can do, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import ALL_KINDS, FeatureSupport

_IDS: Final = frozenset({"imdb", "tmdb", "trakt", "tvdb"})
# The history takes a show or a season for all of its episodes: never sent there.
PLAYED: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
        update=False,
        ids=_IDS,
        batch_size=500,
        # [unsure] whether its stamp moves when something is taken off: if it does
        # not, that is seen a few hours later.
        trust_marker_for=timedelta(hours=6),
    ),
    # The date of a play cannot be changed, but another play can be added.
    Feature.HISTORY: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        plays=True,
        precision=timedelta(seconds=1),
        batch_size=500,
        trust_marker_for=timedelta(days=7),
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS,
        ids=_IDS,
        rating_step=1.0,
        batch_size=500,
        trust_marker_for=timedelta(days=7),
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        batch_size=50,
        # [unsure] whether its stamp moves when a position is taken away.
        trust_marker_for=timedelta(hours=1),
    ),
}
