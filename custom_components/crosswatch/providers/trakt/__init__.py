"""Trakt: history with every play, ratings and the watchlist."""

from typing import Final

from ..spec import ProviderSpec
from .provider import CAPABILITIES, SLUG, TraktProvider
from .sign_in import TraktSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Trakt",
    capabilities=CAPABILITIES,
    sign_in=TraktSignIn,
    create=TraktProvider.create,
    links={"applications_url": "https://trakt.tv/oauth/applications"},
)
