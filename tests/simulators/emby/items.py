"""Items as they stand in answers: what was not asked for is left out of lists."""

from collections.abc import Collection
from typing import override

from ..jellyfin import items as jellyfin
from ..jellyfin.items import Extras, ItemWriter, Json, headway
from ..jellyfin.model import Item, Library, User
from ..jellyfin.times import TICKS_A_SECOND, to_text

PLAY_COUNT = "userdataplaycount"
LAST_PLAYED = "userdatalastplayeddate"
SHARED = ("datecreated", "originaltitle", "parentid", "providerids", "sortname")

EXTRAS: Extras = {
    **{name: jellyfin.EXTRAS[name] for name in SHARED},
    "path": ("Path", lambda item: item.path),
    "premieredate": (
        "PremiereDate",
        lambda item: None if item.premiere is None else to_text(item.premiere),
    ),
    "productionyear": ("ProductionYear", lambda item: item.year),
}
FULL = frozenset({*EXTRAS, PLAY_COUNT, LAST_PLAYED})
"""The fields that only a request for them, or for one item alone, brings."""


class EmbyItemWriter(ItemWriter):
    """Writes items."""

    extras = EXTRAS

    @override
    def user_data(self, item: Item, user: User, fields: Collection[str]) -> Json:
        """Return what a user did with an item."""
        return user_data(item, user, fields)

    @override
    def members(self, item: Item) -> Json:
        """Return what stands in every answer about an item; None is left out."""
        return {
            **self.common(item),
            "MediaType": None if item.is_folder else "Video",
            "LocationType": "Virtual" if item.virtual else None,
        }

    def library(self, library: Library) -> Json:
        """Return a library as a folder; a mixed one has no collection type."""
        written: Json = {
            "Name": library.name,
            "ServerId": self.server_id,
            "Id": library.id,
            "IsFolder": True,
            "Type": "CollectionFolder",
            "ImageTags": {},
            "BackdropImageTags": [],
            "UserData": {
                "PlaybackPositionTicks": 0,
                "PlayCount": 0,
                "IsFavorite": False,
                "Played": False,
            },
        }
        if library.kind is not None:
            written["CollectionType"] = library.kind
        return written


def user_data(item: Item, user: User, fields: Collection[str] = FULL) -> Json:
    """Return what a user did with an item.

    Not asked for, the number of plays is 0 and their date is missing. What is said of
    a series or season follows from its episodes.
    """
    data = user.of(item)
    written: Json = {
        "PlaybackPositionTicks": data.position,
        "PlayCount": data.play_count if PLAY_COUNT in fields else 0,
        "IsFavorite": data.favourite,
        "Played": data.played,
    }
    if data.rating is not None:
        written["Rating"] = data.rating
    if data.last_played is not None and LAST_PLAYED in fields:
        seconds = data.last_played - data.last_played % TICKS_A_SECOND
        written["LastPlayedDate"] = to_text(seconds)
    return written | headway(item, user)
