"""What CrossWatch Tracker is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .provider import CAPABILITIES, create
from .sign_in import TrackerSignIn

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES, sign_in=TrackerSignIn, create=create
)
