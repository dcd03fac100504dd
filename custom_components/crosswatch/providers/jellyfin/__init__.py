"""Jellyfin: the history, watchlist, ratings and progress of one user of a server."""

from typing import Final

from ..mediabrowser.options import MOVED_BY, OPTIONS
from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="jellyfin",
    name="Jellyfin",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    options=OPTIONS,
    moved_by=MOVED_BY,
    announced_as=("Jellyfin Server",),
)
