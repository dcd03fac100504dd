"""What an account of Trakt is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .oauth import API
from .provider import TraktProvider

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=TraktProvider.create,
    address=API,
)
