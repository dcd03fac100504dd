"""What Trakt is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .oauth import API
from .provider import TraktProvider
from .sign_in import TraktSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=TraktSignIn,
    create=TraktProvider.create,
    address=API,
)
