"""The built-in tracker: keeps everything itself, in a file, and needs no service."""

from typing import Final

from ..spec import ProviderSpec
from .provider import CAPABILITIES, SLUG, create
from .sign_in import TrackerSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="CrossWatch Tracker",
    capabilities=CAPABILITIES,
    sign_in=TrackerSignIn,
    create=create,
)
