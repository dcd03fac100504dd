"""How a person comes to an account of Trakt; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import TraktSignIn

PARTS: Final = SignInParts(
    sign_in=TraktSignIn,
)
