"""How a person comes to an account of SIMKL; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import SimklSignIn

PARTS: Final = SignInParts(
    sign_in=SimklSignIn,
)
