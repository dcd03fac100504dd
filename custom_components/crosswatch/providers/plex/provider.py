"""One user of a Plex server, as the engine sees an account."""

from collections.abc import Callable, Collection, Mapping
from copy import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, override

from ...engine.model import Feature
from ...engine.provider import AccountInfo, AuthenticationError, FeatureSupport
from ..http import JsonObject
from ..late import LateProvider
from ..spec import Connection
from .account import Cloud
from .capabilities import CAPABILITIES, COMPLETES_AT
from .client import PlexClient
from .fields import text, whole
from .files import account_key, file_name
from .login import login_from

if TYPE_CHECKING:
    from .records import PlexRecords

SLUG: Final = "plex"


class PlexProvider(LateProvider["PlexRecords"]):
    """One user of a Plex server, with the watchlist of the account at plex.tv."""

    slug = SLUG
    # What this server and this account can do is no more than this.
    capabilities: Mapping[Feature, FeatureSupport] = CAPABILITIES

    def __init__(
        self,
        client: PlexClient,
        cloud: Cloud | None,
        file: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything; without plex.tv there is no watchlist.

        `file` is where our own notes are kept.
        """
        super().__init__()
        self._client = client
        self._cloud = cloud
        self._file = file
        self._now = now
        self.capabilities = {
            feature: support
            for feature, support in CAPABILITIES.items()
            if feature is not Feature.WATCHLIST or cloud is not None
        }

    @classmethod
    def create(cls, connection: Connection) -> PlexProvider:
        """Return the account that a sign-in has returned."""
        login = login_from(connection.data)
        session, limiters = connection.session, connection.limiters
        public = connection.verified or session
        client = PlexClient(login, session, limiters, connection.save, public)
        cloud = None
        if login.account_token:
            cloud = Cloud(login, public, limiters, client.secrets)
        file = connection.folder / file_name(account_key(connection.data))
        return cls(client, cloud, file)

    @override
    def _load(self) -> PlexRecords:
        """Import what reads and writes, and return it."""
        from .catalogue import Catalogue  # noqa: PLC0415
        from .own import Own  # noqa: PLC0415
        from .records import PlexRecords  # noqa: PLC0415

        catalogue = None if self._cloud is None else Catalogue(self._cloud)
        own = Own(self._file)
        return PlexRecords(self._client, catalogue, own, self._now, self._completes_at)

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

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those items that are in no library of the user's any more."""
        return await (await self.records()).left(feature, native_ids)

    def _completes_at(self) -> float:
        """Return the percentage from which on an item that is written is watched."""
        return self.capabilities[Feature.PROGRESS].completes_at or COMPLETES_AT

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
