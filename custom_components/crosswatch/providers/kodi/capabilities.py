"""What a profile of a Kodi can do, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ...engine.ids import UNIVERSAL_NAMESPACES
from ...engine.model import Feature, MediaKind
from ...engine.provider import FeatureSupport

# The markers see everything that was done, but not what the entries are: one whose ids
# a person has corrected comes under them within a day.
FULL_READ_EVERY: Final = timedelta(days=1)
# The setting `playcountminimumpercent` of a new installation: one that an
# administrator has changed cannot be asked for.
COMPLETES_AT: Final = 90.0

_PLAYABLE: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
_SECOND: Final = timedelta(seconds=1)
_IDS: Final = frozenset(UNIVERSAL_NAMESPACES)

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.HISTORY: FeatureSupport(
        kinds=_PLAYABLE,
        ids=_IDS,
        precision=_SECOND,
        trust_marker_for=FULL_READ_EVERY,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=_PLAYABLE | {MediaKind.SHOW},
        ids=_IDS,
        rating_step=1.0,
        trust_marker_for=FULL_READ_EVERY,
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=_PLAYABLE,
        ids=_IDS,
        precision=_SECOND,
        trust_marker_for=FULL_READ_EVERY,
        completes_at=COMPLETES_AT,
    ),
}
