"""The records of one TMDb account, read and written, and what TMDb knows of titles."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime

from ...engine.model import Feature, Snapshot
from ...engine.plan import Operation, Outcome
from ..mediabrowser.writing import carry_out_all
from ..without_libraries import WithoutLibraries
from .client import TmdbClient
from .lists import LISTS, Lists
from .lookup import Lookup
from .writing import Writer


class TmdbRecords(WithoutLibraries):
    """The records of one TMDb account."""

    def __init__(self, client: TmdbClient) -> None:
        """Start without having asked anything."""
        self._client = client
        self._lists = Lists(client)
        self.lookup = Lookup(client)

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return markers from the first pages, of which the next read makes use."""
        markers = {
            feature: await self._lists.marker(feature)
            for feature in LISTS
            if feature in features
        }
        return {feature: marker for feature, marker in markers.items() if marker}

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records: TMDb tells nothing of what has changed."""
        now = datetime.now(UTC)
        records = await self._lists.read(feature, previous)
        return Snapshot.of(feature, records, now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        self._lists.forget()
        writer = Writer(self._client, feature)
        async for outcome in carry_out_all(operations, writer.carry_out):
            yield outcome
