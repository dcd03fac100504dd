"""How a person comes to an account of Kodi; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import KodiSignIn, known_from

PARTS: Final = SignInParts(
    sign_in=KodiSignIn,
    known_from={"kodi": known_from},
)
