"""Items as they stand in answers: what was not asked for is left out of lists."""

from collections.abc import Callable, Collection

from ..jellyfin.model import Item, ItemType, Library, User
from ..jellyfin.times import TICKS_A_SECOND, to_text
from .state import EmbyState

type Json = dict[str, object]

PLAY_COUNT = "userdataplaycount"
LAST_PLAYED = "userdatalastplayeddate"

EXTRAS: dict[str, tuple[str, Callable[[Item], object]]] = {
    "datecreated": ("DateCreated", lambda item: to_text(item.created)),
    "originaltitle": ("OriginalTitle", lambda item: item.name),
    "parentid": ("ParentId", lambda item: (item.parent or item.library).id),
    "path": ("Path", lambda item: item.path),
    "premieredate": (
        "PremiereDate",
        lambda item: None if item.premiere is None else to_text(item.premiere),
    ),
    "productionyear": ("ProductionYear", lambda item: item.year),
    "providerids": ("ProviderIds", lambda item: item.provider_ids),
    "sortname": ("SortName", lambda item: item.sort_name),
}
FULL = frozenset({*EXTRAS, PLAY_COUNT, LAST_PLAYED})
"""The fields that only a request for them, or for one item alone, brings."""


class EmbyItemWriter:
    """Writes items."""

    def __init__(self, state: EmbyState) -> None:
        """Remember the server that all items belong to."""
        self._state = state
        self._bases: dict[str, Json] = {}

    def item(
        self,
        item: Item,
        user: User | None,
        fields: Collection[str],
        *,
        with_user_data: bool = True,
    ) -> Json:
        """Return an item with the fields asked for, in lower case."""
        base = self._bases.get(item.id)
        if base is None:
            base = self._bases[item.id] = self._base(item)
        written = dict(base)
        for field in fields:
            if field in EXTRAS:
                name, value_of = EXTRAS[field]
                if (value := value_of(item)) is not None:
                    written[name] = value
        if user is not None and with_user_data:
            written["UserData"] = user_data(item, user, fields)
        return written

    def _base(self, item: Item) -> Json:
        """Return what stands in every answer about an item."""
        members: Json = {
            "Name": item.name,
            "ServerId": self._state.server_id,
            "Id": item.id,
            "RunTimeTicks": item.runtime,
            "IndexNumber": item.index,
            "IndexNumberEnd": item.index_end,
            "ParentIndexNumber": item.parent_index,
            "IsFolder": item.is_folder,
            "Type": item.type.value,
            "ImageTags": {},
            "BackdropImageTags": [],
            "MediaType": None if item.is_folder else "Video",
            "LocationType": "Virtual" if item.virtual else None,
        }
        if item.type is ItemType.SEASON:
            members |= {"SeriesName": item.series.name, "SeriesId": item.series.id}
        if item.type is ItemType.EPISODE:
            season = item.parent
            members |= {
                "SeriesName": item.series.name,
                "SeriesId": item.series.id,
                "SeasonId": season.id if season else None,
                "SeasonName": season.name if season else None,
            }
        return {name: value for name, value in members.items() if value is not None}

    def library(self, library: Library) -> Json:
        """Return a library as a folder; a mixed one has no collection type."""
        written: Json = {
            "Name": library.name,
            "ServerId": self._state.server_id,
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
    if item.is_folder:
        leaves = list(item.leaves())
        unplayed = sum(1 for leaf in leaves if not user.of(leaf).played)
        written["UnplayedItemCount"] = unplayed
        written["Played"] = unplayed == 0
    elif data.position and item.runtime:
        written["PlayedPercentage"] = 100 * data.position / item.runtime
    return written
