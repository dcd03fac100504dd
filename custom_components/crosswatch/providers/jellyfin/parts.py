"""What an account of Jellyfin is made of; see `ProviderParts`."""

from typing import Final

from ..mediabrowser.capabilities import CAPABILITIES
from ..mediabrowser.found import found_server
from ..spec import ProviderParts
from .provider import create

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=create,
    found=found_server,
)
