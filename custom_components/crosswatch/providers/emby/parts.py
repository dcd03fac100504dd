"""What an account of Emby is made of; see `ProviderParts`."""

from typing import Final

from ..mediabrowser.found import found_server
from ..spec import ProviderParts
from .provider import CAPABILITIES, create

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=create,
    found=found_server,
)
