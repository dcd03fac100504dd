"""How many more records an account takes, so that it need not refuse them all."""

from collections.abc import Mapping
from typing import Final

from ...engine.model import Feature
from ...engine.provider import AccountLimitError
from ..http import Answer, JsonObject
from .client import TraktClient
from .paging import Page
from .refusal import has_vip

PATHS: Final[Mapping[Feature, str]] = {
    Feature.HISTORY: "/sync/history",
    Feature.RATINGS: "/sync/ratings",
    Feature.WATCHLIST: "/sync/watchlist",
}
_THINGS: Final[Mapping[Feature, str]] = {
    Feature.HISTORY: "plays",
    Feature.RATINGS: "ratings",
    Feature.WATCHLIST: "titles on the watchlist",
}
# As many titles a watchlist takes at least: that of a free account. Up to here nobody
# has to ask.
FREE_WATCHLIST: Final = 250
_VIP: Final = ("vip", "vip_og", "vip_ep")
# So many are just sent: to be refused is no more trouble than to ask.
FEW: Final = 20


class Room:
    """What an account holds, and what it may hold, as far as it has told.

    Only that of the watchlist can be asked for. The other limits stand nowhere but in
    the refusal of a full account. Nothing is held back because of a number that the
    account has not told in the same run: somebody may have paid for more since.
    """

    def __init__(self, client: TraktClient) -> None:
        """Start without knowing anything."""
        self._client = client
        self._held: dict[Feature, int] = {}
        self._limits: dict[Feature, int] = {}
        self._watchlist = FREE_WATCHLIST
        self._pays = False
        self._asked = False

    def begin(self) -> None:
        """Note that a run begins: a limit may have been raised since the last."""
        self._limits.clear()
        self._asked = False

    def holds(self, feature: Feature, number: int) -> None:
        """Note how many records were listed, or are told of after a write."""
        self._held[feature] = number

    def changed(self, feature: Feature, answer: JsonObject, changes: int) -> None:
        """Note what the answer to a write tells of what the account holds now.

        It counts the changes to what was there among what was added.
        """
        shelf = answer.get("list")
        count = shelf.get("item_count") if isinstance(shelf, dict) else None
        if isinstance(count, int):
            self._held[feature] = count
        elif feature in self._held:
            new = max(_sum(answer, "added") - changes, 0)
            self._held[feature] += new - _sum(answer, "deleted")

    def lost(self, feature: Feature) -> None:
        """Note that nobody knows what the account holds, after a write in doubt."""
        self._held.pop(feature, None)

    async def left(self, feature: Feature, wanted: int) -> int | None:
        """Return how many records fit in; None where there is no reason to doubt it."""
        if feature is Feature.WATCHLIST and wanted > FEW and feature not in self._held:
            self._held[feature] = await self._count(feature)
        held = self._held.get(feature)
        if held is None:
            return None
        if feature not in self._limits:
            if feature is not Feature.WATCHLIST or held + wanted <= self._watchlist:
                return None
            await self._ask()
        return max(self._limits[feature] - held, 0)

    async def refused(self, feature: Feature, wanted: int, answer: Answer) -> int:
        """Return how many records fit in after so many were refused."""
        told = answer.headers.get("X-Account-Limit", "")
        self._pays = has_vip(answer)
        if told.isdecimal():
            self._limits[feature] = int(told)
        elif feature is Feature.WATCHLIST:
            await self._ask()
        held = self._held[feature] = await self._count(feature)
        left = self._limits.get(feature, held) - held
        if not 0 <= left < wanted:
            # Whatever it counts, it takes no more.
            left = 0
        self._limits[feature] = held + left
        return left

    def error(self, feature: Feature) -> AccountLimitError:
        """Return in plain words that the account is full."""
        advice = "remove some there"
        if not self._pays:
            advice += ", or get VIP for a higher limit"
        return AccountLimitError(
            f"The Trakt account is full: it takes no more than "
            f"{self._limits[feature]} {_THINGS[feature]}. What did not fit is tried "
            f"again after a day; to make room, {advice}"
        )

    def told(self, settings: JsonObject) -> None:
        """Note the limit that stands in the settings of an account, and who pays."""
        user = settings.get("user")
        if isinstance(user, dict):
            self._pays = any(user.get(name) is True for name in _VIP)
        limits = settings.get("limits")
        shelf = limits.get("watchlist") if isinstance(limits, dict) else None
        count = shelf.get("item_count") if isinstance(shelf, dict) else None
        if isinstance(count, int) and count > 0:
            self._watchlist = count

    async def _ask(self) -> None:
        """Ask for the limit of the watchlist, once a run."""
        if not self._asked:
            self.told(await self._client.settings())
            self._asked = True
        self._limits.setdefault(Feature.WATCHLIST, self._watchlist)

    async def _count(self, feature: Feature) -> int:
        """Return how many records there are, from the shortest page there is."""
        page: Page[JsonObject] = await self._client.page(
            PATHS[feature], 1, _nothing, limit="1"
        )
        return page.total


def _nothing(row: JsonObject) -> None:
    """Return that a row is of no use: only its number is."""


def _sum(answer: JsonObject, block: str) -> int:
    """Return the number of all kinds in a block of an answer."""
    numbers = answer.get(block)
    if not isinstance(numbers, dict):
        return 0
    return sum(number for number in numbers.values() if isinstance(number, int))
