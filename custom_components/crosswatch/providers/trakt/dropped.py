"""Shows that the person gave up, and hid at Trakt: to be left alone where wanted."""

from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Feature, Item
from .client import TraktClient
from .mapping import RowReader
from .paging import Page, collect

# What a person thinks of a show stands, whether it was watched to its end or not.
FEATURES: Final = frozenset({Feature.WATCHLIST, Feature.HISTORY, Feature.PROGRESS})
_PATH: Final = "/users/hidden/dropped"


class Dropped:
    """The shows that an account has dropped, asked for again when that changes."""

    def __init__(self, client: TraktClient, *, wanted: bool) -> None:
        """Take the API; nothing is asked where nobody wants to leave them out."""
        self._client = client
        self._wanted = wanted
        self._stamp = ""
        self._keys: frozenset[str] | None = None

    def note(self, stamp: str) -> None:
        """Note when a show was dropped or taken up last; empty where that is unknown."""
        if not stamp or stamp != self._stamp:
            self._keys = None
        self._stamp = stamp

    async def keys(self, feature: Feature) -> frozenset[str]:
        """Return the keys of the shows that are to be left alone in a feature."""
        if not self._wanted or feature not in FEATURES:
            return frozenset()
        if self._keys is None:
            self._keys = await self._read()
        return self._keys

    async def _read(self) -> frozenset[str]:
        """Read which shows were dropped."""
        reader = RowReader()

        async def fetch(number: int) -> Page[tuple[str, Item]]:
            """Return one page."""
            return await self._client.page(_PATH, number, reader.named, type="show")

        listing = await collect(fetch, lambda named: named[0])
        return frozenset(key for _, show in listing.things for key in item_keys(show))
