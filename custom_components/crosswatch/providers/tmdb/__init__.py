"""TMDb: watchlist and ratings, and what it knows of the titles of other services."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="tmdb",
    name="TMDb",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    links={"api_url": "https://www.themoviedb.org/settings/api"},
)
