"""What an account of Kodi is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .provider import create

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=create,
)
