"""One profile of a Kodi, as the engine sees an account."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, override

from ...engine.model import Feature
from ...engine.provider import AccountInfo
from ..kept import kept
from ..late import LateProvider
from ..spec import Connection
from .capabilities import CAPABILITIES
from .identity import APPLICATION, NAME, PROFILE, account_info
from .rpc import RpcClient, result_of, rpc_client, told_by

if TYPE_CHECKING:
    from .records import KodiRecords

SLUG: Final = "kodi"


class KodiProvider(LateProvider["KodiRecords"]):
    """One profile of a Kodi."""

    slug = SLUG
    capabilities = CAPABILITIES

    def __init__(
        self, rpc: RpcClient, device: str, profile: str, time_zone: str
    ) -> None:
        """Start without having asked anything.

        `time_zone` is the zone that a person has chosen for the device, if any.
        """
        super().__init__()
        self._rpc = rpc
        self._device = device
        self._profile = profile
        self._time_zone = time_zone

    @override
    def _load(self) -> KodiRecords:
        """Import what reads and writes, and return it."""
        from .host_time import Zones  # noqa: PLC0415
        from .records import KodiRecords  # noqa: PLC0415

        return KodiRecords(self._rpc, self._profile, Zones(self._time_zone))

    @override
    async def identify(self) -> AccountInfo:
        """Return who this account is."""
        loaded, application, name = await self._rpc.ask([PROFILE, APPLICATION, NAME])
        return account_info(
            self._device,
            str(result_of(PROFILE, loaded).get("label") or ""),
            result_of(APPLICATION, application),
            told_by(NAME, name),
        )

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those entries that are in the library no more, or in another file."""
        return await (await self.records()).left(feature, native_ids)


def create(connection: Connection) -> KodiProvider:
    """Return the provider of an account."""
    data = connection.data
    url = kept(data, "url")
    rpc = rpc_client(
        connection.session,
        connection.limiters,
        url,
        str(data.get("username") or ""),
        str(data.get("password") or ""),
    )
    time_zone = str(connection.options.get("time_zone") or "")
    return KodiProvider(rpc, kept(data, "device"), kept(data, "profile"), time_zone)
