"""What an account of Kodi is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .found import found_kodi
from .provider import create

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=create,
    found=found_kodi,
)
