"""What MDBList is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .client import API
from .provider import MdblistProvider
from .sign_in import MdblistSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=MdblistSignIn,
    create=MdblistProvider.create,
    address=API,
)
