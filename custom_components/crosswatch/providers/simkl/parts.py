"""What SIMKL is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .client import API
from .provider import CAPABILITIES, SimklProvider
from .sign_in import SimklSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=SimklSignIn,
    create=SimklProvider.create,
    address=API,
)
