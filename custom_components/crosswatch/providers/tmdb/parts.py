"""What TMDb is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .client import API
from .provider import create
from .sign_in import TmdbSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=TmdbSignIn,
    create=create,
    address=API,
)
