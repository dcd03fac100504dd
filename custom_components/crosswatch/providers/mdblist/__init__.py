"""MDBList: history with every play, ratings, the watchlist and positions."""

from typing import Final

from ..spec import ProviderSpec
from .client import API
from .provider import CAPABILITIES, SLUG, MdblistProvider
from .sign_in import MdblistSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="MDBList",
    capabilities=CAPABILITIES,
    sign_in=MdblistSignIn,
    create=MdblistProvider.create,
    address=API,
    links={"preferences_url": "https://mdblist.com/preferences/#api"},
)
