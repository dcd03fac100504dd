"""AniList: the list of planned anime as the watchlist, and scores as ratings."""

from typing import Final

from ..sign_in import FieldKind, FormField
from ..spec import ProviderSpec, parts_of, sign_in_of
from .oauth import APPLICATIONS_URL, REDIRECT

SPEC: Final = ProviderSpec(
    slug="anilist",
    name="AniList",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    links={"applications_url": APPLICATIONS_URL, "redirect_uri": REDIRECT},
    options=(
        FormField("numbering_file", FieldKind.PATH, required=False),
        FormField("numbering_overrides", FieldKind.PATH, required=False),
    ),
)
