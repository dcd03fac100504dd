"""AniList's API asked one thing at a time, where no more is to be had.

Of all that its schema has, only what clients have always asked is used here: one
operation in a request, without names of its own, and scores out of 10.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, override

from ..http import JsonObject, JsonValue
from . import queries
from .client import AniListClient, entries_in
from .fields import number_in, object_in
from .queries import Field
from .refusal import RefusedError
from .scores import ScoreFormat
from .wire import AniListWire

# How scores are asked for and sent here, whatever the account shows.
FORM: Final = ScoreFormat.POINT_10


class PlainAniListClient(AniListClient):
    """The API, on behalf of one account."""

    at_once = 1
    is_plain = True

    def __init__(self, wire: AniListWire, user_id: str) -> None:
        """Take what sends the requests, and whose account it is."""
        super().__init__(wire)
        self._viewer: JsonObject = {
            "id": int(user_id) if user_id.isdecimal() else 0,
            "mediaListOptions": {"scoreFormat": FORM.value},
        }

    @override
    async def collection(self, user_id: int) -> tuple[JsonObject, list[JsonObject]]:
        """Return whose account it is, and all of its entries: each of them once."""
        data = await self._wire.ask(queries.PLAIN_COLLECTION, {"userId": user_id})
        entries, _ = await asyncio.to_thread(entries_in, data)
        return self._viewer, [_whole(entry) for entry in entries.values()]

    @override
    async def look_up(
        self, named: Sequence[int], foreign: Sequence[int]
    ) -> tuple[JsonObject, list[JsonObject]]:
        """Return whose account it is, and media with the account's own entries.

        The list tells of all that stands in it; only the rest is asked for.
        """
        _, entries = await self.collection(number_in(self._viewer, "id"))
        listed = [_listed(entry) for entry in entries if entry.get("media")]
        found: list[JsonObject] = []
        for name, numbers in (("id", named), ("idMal", foreign)):
            for number in numbers:
                there = [row for row in listed if row.get(name) == number]
                found += there or await self._media(name, number)
        return self._viewer, found

    @override
    def rate(self, media_id: int, score: float, *, new: bool) -> Field:
        """Return what gives an entry a score."""
        return queries.rate_plainly(media_id, score, new=new)

    @override
    def unrate(self, media_id: int, entry_id: int) -> Field:
        """Return what takes the score from an entry, which stays."""
        return queries.rate_plainly(media_id, 0, new=False)

    async def _media(self, name: str, number: int) -> list[JsonObject]:
        """Return a media that is not in the list, if there is one."""
        try:
            data = await self._wire.ask(queries.media_by(name), {name: number})
        except RefusedError as err:
            if not err.missing:
                raise
            return []
        if data.get("Media", data) is None:
            return []
        return [{**object_in(data, "Media"), "mediaListEntry": None}]


def _whole(entry: JsonObject) -> JsonObject:
    """Return an entry with the number of its media, which may stand there only."""
    media = entry.get("media")
    number = media.get("id") if isinstance(media, Mapping) else None
    return {"mediaId": number, "score": 0, **entry}


def _listed(entry: JsonObject) -> JsonObject:
    """Return the media of an entry, with the entry in it."""
    own: dict[str, JsonValue] = {
        name: entry.get(name) for name in ("id", "status", "score")
    }
    # Notes are not among what is asked for here.
    own |= {name: entry.get(name) for name in ("progress", "repeat", "notes")}
    return {**object_in(entry, "media"), "mediaListEntry": own}
