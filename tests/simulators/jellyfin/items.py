"""Items as they stand in answers: members without a value are left out."""

from collections.abc import Callable, Collection, Mapping

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

type Extras = Mapping[str, tuple[str, Callable[[Item], object]]]

EXTRAS: Extras = {
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

    extras: Extras = EXTRAS

    def __init__(self, server_id: str) -> None:
        """Remember the server that all items belong to."""
        self.server_id = server_id
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
            members = self.members(item).items()
            base = {name: value for name, value in members if value is not None}
            self._bases[item.id] = base
        written = dict(base)
        for field in fields:
            if field in self.extras:
                name, value_of = self.extras[field]
                if (value := value_of(item)) is not None:
                    written[name] = value
        if user is not None and with_user_data:
            written["UserData"] = self.user_data(item, user, fields)
        return written

    def user_data(self, item: Item, user: User, fields: Collection[str]) -> Json:
        """Return what a user did with an item."""
        return user_data(item, user, counted="recursiveitemcount" in fields)

    def members(self, item: Item) -> Json:
        """Return what stands in every answer about an item; None is left out."""
        return {
            **self.common(item),
            "PremiereDate": None if item.premiere is None else to_text(item.premiere),
            "ProductionYear": item.year,
            "ImageBlurHashes": {},
            "LocationType": "Virtual" if item.virtual else "FileSystem",
            "MediaType": "Unknown" if item.is_folder else "Video",
            **self._of_type(item),
        }

    def common(self, item: Item) -> Json:
        """Return what all servers of the family say of an item."""
        written: Json = {
            "Name": item.name,
            "ServerId": self.server_id,
            "Id": item.id,
            "RunTimeTicks": item.runtime,
            "IndexNumber": item.index,
            "IndexNumberEnd": item.index_end,
            "ParentIndexNumber": item.parent_index,
            "IsFolder": item.is_folder,
            "Type": item.type.value,
            "ImageTags": {},
            "BackdropImageTags": [],
        }
        if item.type in {ItemType.SEASON, ItemType.EPISODE}:
            written |= {"SeriesName": item.series.name, "SeriesId": item.series.id}
        if item.type is ItemType.EPISODE and (season := item.parent) is not None:
            written |= {"SeasonId": season.id, "SeasonName": season.name}
        return written

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
                return {}
            case ItemType.EPISODE:
                return {
                    "Container": None if item.virtual else "mkv",
                    "VideoType": None if item.virtual else "VideoFile",
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
    written |= headway(item, user)
    if counted and item.is_folder and (leaves := list(item.leaves())):
        unplayed = sum(1 for leaf in leaves if not user.of(leaf).played)
        written["PlayedPercentage"] = 100 - 100 * unplayed / len(leaves)
    return written


def headway(item: Item, user: User) -> Json:
    """Return how far a user is: how many episodes are left, or where a title stopped."""
    data = user.of(item)
    if item.is_folder:
        unplayed = sum(1 for leaf in item.leaves() if not user.of(leaf).played)
        return {"UnplayedItemCount": unplayed, "Played": unplayed == 0}
    if data.position and item.runtime:
        return {"PlayedPercentage": 100 * data.position / item.runtime}
    return {}
