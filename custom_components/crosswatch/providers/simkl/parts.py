"""What SIMKL is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .client import API
from .provider import SimklProvider
from .sign_in import SimklSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=SimklSignIn,
    create=SimklProvider.create,
    address=API,
)
