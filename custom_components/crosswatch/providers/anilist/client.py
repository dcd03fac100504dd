"""What is asked of AniList on behalf of an account, and what is answered."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue
from . import queries
from .fields import missing, number_in, object_in, objects_in
from .queries import Field
from .wire import AniListWire

# The most that AniList gives of a list at once, where it does not give all of it.
CHUNK: Final = 500
MAX_CHUNKS: Final = 200


class AniListClient:
    """The API, on behalf of one account."""

    # [unsure] how much AniList takes at once: a refused mutation is sent in halves.
    at_once = 20
    is_plain = False

    def __init__(self, wire: AniListWire) -> None:
        """Take what sends the requests."""
        self._wire = wire

    async def collection(self, user_id: int) -> tuple[JsonObject, list[JsonObject]]:
        """Return whose account it is, and all of its entries: each of them once.

        An entry stands in the list of its status and in any number of own lists.
        """
        data = await self._wire.ask(queries.COLLECTION, {"userId": user_id})
        # Many entries take a while: not in the event loop.
        entries, more = await asyncio.to_thread(entries_in, data)
        if more:
            entries, data = await self._in_chunks(user_id)
        _check(entries, data)
        return object_in(data, "Viewer"), list(entries.values())

    async def look_up(
        self, named: Sequence[int], foreign: Sequence[int]
    ) -> tuple[JsonObject, list[JsonObject]]:
        """Return whose account it is, and media with the account's own entries.

        They are asked for by their ids, and by those at MyAnimeList.
        """
        variables: dict[str, JsonValue] = {}
        if named:
            variables["named"] = list(named)
        if foreign:
            variables["foreign"] = list(foreign)
        data = await self._wire.ask(queries.look_up(variables), variables)
        media: list[JsonObject] = []
        for name in variables:
            page = object_in(data, name)
            if object_in(page, "pageInfo").get("hasNextPage") is True:
                raise ProtocolError("AniList's answer is longer than a page can be")
            media += objects_in(page, "media")
        return object_in(data, "Viewer"), media

    async def change(self, mutation: str, variables: JsonObject) -> JsonObject:
        """Send a mutation and return what came of it; raises RefusedError."""
        return await self._wire.change(mutation, variables)

    def rate(self, media_id: int, score: float, *, new: bool) -> Field:
        """Return what gives an entry a score."""
        return queries.rate(media_id, score, new=new)

    def unrate(self, media_id: int, entry_id: int) -> Field:
        """Return what takes the score from an entry, which stays."""
        return queries.unrate(entry_id)

    async def _in_chunks(
        self, user_id: int
    ) -> tuple[dict[int, JsonObject], JsonObject]:
        """Return all entries, from as many answers as there have to be."""
        entries: dict[int, JsonObject] = {}
        for chunk in range(1, MAX_CHUNKS + 1):
            variables: dict[str, JsonValue] = {
                "userId": user_id,
                "chunk": chunk,
                "perChunk": CHUNK,
                # An order in which what changes meanwhile moves as little as may be.
                "sort": ["MEDIA_ID"],
            }
            data = await self._wire.ask(queries.COLLECTION, variables)
            found, more = await asyncio.to_thread(entries_in, data)
            known = len(entries)
            entries.update(found)
            if not more:
                return entries, data
            if len(entries) == known:
                break
        raise ProtocolError("AniList gives the same part of the list again and again")


def entries_in(data: JsonObject) -> tuple[dict[int, JsonObject], bool]:
    """Return the entries in an answer by their own ids, and whether there are more."""
    collection = object_in(data, "MediaListCollection")
    entries: dict[int, JsonObject] = {}
    for group in objects_in(collection, "lists"):
        for entry in objects_in(group, "entries"):
            entries[number_in(entry, "id")] = entry
    more = collection.get("hasNextChunk")
    if not isinstance(more, bool | None):
        raise missing("hasNextChunk", collection)
    return entries, more is True


def _check(entries: Mapping[int, JsonObject], data: JsonObject) -> None:
    """Check that a list holds what AniList, asked otherwise, says that there is.

    An entry that is hidden from the lists by status may be in none at all.
    """
    for name in queries.WITNESSES:
        for witness in objects_in(object_in(data, name), "mediaList"):
            hidden = witness.get("hiddenFromStatusLists") is True
            if not hidden and number_in(witness, "id") not in entries:
                raise ProtocolError("AniList's list lacks entries that it has")
