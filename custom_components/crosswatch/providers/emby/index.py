"""Finds items by their ids: asks for a few of them, and reads everything for many."""

from collections.abc import Callable, Collection, Mapping
import time
from typing import Final, override

from ..mediabrowser.library import WITH_IDS, LibraryIndex, Listing, Query
from ..mediabrowser.server import Server

# The ids that Emby's own metadata providers give, as it knows them.
_ASKED_FOR: Final = frozenset({"imdb", "tmdb", "tvdb"})
# A library is read whole rather than asked about more items than this.
MOST_QUESTIONS: Final = 20
# More copies of one item than this are no answer to what was asked.
_MOST_COPIES: Final = 50


class EmbyIndex(LibraryIndex):
    """The items of a library; one that is looked for alone is asked for by its ids.

    What is not found so is looked for in the whole library: an id may stand under
    another name there.
    """

    def __init__(
        self, client: Server, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start without having asked anything."""
        super().__init__(client, clock)
        self._server = client
        self._answers: dict[str, Mapping[str, set[str]]] = {}
        self._is_known = True

    @override
    def _forget(self) -> None:
        """Start anew."""
        super()._forget()
        self._answers.clear()

    @override
    async def _look_up(self, keys: Collection[str], types: str) -> set[str]:
        """Return the items that one of the keys leads to; they must not contradict."""
        found = {} if types in self._scans else await self._asked(keys, types)
        if found.keys().isdisjoint(keys):
            return await super()._look_up(keys, types)
        # For this once it stands for the whole library.
        self._scans[types] = dict(found)
        try:
            return await super()._look_up(keys, types)
        finally:
            del self._scans[types]

    async def _asked(self, keys: Collection[str], types: str) -> Mapping[str, set[str]]:
        """Return an index of the items that have one of the ids in some keys.

        It is empty where it is better not to ask; all episodes of a series take but
        one question.
        """
        words = ",".join(sorted(filter(None, map(_word, keys))))
        question = f"{types}:{words}"
        if (answer := self._answers.get(question)) is not None:
            return answer
        if not words or not self._is_known or len(self._answers) >= MOST_QUESTIONS:
            return {}
        query: Query = {
            **WITH_IDS,
            "recursive": "true",
            "includeItemTypes": types,
            "anyProviderIdEquals": words,
            "collapseBoxSetItems": "false",
            "enableUserData": "false",
        }
        page = await Listing(self._server.items, query).page(0, _MOST_COPIES)
        # Else that is not what was asked for: the server does not know the question.
        self._is_known = page.total == len(page.rows)
        answer = self._index(page.rows) if self._is_known else {}
        self._answers[question] = answer
        return answer


def _word(key: str) -> str | None:
    """Return the id in a key as Emby asks for it, None where it would not know it."""
    kind, _, rest = key.partition(":")
    namespace, _, value = rest.partition(":")
    if "#" in key or not kind or namespace not in _ASKED_FOR:
        return None
    return f"{namespace}.{value}"
