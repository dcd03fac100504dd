"""What a reader is told beside the file."""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from ...engine.model import Feature
from ..formats import ImportFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a file is to be read.

    `format` is what a person says that it is, None to find out. `features` are those
    asked for, None for all. `zone` is where a day without an hour was. With
    `logged_dates` a film counts as watched on the day on which it was marked so.
    """

    format: ImportFormat | None = None
    features: frozenset[Feature] | None = None
    zone: tzinfo = UTC
    logged_dates: bool = False

    def only(self, feature: Feature) -> bool:
        """Tell whether a feature is asked for, and nothing else."""
        return self.features == frozenset({feature})
