"""Trakt: history with every play, ratings, the watchlist and positions."""

from typing import Final

from ..sign_in import FieldKind, FormField
from ..spec import ProviderSpec
from .dropped import OPTION
from .oauth import API
from .provider import CAPABILITIES, SLUG, TraktProvider
from .sign_in import TraktSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Trakt",
    capabilities=CAPABILITIES,
    sign_in=TraktSignIn,
    create=TraktProvider.create,
    address=API,
    options=(FormField(OPTION, FieldKind.SWITCH, default=False),),
    links={"applications_url": "https://trakt.tv/oauth/applications"},
)
