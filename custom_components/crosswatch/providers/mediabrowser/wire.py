"""Requests to a server for one signed-in user; what both families have in common."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ...engine.provider import AccountLimitError, ProviderUnavailableError
from ..answer import Answer, JsonObject
from ..http import HttpClient
from .answering import accepted, from_proxy

if TYPE_CHECKING:
    from .library import Query


class MediaBrowserWire(ABC):
    """The way to a server, for one signed-in user.

    `name` is what texts call the server.
    """

    name: str

    def __init__(self, http: HttpClient, url: str, user_id: str) -> None:
        """Take the server's base address, and whose data this is about."""
        self.http = http
        self.url = url
        self.user_id = user_id

    @abstractmethod
    async def me(self) -> JsonObject:
        """Return the user whose token this is."""

    @abstractmethod
    async def _get(self, path: str, query: Query) -> Answer:
        """Return the answer to a question."""

    async def _list(self, path: str, query: Query) -> JsonObject:
        """Return one page of a list."""
        return (await self._accepted(await self._get(path, query))).object()

    async def _accepted(self, answer: Answer) -> Answer:
        """Return an answer that is none but what was asked for.

        A server says 401 also of a library that the user may not see. [unsure for Emby]
        Only where it no longer knows the user does the person have to sign in again.
        """
        if answer.status == 401 and not from_proxy(answer):
            await self.me()
            # A write is tried again by the next run: it may have been a passing fault,
            # and a limit would let the rest of its batch wait for a day.
            refused = ProviderUnavailableError if answer.written else AccountLimitError
            raise refused(
                f"The {self.name} server refuses this, though the login is good: check the"
                " user's libraries and permissions on the server"
            )
        return accepted(answer, self.name)
