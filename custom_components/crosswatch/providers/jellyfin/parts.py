"""What Jellyfin is made of; see `ProviderParts`."""

from typing import Final

from ..mediabrowser.capabilities import CAPABILITIES
from ..mediabrowser.found import found_server
from ..spec import ProviderParts
from .known import answers_known
from .provider import create
from .sign_in import JellyfinSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=JellyfinSignIn,
    create=create,
    known_from={"jellyfin": answers_known},
    found=found_server,
)
