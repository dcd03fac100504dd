"""What a Trakt account can do, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import ALL_KINDS, FeatureSupport

# A play that is removed while others are added, new ones and one of an old date, passes
# a delta by. So what the deltas have made of a history is checked now and then.
FULL_READ_EVERY: Final = timedelta(days=1)
TRUST_FOR: Final = timedelta(days=7)

# How many things one request holds. Trakt documents no limit; but the larger a
# request, the longer it takes, and the more is in doubt when no answer comes.
BATCH_SIZES: Final[Mapping[Feature, int]] = {
    Feature.HISTORY: 500,
    Feature.RATINGS: 250,
    Feature.WATCHLIST: 100,
    # At a stop a second, no more of them than a cancelled run has time for.
    Feature.PROGRESS: 8,
}
# The history takes a show or a season for all of its episodes: never sent there.
PLAYED: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
# From so many percent on, a stop is not sure to be kept as a position.
COMPLETES_AT: Final = 79.0

_IDS: Final = frozenset({"trakt", "imdb", "tmdb", "tvdb"})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=ALL_KINDS,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.WATCHLIST],
        # [unsure] for shows, which it depends on the person's settings: an item that is
        # taken for dropped is left alone on the other side, and nothing is lost.
        drops_watched=True,
    ),
    # The date of a play cannot be changed, but another play can be added.
    Feature.HISTORY: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        plays=True,
        precision=timedelta(minutes=1),
        batch_size=BATCH_SIZES[Feature.HISTORY],
        trust_marker_for=TRUST_FOR,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS,
        ids=_IDS,
        rating_step=1.0,
        batch_size=BATCH_SIZES[Feature.RATINGS],
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.PROGRESS],
        completes_at=COMPLETES_AT,
        # [unsure] whether the marker sees what is deleted, and it cannot see what ends
        # by itself after some months.
        trust_marker_for=FULL_READ_EVERY,
        # A start deletes a position, and so does time.
        forgets=True,
    ),
}
