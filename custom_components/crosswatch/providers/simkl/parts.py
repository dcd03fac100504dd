"""What an account of SIMKL is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .client import API
from .provider import SimklProvider

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    create=SimklProvider.create,
    address=API,
)
