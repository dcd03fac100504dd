"""How a person comes to an account of AniList; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import AniListSignIn

PARTS: Final = SignInParts(
    sign_in=AniListSignIn,
)
