"""How a person comes to an account of CrossWatch Tracker; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import TrackerSignIn

PARTS: Final = SignInParts(
    sign_in=TrackerSignIn,
)
