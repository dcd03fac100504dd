"""What a Plex account can do, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import ALL_KINDS, FeatureSupport

# What Plex can find a title by.
ID_NAMESPACES: Final = frozenset({"imdb", "tmdb", "tvdb"})
# What a server does unless its owner has changed it.
COMPLETES_AT: Final = 90.0
# A title that was unwatched while another one was watched, long ago by its date, passes
# a delta by. So what deltas have made of a history is checked now and then.
FULL_READ_EVERY: Final = timedelta(days=1)

_PLAYABLE: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
# Each marker has the number of records and the newest of them: one that is removed
# while another one is added with an old date passes it by.
_TRUST: Final = FULL_READ_EVERY

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
        update=False,
        ids=ID_NAMESPACES,
        trust_marker_for=_TRUST,
    ),
    # The server dates a play with the moment of writing; the date that was meant is
    # kept in a file of ours, to the second.
    Feature.HISTORY: FeatureSupport(
        kinds=_PLAYABLE,
        update=False,
        ids=ID_NAMESPACES,
        plays=True,
        precision=timedelta(seconds=1),
        trust_marker_for=_TRUST,
        libraries=True,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS,
        ids=ID_NAMESPACES,
        rating_step=1.0,
        trust_marker_for=_TRUST,
        libraries=True,
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=_PLAYABLE,
        ids=ID_NAMESPACES,
        trust_marker_for=_TRUST,
        libraries=True,
        completes_at=COMPLETES_AT,
    ),
}
