"""What a person may choose for an account on a server of this family."""

from typing import Final

from ...engine.model import Feature
from ..sign_in import FieldKind, FormField

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
