"""AniList: the list of planned anime as the watchlist, and scores as ratings."""

from typing import Final

from ..sign_in import FieldKind, FormField
from ..spec import ProviderSpec
from .client import API
from .oauth import APPLICATIONS_URL, REDIRECT
from .provider import CAPABILITIES, SLUG, AniListProvider
from .sign_in import AniListSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="AniList",
    capabilities=CAPABILITIES,
    sign_in=AniListSignIn,
    create=AniListProvider.create,
    address=API,
    links={"applications_url": APPLICATIONS_URL, "redirect_uri": REDIRECT},
    options=(
        FormField("numbering_file", FieldKind.PATH, required=False),
        FormField("numbering_overrides", FieldKind.PATH, required=False),
    ),
)
