"""Items as they stand in answers: members without a value are left out."""

from collections.abc import Callable, Collection

from .model import Item, ItemType, User
from .times import to_text

type Json = dict[str, object]

FULL = frozenset(
    [
        "childcount",
        "datecreated",
        "originaltitle",
        "parentid",
        "path",
        "providerids",
        "recursiveitemcount",
        "sortname",
    ]
)
"""The fields that only a request for them, or for one item alone, brings."""

EXTRAS: dict[str, tuple[str, Callable[[Item], object]]] = {
    "datecreated": ("DateCreated", lambda item: to_text(item.created)),
    "originaltitle": ("OriginalTitle", lambda item: item.name),
    "parentid": ("ParentId", lambda item: (item.parent or item.library).id),
    "path": ("Path", lambda item: None if item.virtual else item.path),
    "providerids": ("ProviderIds", lambda item: item.provider_ids),
    "sortname": ("SortName", lambda item: item.sort_name),
    "childcount": (
        "ChildCount",
        lambda item: len(item.children) if item.is_folder else None,
    ),
    "recursiveitemcount": (
        "RecursiveItemCount",
        lambda item: sum(1 for _ in item.leaves()) if item.is_folder else None,
    ),
}


class ItemWriter:
    """Writes items; what never changes of one is made once."""

    def __init__(self, server_id: str) -> None:
        """Remember the server that all items belong to."""
        self._server_id = server_id
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
            written["UserData"] = user_data(
                item, user, counted="recursiveitemcount" in fields
            )
        return written

    def _base(self, item: Item) -> Json:
        """Return what stands in every answer about an item."""
        members: Json = {
            "Name": item.name,
            "ServerId": self._server_id,
            "Id": item.id,
            "PremiereDate": None if item.premiere is None else to_text(item.premiere),
            "ProductionYear": item.year,
            "RunTimeTicks": item.runtime,
            "IndexNumber": item.index,
            "IndexNumberEnd": item.index_end,
            "ParentIndexNumber": item.parent_index,
            "IsFolder": item.is_folder,
            "Type": item.type.value,
            "ImageTags": {},
            "BackdropImageTags": [],
            "ImageBlurHashes": {},
            "LocationType": "Virtual" if item.virtual else "FileSystem",
            "MediaType": "Unknown" if item.is_folder else "Video",
        }
        members |= self._of_type(item)
        return {name: value for name, value in members.items() if value is not None}

    def _of_type(self, item: Item) -> Json:
        """Return what only items of the same type have."""
        match item.type:
            case ItemType.MOVIE:
                return {"VideoType": "VideoFile", "Container": "mkv"}
            case ItemType.PLAYLIST:
                return {"MediaType": "Video"}
            case ItemType.BOX_SET:
                return {"DisplayOrder": "PremiereDate"}
            case ItemType.SERIES:
                return {"Status": "Ended", "AirDays": []}
            case ItemType.SEASON:
                return {"SeriesName": item.series.name, "SeriesId": item.series.id}
            case ItemType.EPISODE:
                season = item.parent
                return {
                    "Container": None if item.virtual else "mkv",
                    "VideoType": None if item.virtual else "VideoFile",
                    "SeriesName": item.series.name,
                    "SeriesId": item.series.id,
                    "SeasonId": season.id if season else None,
                    "SeasonName": season.name if season else None,
                }


def user_data(item: Item, user: User, *, counted: bool = False) -> Json:
    """Return what a user did with an item.

    What is said of a series or season follows from its episodes; the percentage only
    where their number was asked for, too.
    """
    data = user.of(item)
    written: Json = {
        "PlaybackPositionTicks": data.position,
        "PlayCount": data.play_count,
        "IsFavorite": data.favourite,
        "Played": data.played,
        "Key": item.key,
        "ItemId": item.id,
    }
    if data.rating is not None:
        written["Rating"] = data.rating
        written["Likes"] = data.likes
    if data.last_played is not None:
        written["LastPlayedDate"] = to_text(data.last_played)
    if item.is_folder:
        leaves = list(item.leaves())
        unplayed = sum(1 for leaf in leaves if not user.of(leaf).played)
        written["UnplayedItemCount"] = unplayed
        written["Played"] = unplayed == 0
        if counted and leaves:
            written["PlayedPercentage"] = 100 - 100 * unplayed / len(leaves)
    elif data.position and item.runtime:
        written["PlayedPercentage"] = 100 * data.position / item.runtime
    return written
