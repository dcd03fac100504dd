"""Trakt: history with every play, ratings, the watchlist and positions."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of
from .options import OPTIONS

SPEC: Final = ProviderSpec(
    slug="trakt",
    name="Trakt",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    options=OPTIONS,
    links={"applications_url": "https://trakt.tv/oauth/applications"},
)
