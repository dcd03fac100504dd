"""TMDb: watchlist and ratings, and what it knows of the titles of other services."""

from typing import Final

from ..spec import ProviderSpec
from .client import API
from .provider import CAPABILITIES, SLUG, create
from .sign_in import TmdbSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="TMDb",
    capabilities=CAPABILITIES,
    sign_in=TmdbSignIn,
    create=create,
    address=API,
    links={"api_url": "https://www.themoviedb.org/settings/api"},
)
