"""Kodi: the history, ratings and positions of one profile of a device."""

from typing import Final

from ..sign_in import FieldKind, FormField
from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="kodi",
    name="Kodi",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    options=(FormField("time_zone", FieldKind.TEXT, required=False),),
    announced_as=("_xbmc-jsonrpc-h._tcp.local.",),
)
