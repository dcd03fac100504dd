"""What an account of AniList is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .provider import AniListProvider
from .wire import API

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=AniListProvider.create,
    address=API,
)
