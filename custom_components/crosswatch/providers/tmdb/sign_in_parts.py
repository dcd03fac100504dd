"""How a person comes to an account of TMDb; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import TmdbSignIn

PARTS: Final = SignInParts(
    sign_in=TmdbSignIn,
)
