"""What a SIMKL account can do, feature by feature."""

from collections.abc import Mapping
from copy import replace
from typing import Final

from ...engine.model import Feature, MediaKind
from ...engine.provider import FeatureSupport

# How many things one request holds, as others have been seen to send. For the watchlist
# and for positions it is how many share one look at what is there.
BATCH_SIZES: Final[Mapping[Feature, int]] = {
    Feature.WATCHLIST: 500,
    Feature.HISTORY: 500,
    Feature.RATINGS: 100,
    Feature.PROGRESS: 20,
}
NAMESPACES: Final = (
    "simkl",
    "imdb",
    "tmdb",
    "tvdb",
    "mal",
    "anilist",
    "kitsu",
    "anidb",
)
TITLES: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
PLAYED: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})

_IDS: Final = frozenset(NAMESPACES)
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=TITLES,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.WATCHLIST],
        # What is watched is moved from the planned titles to others.
        drops_watched=True,
    ),
    # To watch something again changes nothing for most accounts, not even the date.
    Feature.HISTORY: FeatureSupport(
        kinds=PLAYED,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.HISTORY],
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=TITLES,
        ids=_IDS,
        rating_step=1.0,
        batch_size=BATCH_SIZES[Feature.RATINGS],
    ),
    # A position is written as a pause, which SIMKL keeps however near the end it is: for
    # some days, and until another episode of the series is paused.
    Feature.PROGRESS: FeatureSupport(
        kinds=PLAYED,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.PROGRESS],
        forgets=True,
    ),
}
# Who pays can have several times of watching one title.
_PAID: Final = frozenset({"pro", "vip"})


def keeps_plays(plan: str) -> bool:
    """Tell whether an account can have watched a title several times."""
    return plan in _PAID


def capabilities_of(plan: str) -> Mapping[Feature, FeatureSupport]:
    """Return what an account can do, which depends on what it pays for."""
    if not keeps_plays(plan):
        return CAPABILITIES
    history = replace(CAPABILITIES[Feature.HISTORY], plays=True)
    return {**CAPABILITIES, Feature.HISTORY: history}
