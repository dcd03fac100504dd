"""One user of a server of this family, as the engine sees an account."""

from collections.abc import Collection
from typing import TYPE_CHECKING, override

from ...engine.model import Feature
from ...engine.provider import AccountInfo, ProtocolError
from ..answer import JsonObject
from ..late import LateProvider
from .capabilities import CAPABILITIES
from .listening import Ears
from .wire import MediaBrowserWire

if TYPE_CHECKING:
    from .records import MediaBrowserRecords


class MediaBrowserProvider[R: MediaBrowserRecords](LateProvider[R]):
    """One user of a server; each kind of server has a subclass with its name.

    The records share its ears, which hear before the records are there.
    """

    capabilities = CAPABILITIES

    def __init__(self, wire: MediaBrowserWire, ears: Ears, options: JsonObject) -> None:
        """Start without having asked anything."""
        super().__init__()
        self._wire = wire
        self._ears = ears
        self._options = options

    @override
    async def identify(self) -> AccountInfo:
        """Return who this account is."""
        return account_info(await self._wire.me())

    async def listen(self) -> None:
        """Hear of changes as long as the account is loaded."""
        await self._ears.listen()

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those items that are in no library any more, or in none of the user's."""
        return await (await self.records()).left(feature, native_ids)


def account_info(
    user: JsonObject, server_name: str = "", version: str = ""
) -> AccountInfo:
    """Return who a user is; the same name on two servers is two accounts."""
    user_id, server_id = _needed(user, "Id"), _needed(user, "ServerId")
    name = _needed(user, "Name")
    return AccountInfo(
        account_id=f"{server_id}_{user_id}",
        name=f"{name} ({server_name})" if server_name else name,
        version=version,
    )


def _needed(user: JsonObject, name: str) -> str:
    """Return a text that every user has."""
    value = user.get(name)
    if isinstance(value, str) and value:
        return value
    raise ProtocolError(f"The server's answer about the user lacks {name}")
