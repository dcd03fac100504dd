"""Hears from a server's websocket that something has changed.

What it says is not used for more than that: what has changed is asked for as always.
While it is silent, nothing need be asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
import logging
import random
import time
from typing import Final

import aiohttp
import orjson

from ...engine.model import Feature
from ..answer import JsonValue

_LOGGER = logging.getLogger(__name__)

type Socket = aiohttp.ClientWebSocketResponse
type Connect = Callable[[], AbstractAsyncContextManager[Socket]]

# A server drops who says nothing for 60 seconds, and says so at the beginning.
KEEP_ALIVE: Final = 30.0
_SIGN_OF_LIFE: Final = '{"MessageType":"KeepAlive"}'
# So many signs of life without any answer, and the connection is dead.
_MOST_UNANSWERED: Final = 2

# A server gathers what a user does for half a second before it tells of it. So long,
# and a little more, nothing is believed to have stayed as it was.
GATHERS_FOR: Final = 0.75

FIRST_WAIT: Final = 2.0
LONGEST_WAIT: Final = 300.0
# Silence is believed for so long; a message may have got lost.
BELIEVED_FOR: Final = 24 * 60 * 60.0

# Messages that tell of nothing that is synced. Whatever else comes may do so.
_NOISE: Final = frozenset(
    {
        "ActivityLogEntry",
        "ForceKeepAlive",
        "GeneralCommand",
        "KeepAlive",
        "Play",
        "Playstate",
        "RefreshProgress",
        "ScheduledTaskEnded",
        "ScheduledTasksInfo",
        "Sessions",
    }
)
_OF_A_USER: Final = "UserDataChanged"


class Ears:
    """Remembers the change markers for as long as nothing has changed.

    `greets` says that the server speaks first; until it does, nothing is believed:
    something in between may take the connection and lead it nowhere.
    """

    def __init__(
        self,
        connect: Connect,
        user_id: str,
        *,
        greets: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Start without a connection."""
        self._connect = connect
        self._user = _bare(user_id)
        self._greets = greets
        self._clock = clock
        self._sleep = sleep
        self._changes = 0
        self._hears = False
        self._markers: dict[Feature, tuple[str, float]] = {}

    @property
    def moment(self) -> int | None:
        """Return a number that is another one after each change; None if not heard."""
        return self._changes if self._hears else None

    async def markers(self) -> Mapping[Feature, str]:
        """Return the markers that are still good.

        What was done before this was asked has been heard by the time it returns.
        """
        if self._markers:
            await self._sleep(GATHERS_FOR)
        now = self._clock()
        return {
            feature: marker
            for feature, (marker, until) in self._markers.items()
            if now < until
        }

    def remember(self, moment: int | None, markers: Mapping[Feature, str]) -> None:
        """Keep markers that were asked for at a moment, if that still lasts."""
        if moment is None or moment != self.moment:
            return
        until = self._clock() + BELIEVED_FOR
        self._markers |= {each: (marker, until) for each, marker in markers.items()}

    def forget(self) -> None:
        """Keep no marker: we have changed something ourselves."""
        self._markers.clear()

    async def listen(self) -> None:
        """Listen for as long as it lasts; connect again, later and later.

        Only a connection that has lasted counts as a success: something in between may
        cut each one as soon as it is made.
        """
        wait = FIRST_WAIT
        while True:
            began = self._clock()
            try:
                async with self._connect() as socket:
                    self._hears = not self._greets
                    await self._hear(socket)
            except (aiohttp.ClientError, TimeoutError, OSError) as err:
                # No more than its type: its text may hold the address.
                _LOGGER.debug("No connection to listen at: %s", type(err).__name__)
            finally:
                heard, self._hears = self._hears, False
                self._change()
            if heard and self._clock() - began > wait:
                wait = FIRST_WAIT
            await self._sleep(wait * random.uniform(1, 1.25))
            wait = min(2 * wait, LONGEST_WAIT)

    async def _hear(self, socket: Socket) -> None:
        """Take messages until the connection ends."""
        every = KEEP_ALIVE
        due = self._clock() + every
        unanswered = 0
        while True:
            if (left := due - self._clock()) <= 0:
                if unanswered == _MOST_UNANSWERED:
                    return
                await socket.send_str(_SIGN_OF_LIFE)
                unanswered += 1
                due = self._clock() + every
                continue
            try:
                message = await socket.receive(timeout=left)
            except TimeoutError:
                continue
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            unanswered = 0
            if limit := self._take(message.data):
                every = min(KEEP_ALIVE, limit / 2)
                due = min(due, self._clock() + every)

    def _take(self, text: str) -> float | None:
        """Take one message; return how long the server puts up with silence."""
        self._hears = True
        kind, data = _parts(text)
        if kind == "ForceKeepAlive":
            return data if isinstance(data, int | float) and data > 0 else None
        user = data.get("UserId") if isinstance(data, dict) else None
        others = isinstance(user, str) and _bare(user) != self._user
        if kind not in _NOISE and not (kind == _OF_A_USER and others):
            self._change()
        return None

    def _change(self) -> None:
        """Note that something may have changed."""
        self._changes += 1
        self._markers.clear()


def _parts(text: str) -> tuple[JsonValue, JsonValue]:
    """Return the type and the data of a message; nothing of one without any sense."""
    try:
        message: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None, None
    if not isinstance(message, dict):
        return None, None
    return message.get("MessageType"), message.get("Data")


def _bare(user_id: str) -> str:
    """Return a user's id as it compares; servers write some with dashes."""
    return user_id.replace("-", "").lower()
