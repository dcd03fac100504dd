"""What AniList is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .client import API
from .provider import CAPABILITIES, AniListProvider
from .sign_in import AniListSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=AniListSignIn,
    create=AniListProvider.create,
    address=API,
)
