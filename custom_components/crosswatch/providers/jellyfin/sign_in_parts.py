"""How a person comes to an account of Jellyfin; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .known import answers_known
from .sign_in import JellyfinSignIn

PARTS: Final = SignInParts(
    sign_in=JellyfinSignIn,
    known_from={"jellyfin": answers_known},
)
