"""SIMKL: its lists, history, ratings and positions, of films, series and anime."""

from typing import Final

from ..spec import ProviderSpec, parts_of, sign_in_of
from .options import MOVED_BY, OPTIONS

SPEC: Final = ProviderSpec(
    slug="simkl",
    name="SIMKL",
    load=parts_of(__name__),
    load_sign_in=sign_in_of(__name__),
    links={"developer_url": "https://simkl.com/settings/developer/new/"},
    options=OPTIONS,
    moved_by=MOVED_BY,
)
