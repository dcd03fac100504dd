"""What an account on a server of this family can do."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import ALL_KINDS, FeatureSupport

# The ids of an item, as the servers name them, in lower case; some plugins and old
# versions have names of their own.
NAMESPACES: Final = {
    "imdb": "imdb",
    "tmdb": "tmdb",
    "themoviedb": "tmdb",
    "tvdb": "tvdb",
    "thetvdb": "tvdb",
    "anidb": "anidb",
    "anilist": "anilist",
    "kitsu": "kitsu",
    "mal": "mal",
    "myanimelist": "mal",
    "simkl": "simkl",
    "trakt": "trakt",
}
_IDS: Final = frozenset(NAMESPACES.values())

# The marker of the history sees the number of plays and the newest ones. An old play
# that is removed while another is added with an old date passes it by.
FULL_READ_EVERY: Final = timedelta(days=1)

# The servers' own limits, which an administrator may change: only one may ask for
# them, so that everybody gets those of a new server.
COMPLETES_AT: Final = 90.0
COMPLETES_FROM: Final = timedelta(minutes=5)

_FILES: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
        update=False,
        ids=_IDS,
        libraries=True,
    ),
    Feature.HISTORY: FeatureSupport(
        kinds=_FILES,
        ids=_IDS,
        trust_marker_for=FULL_READ_EVERY,
        libraries=True,
    ),
    # Without any marker: the server can neither filter nor order by a user's rating,
    # so that each read goes through the whole library.
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS, ids=_IDS, rating_step=0.1, libraries=True
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=_FILES,
        ids=_IDS,
        trust_marker_for=FULL_READ_EVERY,
        libraries=True,
        completes_at=COMPLETES_AT,
        completes_from=COMPLETES_FROM,
    ),
}
