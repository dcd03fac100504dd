"""One SIMKL account, as the engine sees it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from copy import replace
from typing import Final

from ...engine.model import Feature, MediaKind, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import AccountInfo, FeatureSupport
from ..answer import Answer, JsonObject
from ..http import HttpClient
from ..spec import Connection
from ..without_libraries import WithoutLibraries
from .client import HOST, PACE, SimklClient
from .dropped import Dropped
from .mapping import account_from, plan_from, text
from .options import DROPPED, Lists, lists_from
from .positions import PositionWriter
from .reading import Reader
from .stamps import NAMES, markers_from
from .watchlist import WatchlistWriter
from .writing import BATCH_SIZES, Writer

SLUG: Final = "simkl"

_IDS: Final = frozenset(
    {"simkl", "imdb", "tmdb", "tvdb", "mal", "anilist", "kitsu", "anidb"}
)
_TITLES: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW})
_PLAYED: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=_TITLES,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.WATCHLIST],
        # What is watched is moved from the planned titles to others.
        drops_watched=True,
    ),
    # To watch something again changes nothing for most accounts, not even the date.
    Feature.HISTORY: FeatureSupport(
        kinds=_PLAYED,
        update=False,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.HISTORY],
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=_TITLES,
        ids=_IDS,
        rating_step=1.0,
        batch_size=BATCH_SIZES[Feature.RATINGS],
    ),
    # A position is written as a pause, which SIMKL keeps however near the end it is: for
    # some days, and until another episode of the series is paused.
    Feature.PROGRESS: FeatureSupport(
        kinds=_PLAYED,
        ids=_IDS,
        batch_size=BATCH_SIZES[Feature.PROGRESS],
        forgets=True,
    ),
}
# Who pays can have several times of watching one title.
_PAID: Final = frozenset({"pro", "vip"})


class SimklProvider(WithoutLibraries):
    """One SIMKL account."""

    slug = SLUG

    def __init__(
        self, client: SimklClient, lists: Lists, dropped: Dropped, plan: str
    ) -> None:
        """Take the API on behalf of the account, its watchlist, and what it pays for."""
        self._client = client
        self._lists = lists
        self._dropped = dropped
        self._plan = plan
        # The stamps that each feature's marker was made of, until it is read.
        self._stamps: dict[Feature, JsonObject] = {}

    @classmethod
    def create(cls, connection: Connection) -> SimklProvider:
        """Return the account that a sign-in has returned."""
        data = connection.data
        client_id, token = text(data.get("client_id")), text(data.get("access_token"))

        def secrets() -> Collection[str]:
            """Return what must never appear in a text."""
            return [each for each in (client_id, token) if each]

        limiter = connection.limiters.for_host(HOST, PACE)
        http = HttpClient(connection.session, limiter, secrets=secrets)
        client = SimklClient(http, limiter, client_id, token)
        options = connection.options
        dropped = Dropped(client, wanted=options.get(DROPPED) is True)
        return cls(client, lists_from(options), dropped, text(data.get("plan")))

    @property
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return what the account can do, which depends on what it pays for."""
        if not self._keeps_plays:
            return CAPABILITIES
        history = replace(CAPABILITIES[Feature.HISTORY], plays=True)
        return {**CAPABILITIES, Feature.HISTORY: history}

    @property
    def _keeps_plays(self) -> bool:
        """Tell whether the account can have watched a title several times."""
        return self._plan in _PAID

    async def identify(self) -> AccountInfo:
        """Return whose account it is; what it pays for may have changed."""
        settings = await self._client.settings()
        self._plan = plan_from(settings)
        return account_from(settings)

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
        reader = Reader(self._client, self._lists, every=self._keeps_plays)
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
                writer = Writer(self._client, feature, every=self._keeps_plays)
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
