"""The records of one SIMKL account: read in full or what has changed, and written."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

from ...engine.model import Feature, Snapshot
from ...engine.plan import Operation, Outcome
from ..answer import Answer, JsonObject
from ..without_libraries import WithoutLibraries
from .client import SimklClient
from .dropped import Dropped
from .options import Lists
from .positions import PositionWriter
from .reading import Reader
from .stamps import NAMES, markers_from
from .watchlist import WatchlistWriter
from .writing import Writer


class SimklRecords(WithoutLibraries):
    """The records of one SIMKL account."""

    def __init__(
        self,
        client: SimklClient,
        lists: Lists,
        *,
        leaves_dropped: bool,
        keeps_plays: Callable[[], bool],
    ) -> None:
        """Take the API on behalf of the account, and its watchlist.

        With `leaves_dropped` nothing is done about titles that the person gave up.
        `keeps_plays` tells whether it can have watched a title several times: what it
        pays for may change at any time.
        """
        self._client = client
        self._lists = lists
        self._dropped = Dropped(client, wanted=leaves_dropped)
        self._keeps_plays = keeps_plays
        # The stamps that each feature's marker was made of, until it is read.
        self._stamps: dict[Feature, JsonObject] = {}

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature, from one request for all of them."""
        if not features:
            return {}
        answer = await self._activities(features)
        return dict(markers_from(answer, features))

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature."""
        if feature not in self._stamps and feature is not Feature.PROGRESS:
            await self._activities([feature])
        activities = self._stamps.pop(feature, {})
        reader = Reader(self._client, self._lists, every=self._keeps_plays())
        return await reader.read(feature, previous, activities)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        match feature:
            case Feature.WATCHLIST:
                told = WatchlistWriter(self._client, self._lists).outcomes(operations)
            case Feature.PROGRESS:
                told = PositionWriter(self._client).outcomes(operations)
            case _:
                writer = Writer(self._client, feature, every=self._keeps_plays())
                told = writer.outcomes(operations)
        async for outcome in told:
            yield outcome

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return what the person has dropped, where that is to be left alone."""
        return await self._dropped.keys(feature)

    async def _activities(self, features: Collection[Feature]) -> Answer:
        """Return when what last changed, and remember it for the reads that follow."""
        answer = await self._client.activities()
        stamps = answer.object()
        self._dropped.note(stamps)
        self._stamps.update((each, stamps) for each in features if each in NAMES)
        return answer
