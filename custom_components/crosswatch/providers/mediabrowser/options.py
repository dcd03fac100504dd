"""What a person may choose for an account on a server of this family."""

from typing import Final

from ...engine.model import Feature
from ..answer import JsonObject
from ..sign_in import FieldKind, FormField
from .named_lists import Collections, Playlists
from .named_watchlist import NamedWatchlist
from .server import Server
from .watchlist import Favourites, Watchlist

WATCHLIST: Final = "watchlist"
WATCHLIST_NAME: Final = "watchlist_name"
DEFAULT_NAME: Final = "Watchlist"

FAVOURITES: Final = "favourites"
PLAYLIST: Final = "playlist"
COLLECTION: Final = "collection"

MOVED_BY: Final = dict.fromkeys((WATCHLIST, WATCHLIST_NAME), Feature.WATCHLIST)
OPTIONS: Final = (
    FormField(
        WATCHLIST,
        FieldKind.SELECT,
        default=FAVOURITES,
        options=dict.fromkeys((FAVOURITES, PLAYLIST, COLLECTION), ""),
    ),
    FormField(WATCHLIST_NAME, FieldKind.TEXT, required=False, default=DEFAULT_NAME),
)


def watchlist_of(client: Server, options: JsonObject) -> Watchlist:
    """Return what the person has chosen as the watchlist."""
    name = str(options.get(WATCHLIST_NAME) or "").strip() or DEFAULT_NAME
    match options.get(WATCHLIST):
        case "playlist":
            return NamedWatchlist(client, Playlists(client), name)
        case "collection":
            return NamedWatchlist(client, Collections(client), name)
        case _:
            return Favourites(client)
