"""Dates of services that make no sense, or that no calendar has."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.crosswatch.providers.mdblist.titles import (
    moment_from as from_mdblist,
)
from custom_components.crosswatch.providers.simkl.mapping import (
    moment_from as from_simkl,
)
from custom_components.crosswatch.providers.tmdb.fields import moment_from as from_tmdb
from custom_components.crosswatch.providers.trakt.mapping import (
    moment_from as from_trakt,
)

type Reader = Callable[[str], datetime | None]
READERS: Final[dict[str, Reader]] = {
    "mdblist": from_mdblist,
    "simkl": from_simkl,
    "tmdb": from_tmdb,
    "trakt": from_trakt,
}
NOON: Final = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2026-01-02T12:00:00Z", NOON, id="utc"),
        pytest.param("2026-01-02T14:00:00+02:00", NOON, id="another zone"),
        pytest.param("2026-01-02T12:00:00", NOON, id="no zone"),
        pytest.param("yesterday", None, id="no date"),
        pytest.param("9999-12-31T23:59:59-05:00", None, id="after the last year"),
        pytest.param("0001-01-01T00:00:00+05:00", None, id="before the first year"),
    ],
)
def test_moments(read: Reader, text: str, moment: datetime | None) -> None:
    """A moment is in UTC; one that makes no sense is none, and breaks nothing."""
    assert read(text) == moment
