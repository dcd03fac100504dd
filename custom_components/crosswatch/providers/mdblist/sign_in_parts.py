"""How a person comes to an account of MDBList; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import MdblistSignIn

PARTS: Final = SignInParts(
    sign_in=MdblistSignIn,
)
