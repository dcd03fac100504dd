"""What an account of TMDb is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .client import API
from .provider import create

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=create,
    address=API,
)
