"""Kodi: the history, ratings and positions of one profile of a device."""

from typing import Final

from ..sign_in import FieldKind, FormField
from ..spec import ProviderSpec
from .found import SERVICE_TYPE, found_kodi
from .provider import CAPABILITIES, SLUG, create
from .sign_in import KodiSignIn, known_from

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="Kodi",
    capabilities=CAPABILITIES,
    sign_in=KodiSignIn,
    create=create,
    options=(FormField("time_zone", FieldKind.TEXT, required=False),),
    known_from={"kodi": known_from},
    discovered_by={SERVICE_TYPE: found_kodi},
)
