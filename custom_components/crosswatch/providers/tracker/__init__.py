"""The built-in tracker: keeps everything itself, in a file, and needs no service."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of

SPEC: Final = ProviderSpec(
    slug="tracker",
    name="CrossWatch Tracker",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
)
