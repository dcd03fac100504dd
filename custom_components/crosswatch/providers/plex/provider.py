"""One user of a Plex server, as the engine sees an account."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Final, override

from ...engine.model import Feature, Library, MediaKind, Snapshot
from ...engine.plan import Operation, Outcome
from ...engine.provider import (
    ALL_KINDS,
    AccountInfo,
    AuthenticationError,
    FeatureSupport,
    ProtocolError,
    Provider,
    ProviderError,
)
from ..answer import JsonObject
from ..spec import Connection
from .catalogue import Catalogue
from .client import PlexClient
from .doubts import Doubts
from .fields import text, whole
from .files import account_key, file_name
from .guids import ID_NAMESPACES
from .history import FULL_READ_EVERY, History
from .index import LibraryIndex
from .library import Lists, ShowCache
from .login import login_from
from .marking import MarkChange
from .notes import Notes
from .own import Own
from .paging import gather
from .placing import PositionChange
from .probe import views_marker
from .progress import Positions
from .rating import RatingChange
from .ratings import Ratings
from .sending import Change, send_all
from .targets import Targets
from .watchlist import Watchlist

SLUG: Final = "plex"

# What a server does unless its owner has changed it.
COMPLETES_AT: Final = 90.0
_PLAYABLE: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})

# Each marker has the number of records and the newest of them: one that is removed
# while another one is added with an old date passes it by.
_TRUST: Final = FULL_READ_EVERY

CAPABILITIES: Final[Mapping[Feature, FeatureSupport]] = {
    Feature.WATCHLIST: FeatureSupport(
        kinds=frozenset({MediaKind.MOVIE, MediaKind.SHOW}),
        update=False,
        ids=ID_NAMESPACES,
        trust_marker_for=_TRUST,
    ),
    # The server dates a play with the moment of writing; the date that was meant is
    # kept in a file of ours, to the second.
    Feature.HISTORY: FeatureSupport(
        kinds=_PLAYABLE,
        update=False,
        ids=ID_NAMESPACES,
        plays=True,
        precision=timedelta(seconds=1),
        trust_marker_for=_TRUST,
        libraries=True,
    ),
    Feature.RATINGS: FeatureSupport(
        kinds=ALL_KINDS,
        ids=ID_NAMESPACES,
        rating_step=1.0,
        trust_marker_for=_TRUST,
        libraries=True,
    ),
    Feature.PROGRESS: FeatureSupport(
        kinds=_PLAYABLE,
        ids=ID_NAMESPACES,
        trust_marker_for=_TRUST,
        libraries=True,
        completes_at=COMPLETES_AT,
    ),
}


class PlexProvider(Provider):
    """One user of a Plex server, with the watchlist of the account at plex.tv."""

    slug = SLUG
    # What this server and this account can do is no more than this.
    capabilities: Mapping[Feature, FeatureSupport] = CAPABILITIES

    def __init__(
        self,
        client: PlexClient,
        catalogue: Catalogue | None,
        own: Own,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything; without plex.tv there is no watchlist."""
        self._client = client
        self._now = now
        self._notes = Notes(own)
        self._lists = Lists(client)
        shows = ShowCache(self._lists)
        self._index = LibraryIndex(self._lists)
        self._history = History(self._lists, shows, self._notes)
        self._ratings = Ratings(self._lists, shows)
        self._positions = Positions(client, self._lists, shows, self._notes)
        self._watchlist = Watchlist(catalogue, self._notes) if catalogue else None
        self._doubts = Doubts(self._lists, self._watchlist)
        self.capabilities = {
            feature: support
            for feature, support in CAPABILITIES.items()
            if feature is not Feature.WATCHLIST or catalogue is not None
        }

    @override
    async def identify(self) -> AccountInfo:
        """Return who this account is, and learn how its server is set up."""
        root = await self._client.root()
        if not self._is_right(root) and await self._client.find_again():
            root = await self._client.root()
        login = self._client.login
        if not self._is_right(root):
            raise AuthenticationError(
                "Another Plex server answers at the address of this account: check the"
                " address, or sign in again"
            )
        if login.is_owner:
            progress = self.capabilities[Feature.PROGRESS]
            threshold = await self._threshold()
            self.capabilities = {
                **self.capabilities,
                Feature.PROGRESS: replace(progress, completes_at=threshold),
            }
        return login.info(text(root, "version"))

    def _is_right(self, root: JsonObject) -> bool:
        """Tell whether it is the server of this account that has answered."""
        return text(root, "machineIdentifier") == self._client.login.server_id

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers of these features, with as few requests as will do."""
        asked: dict[Feature, Coroutine[None, None, str]] = {}
        if Feature.WATCHLIST in features and self._watchlist is not None:
            alone = len(features) == 1
            marker = self._watchlist.marker
            asked[Feature.WATCHLIST] = marker() if alone else _if_any(marker)
        if Feature.RATINGS in features:
            asked[Feature.RATINGS] = self._ratings.marker()
        viewed = {Feature.HISTORY, Feature.PROGRESS}.intersection(features)
        if viewed:
            asked[Feature.HISTORY] = views_marker(self._lists)
        markers = dict(zip(asked, await gather(asked.values()), strict=True))
        if Feature.PROGRESS in viewed:
            views = markers[Feature.HISTORY]
            markers[Feature.PROGRESS] = await self._positions.marker(views)
        return {
            name: marker
            for name, marker in markers.items()
            if marker and name in features
        }

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature, what is missing looked into."""
        snapshot = await self._read(feature, previous)
        if await self._doubts.contradict(snapshot, previous):
            # It may have come back meanwhile.
            snapshot = await self._read(feature, None)
            if await self._doubts.contradict(snapshot, previous):
                raise ProtocolError(
                    "The lists of Plex contradict what it says of the items themselves:"
                    " they may be cut short, or those of another user"
                )
        return snapshot

    async def _read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return what is listed, each feature in its own way."""
        now = self._now()
        match feature:
            case Feature.HISTORY:
                return await self._history.read(previous, now)
            case Feature.RATINGS:
                return await self._ratings.read(now)
            case Feature.PROGRESS:
                return await self._positions.read(now)
            case _:
                return await self._the_watchlist().read(previous, now)

    @override
    async def libraries(self) -> Sequence[Library]:
        """Return the libraries of films and shows that the user may see."""
        return await self._lists.libraries()

    @override
    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return which library items are in."""
        rows = await self._lists.by_key(native_ids)
        return {key: row.section for key, row in rows.items() if row.section}

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those items that are in no library any more, or in none of the user's.

        What was done with them went with them: nobody has taken it back. The watchlist
        is of titles, which are in no library.
        """
        if feature is Feature.WATCHLIST:
            return frozenset()
        keys = frozenset(key for key in native_ids if key.isdecimal())
        return keys - (await self._lists.by_key(keys)).keys()

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations."""
        if feature is Feature.WATCHLIST:
            outcomes = self._the_watchlist().write(operations)
        else:
            targets = Targets(self._lists, self._index, self._client.sleep)
            outcomes = send_all(self._change(feature, targets), targets, operations)
        self._ratings.forget()
        async for outcome in outcomes:
            yield outcome

    def _change(self, feature: Feature, targets: Targets) -> Change:
        """Return how a feature is written."""
        match feature:
            case Feature.HISTORY:
                return MarkChange(
                    self._client, self._lists, self._notes, targets, self._now
                )
            case Feature.RATINGS:
                return RatingChange(self._client, targets, self._now)
            case _:
                return PositionChange(
                    self._client,
                    self._notes,
                    self._positions,
                    targets,
                    self.capabilities[Feature.PROGRESS].completes_at or COMPLETES_AT,
                )

    def _the_watchlist(self) -> Watchlist:
        """Return the watchlist, which only an account at plex.tv has."""
        if self._watchlist is None:
            raise AuthenticationError(
                "Only an account at plex.tv has a watchlist: sign in with a code"
            )
        return self._watchlist

    async def _threshold(self) -> float:
        """Return the percentage from which on the server takes an item for watched."""
        container = await self._client.allowed("/:/prefs")
        settings = container.get("Setting") if container else None
        for setting in settings if isinstance(settings, list) else ():
            if (
                isinstance(setting, dict)
                and text(setting, "id") == "LibraryVideoPlayedThreshold"
            ):
                value = whole(setting, "value") or 0
                return float(value) if 0 < value <= 100 else COMPLETES_AT
        return COMPLETES_AT


async def _if_any(marker: Callable[[], Coroutine[None, None, str]]) -> str:
    """Return the marker of the watchlist, none where plex.tv does not answer.

    The server goes on without it; the read of the watchlist itself will tell.
    """
    try:
        return await marker()
    except ProviderError:
        return ""


def create(connection: Connection) -> PlexProvider:
    """Return the provider of an account."""
    login = login_from(connection.data)
    session, limiters = connection.session, connection.limiters
    public = connection.verified or session
    client = PlexClient(login, session, limiters, connection.save, public)
    catalogue = None
    if login.account_token:
        catalogue = Catalogue(
            public, limiters, login.device_id, login.account_token, client.secrets
        )
    own = Own(connection.folder / file_name(account_key(connection.data)))
    return PlexProvider(client, catalogue, own)
