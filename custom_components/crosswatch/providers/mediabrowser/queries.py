"""The lists that the features are read from, and the markers made of them."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from .library import IN_ORDER, WITH_IDS, Query
from .paging import PAGE_SIZE
from .rows import EPISODE, MOVIE, SEASON, SERIES

EVERYWHERE: Final[Query] = {
    **WITH_IDS,
    "recursive": "true",
    "collapseBoxSetItems": "false",
    "enableUserData": "true",
    "enableTotalRecordCount": "true",
}
HISTORY_QUERY: Final[Query] = {
    **EVERYWHERE,
    "includeItemTypes": f"{MOVIE},{EPISODE}",
    "excludeLocationTypes": "Virtual",
    "filters": "IsPlayed",
    # Whole seasons are marked at one moment, and have to keep their places.
    "sortBy": "DatePlayed,DateCreated",
    "sortOrder": "Descending",
}
FAVOURITES_QUERY: Final[Query] = {
    **EVERYWHERE,
    **IN_ORDER,
    "includeItemTypes": f"{MOVIE},{SERIES}",
    "filters": "IsFavorite",
}
PROGRESS_QUERY: Final[Query] = {
    **EVERYWHERE,
    **IN_ORDER,
    "includeItemTypes": f"{MOVIE},{EPISODE}",
    "excludeLocationTypes": "Virtual",
    "filters": "IsResumable",
}
RATINGS_QUERY: Final[Query] = {**EVERYWHERE, **IN_ORDER}
# For each series and season the server counts what is left to watch in it: a page of
# many would take a small server minutes.
RATINGS_PAGES: Final = {f"{MOVIE},{EPISODE}": PAGE_SIZE, f"{SERIES},{SEASON}": 200}


def digest(parts: Iterable[object]) -> str:
    """Return a short text that changes with what it is made of."""
    found = blake2b(digest_size=8)
    for part in parts:
        found.update(f"{part}\n".encode())
    return found.hexdigest()


def digest_of_all(rows: Iterable[object]) -> str:
    """Return a digest of rows that come in any order."""
    return digest(sorted(map(repr, rows)))
