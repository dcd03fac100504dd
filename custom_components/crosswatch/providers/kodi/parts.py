"""What Kodi is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .found import found_kodi
from .provider import create
from .sign_in import KodiSignIn, known_from

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=KodiSignIn,
    create=create,
    known_from={"kodi": known_from},
    found=found_kodi,
)
