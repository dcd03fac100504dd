"""The built-in tracker, as the engine sees an account."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, override

from ...engine.model import Feature, MediaKind, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import (
    ALL_KINDS,
    AccountInfo,
    AuthenticationError,
    FeatureSupport,
    Provider,
)
from ..spec import Connection
from ..without_libraries import WithoutLibraries
from .naming import account_slug, file_name
from .store import Store

SLUG: Final = "tracker"

_PLAYABLE: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
_BATCH: Final = 1000

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=ALL_KINDS, update=False, by_title=True, batch_size=_BATCH
    ),
    Feature.HISTORY: FeatureSupport(
        kinds=_PLAYABLE, by_title=True, plays=True, batch_size=_BATCH
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS, by_title=True, rating_step=0.1, batch_size=_BATCH
    ),
    Feature.PROGRESS: FeatureSupport(kinds=_PLAYABLE, by_title=True, batch_size=_BATCH),
}


class TrackerProvider(WithoutLibraries, Provider):
    """One tracker: a file of its own, used in threads."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(self, name: str, path: Path) -> None:
        """Take its name, and the place of its file."""
        self._name = name
        self._store = Store(path)

    @override
    async def identify(self) -> AccountInfo:
        """Return which tracker this is, if its file is there."""
        await asyncio.to_thread(self._store.check)
        return account_info(self._name)

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the change counters of these features."""
        return await asyncio.to_thread(self._store.markers, features)

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records; the file is quicker read than a difference is found."""
        return await asyncio.to_thread(self._store.read, feature, datetime.now(UTC))

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations; all outcomes come when they are on the disk."""
        for outcome in await asyncio.to_thread(self._store.write, feature, operations):
            yield outcome


def account_info(name: str) -> AccountInfo:
    """Return which tracker one of this name is."""
    return AccountInfo(account_id=account_slug(name), name=name)


def create(connection: Connection) -> TrackerProvider:
    """Return the provider of an account."""
    name = connection.data.get("name")
    if not isinstance(name, str) or not account_slug(name):
        raise AuthenticationError("The account's data lacks name: sign in again")
    return TrackerProvider(name, connection.folder / file_name(name))
