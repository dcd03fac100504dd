"""SIMKL: its lists, history, ratings and positions, of films, series and anime."""

from typing import Final

from ..spec import ProviderSpec
from .client import API
from .options import MOVED_BY, OPTIONS
from .provider import CAPABILITIES, SLUG, SimklProvider
from .sign_in import SimklSignIn

SPEC: Final = ProviderSpec(
    slug=SLUG,
    name="SIMKL",
    capabilities=CAPABILITIES,
    sign_in=SimklSignIn,
    create=SimklProvider.create,
    address=API,
    links={"developer_url": "https://simkl.com/settings/developer/new/"},
    options=OPTIONS,
    moved_by=MOVED_BY,
)
