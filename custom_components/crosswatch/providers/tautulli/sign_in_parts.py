"""How a person comes to an account of Tautulli; see `SignInParts`."""

from typing import Final

from ..spec import SignInParts
from .sign_in import TautulliSignIn, answers_from

PARTS: Final = SignInParts(
    sign_in=TautulliSignIn,
    known_from={"tautulli": answers_from},
)
