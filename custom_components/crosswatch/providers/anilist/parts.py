"""What AniList is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .provider import AniListProvider
from .sign_in import AniListSignIn
from .wire import API

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=AniListSignIn,
    create=AniListProvider.create,
    address=API,
)
