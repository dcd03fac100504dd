"""What Emby is made of; see `ProviderParts`."""

from typing import Final

from ..mediabrowser.found import found_server
from ..spec import ProviderParts
from .provider import CAPABILITIES, create
from .sign_in import EmbySignIn

# Home Assistant's own Emby integration has no entries to learn an address from.
PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=EmbySignIn,
    create=create,
    found=found_server,
)
