"""What a user of a Tautulli can do: its history is there to be read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import FeatureSupport

# The marker sees the number of plays and the newest ones: not that an old row was
# changed, nor that another part of a film is to count as watched from now on.
FULL_READ_EVERY: Final = timedelta(days=1)

# The ids by which titles are told.
NAMESPACES: Final = frozenset({"imdb", "tmdb", "tvdb", "anidb"})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.HISTORY: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.EPISODE}),
        add=False,
        update=False,
        remove=False,
        ids=NAMESPACES,
        plays=True,
        trust_marker_for=FULL_READ_EVERY,
    ),
}
