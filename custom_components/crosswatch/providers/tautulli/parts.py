"""What Tautulli is made of; see `ProviderParts`."""

from typing import Final

from ..spec import ProviderParts
from .capabilities import CAPABILITIES
from .provider import create
from .sign_in import TautulliSignIn, answers_from

PARTS: Final = ProviderParts(
    capabilities=CAPABILITIES,
    sign_in=TautulliSignIn,
    create=create,
    known_from={"tautulli": answers_from},
)
