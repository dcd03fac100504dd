"""The watchlist that a person has chosen."""

from ..answer import JsonObject
from .named_lists import Collections, Playlists
from .named_watchlist import NamedWatchlist
from .options import DEFAULT_NAME, WATCHLIST, WATCHLIST_NAME
from .server import Server
from .watchlist import Favourites, Watchlist


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
