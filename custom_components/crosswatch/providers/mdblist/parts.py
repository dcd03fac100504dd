"""What an account of MDBList is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .client import API
from .provider import MdblistProvider

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=MdblistProvider.create,
    address=API,
)
