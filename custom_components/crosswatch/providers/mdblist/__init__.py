"""MDBList: history with every play, ratings, the watchlist and positions."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="mdblist",
    name="MDBList",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    links={"preferences_url": "https://mdblist.com/preferences/#api"},
)
