"""Titles that the person gave up: to be left alone where wanted."""

from collections.abc import Mapping
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Feature
from ..answer import JsonObject
from .answers import buckets_in
from .client import SimklClient
from .mapping import ANIME, Titles
from .options import DROPPED
from .reading import ITEMS, PARTS
from .stamps import BUCKETS

# What a person thinks of a title stands, whether it was watched to its end or not.
FEATURES: Final = frozenset({Feature.WATCHLIST, Feature.HISTORY, Feature.PROGRESS})


class Dropped:
    """The titles that an account has dropped, asked for again when that changes."""

    def __init__(self, client: SimklClient, *, wanted: bool) -> None:
        """Take the API; nothing is asked where nobody wants to leave them out."""
        self._client = client
        self._wanted = wanted
        self._stamps: Mapping[str, str] = {}
        self._keys: frozenset[str] | None = None

    def note(self, activities: JsonObject) -> None:
        """Note when something was dropped or taken up last."""
        stamps = {bucket: _stamp_in(activities, bucket) for bucket in BUCKETS}
        if stamps != self._stamps:
            self._keys = None
        self._stamps = stamps

    async def keys(self, feature: Feature) -> frozenset[str]:
        """Return the keys of the titles that are to be left alone in a feature."""
        if not self._wanted or feature not in FEATURES:
            return frozenset()
        if self._keys is None:
            self._keys = await self._read()
        return self._keys

    async def _read(self) -> frozenset[str]:
        """Read what was dropped, where anything ever was."""
        keys: set[str] = set()
        for bucket in BUCKETS:
            if self._stamps and not self._stamps[bucket]:
                continue
            params = PARTS if bucket == ANIME else {}
            path = f"{ITEMS}/{bucket}/{DROPPED}"
            found = buckets_in(await self._client.items(path, **params))
            titles = Titles()
            for row in found.get(bucket, []):
                title = titles.title(row, bucket)
                for item in filter(None, (title.item, title.parts, title.series)):
                    keys.update(item_keys(item))
        return frozenset(keys)


def _stamp_in(activities: JsonObject, bucket: str) -> str:
    """Return when something was dropped last, empty for never."""
    for name in BUCKETS[bucket]:
        block = activities.get(name)
        if isinstance(block, dict):
            return str(block.get(DROPPED) or "")
    return ""
