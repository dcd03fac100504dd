"""Queries and answers in Emby's spelling.

Lists leave out much of what is not asked for by name: of a play they say neither when
nor how often.
"""

from collections.abc import Mapping
from typing import Final

from ..answer import JsonObject, JsonValue
from ..mediabrowser.library import Query

# What is asked for along with the ids.
_WITH_ITEM: Final = ("ProductionYear",)
_WITH_USER_DATA: Final = ("UserDataLastPlayedDate", "UserDataPlayCount")

# Another name for the same, with other values where these differ.
_RENAMED: Final[Mapping[str, str]] = {
    "collapseBoxSetItems": "GroupItemsIntoCollections"
}
# The same for what is asked of a single item. [unsure whether that leaves out anything]
IN_FULL: Final[Query] = {"Fields": ",".join(("ProviderIds", *_WITH_USER_DATA))}

# Of these Emby knows nothing: it lists no missing episodes, and counts always.
_UNKNOWN: Final = frozenset(
    {"enableTotalRecordCount", "excludeLocationTypes", "isMissing"}
)

# All that is known of an item and a user. A server that takes an update for the whole
# of it forgets what is left out. [unsure whether any does]
_USER_DATA: Final = (
    "Rating",
    "PlaybackPositionTicks",
    "PlayCount",
    "IsFavorite",
    "LastPlayedDate",
    "Played",
)


def spelt(query: Query) -> dict[str, str | int]:
    """Return a query as Emby knows it, with all the fields that rows are made of.

    The names are written as Emby documents them, whatever else a server may take.
    """
    written: dict[str, str | int] = {
        _RENAMED.get(name, f"{name[:1].upper()}{name[1:]}"): value
        for name, value in query.items()
        if name not in _UNKNOWN
    }
    if "Fields" in written:
        fields = [str(written["Fields"]), *_WITH_ITEM]
        if written.get("EnableUserData") != "false":
            fields += _WITH_USER_DATA
        written["Fields"] = ",".join(fields)
    return written


def whole_user_data(held: JsonObject, changes: JsonObject) -> dict[str, JsonValue]:
    """Return what the server holds with the changes, as a complete update."""
    kept = {name: held[name] for name in _USER_DATA if held.get(name) is not None}
    return {**kept, **changes}
