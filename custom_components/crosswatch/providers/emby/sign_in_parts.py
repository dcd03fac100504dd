"""How a person comes to an account of Emby; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import EmbySignIn

# Home Assistant's own Emby integration has no entries to learn an address from.
PARTS: Final = SignInParts(
    sign_in=EmbySignIn,
)
