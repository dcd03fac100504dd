"""From Trakt's JSON to items and records; pure functions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ...engine.ids import normalise_id
from ...engine.model import Item, Listed, MediaKind, Rated, Record
from ..http import JsonObject, JsonValue
from .fields import missing, object_in

NAMESPACES: Final = ("trakt", "imdb", "tmdb", "tvdb")
_KINDS: Final[Mapping[str, MediaKind]] = {kind.value: kind for kind in MediaKind}
# What Trakt shows for a play of unknown date is not documented. It has been seen as
# null and, as far as is known, as the beginning of time; nobody watched a film then.
_FIRST_YEAR: Final = 1971


class PlayRow(NamedTuple):
    """One row of the history: a play, and what was played."""

    play_id: str
    native_id: str
    item: Item
    at: datetime | None


class PausedRow(NamedTuple):
    """One row of the playback progress: how far what was played.

    `percent` is None where that is nothing: a row that some program left at 0 is no
    person's wish to see the item from its start.
    """

    row_id: str
    native_id: str
    item: Item
    percent: float | None
    at: datetime | None


class RowReader:
    """Makes items and records from the rows of one read.

    It remembers titles, so that thousands of rows share one item a title and one
    show among its episodes.
    """

    def __init__(self) -> None:
        """Start without any titles."""
        self._items: dict[str, Item] = {}

    def play(self, row: JsonObject) -> PlayRow | None:
        """Return the play in a row of /sync/history; None for an unknown kind."""
        if (titled := self._titled(row)) is None:
            return None
        play_id = row.get("id")
        if not isinstance(play_id, int):
            raise missing("id", row)
        return PlayRow(str(play_id), *titled, moment_from(row.get("watched_at")))

    def rated(self, row: JsonObject) -> Record | None:
        """Return the rating in a row of /sync/ratings; None for an unknown kind."""
        if (titled := self._titled(row)) is None:
            return None
        rating = row.get("rating")
        if not isinstance(rating, int | float):
            raise missing("rating", row)
        native_id, item = titled
        at = moment_from(row.get("rated_at"))
        return Record(item, Rated(float(rating), at), native_id)

    def listed(self, row: JsonObject) -> Record | None:
        """Return the entry in a row of /sync/watchlist; None for an unknown kind."""
        if (titled := self._titled(row)) is None:
            return None
        native_id, item = titled
        return Record(item, Listed(moment_from(row.get("listed_at"))), native_id)

    def paused(self, row: JsonObject) -> PausedRow | None:
        """Return the position in a row of /sync/playback; None for an unknown kind."""
        if (titled := self._titled(row)) is None:
            return None
        row_id, percent = row.get("id"), row.get("progress")
        if not isinstance(row_id, int):
            raise missing("id", row)
        if not isinstance(percent, int | float):
            raise missing("progress", row)
        far = min(float(percent), 100.0) if percent > 0 else None
        at = moment_from(row.get("paused_at"))
        return PausedRow(str(row_id), *titled, far, at)

    def named(self, row: JsonObject) -> tuple[str, Item] | None:
        """Return what a row is about; None for an unknown kind."""
        return self._titled(row)

    def _titled(self, row: JsonObject) -> tuple[str, Item] | None:
        """Return what a row is about, with Trakt's own name for it."""
        name = row.get("type")
        if not isinstance(name, str):
            raise missing("type", row)
        if (kind := _KINDS.get(name)) is None or is_void(row, name):
            return None
        title = object_in(row, name)
        native_id = f"{name}:{trakt_id_in(title)}"
        if (item := self._items.get(native_id)) is None:
            show = None
            if kind in {MediaKind.SEASON, MediaKind.EPISODE}:
                if is_void(row, "show"):
                    return None
                show = self._show(object_in(row, "show"))
            item = self._items[native_id] = item_from(kind, title, show)
        return native_id, item

    def _show(self, title: JsonObject) -> Item:
        """Return the show that a season or an episode belongs to."""
        native_id = f"show:{trakt_id_in(title)}"
        if (show := self._items.get(native_id)) is None:
            show = self._items[native_id] = item_from(MediaKind.SHOW, title)
        return show


def item_from(kind: MediaKind, title: JsonObject, show: Item | None = None) -> Item:
    """Return the item that a movie, show, season or episode object is about."""
    ids = ids_from(object_in(title, "ids"))
    name = title.get("title")
    text = name if isinstance(name, str) else ""
    match kind:
        case MediaKind.SEASON:
            return Item(kind, ids, text, show=show, season=number_in(title, "number"))
        case MediaKind.EPISODE:
            season, number = number_in(title, "season"), number_in(title, "number")
            return Item(kind, ids, text, show=show, season=season, number=number)
    year = title.get("year")
    return Item(kind, ids, text, year=year if isinstance(year, int) else None)


def ids_from(ids: JsonObject) -> dict[str, str]:
    """Return the ids that mean the same everywhere, normalised."""
    found: dict[str, str] = {}
    for namespace in NAMESPACES:
        value = ids.get(namespace)
        if isinstance(value, int):
            if value > 0:
                found[namespace] = str(value)
        elif isinstance(value, str) and (known := normalise_id(namespace, value)):
            found[namespace] = known
    return found


def moment_from(value: JsonValue | None) -> datetime | None:
    """Return a moment in UTC, or None for one that is missing or makes no sense."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.year < _FIRST_YEAR:
            return None
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None


def is_void(row: JsonObject, name: str) -> bool:
    """Return whether a row tells that its title is gone: that is not to leave it out."""
    return row.get(name, name) is None


def trakt_id_in(title: JsonObject) -> int:
    """Return the id that Trakt gave to a title."""
    value = object_in(title, "ids").get("trakt")
    if isinstance(value, int):
        return value
    raise missing("ids.trakt", title)


def number_in(title: JsonObject, name: str) -> int:
    """Return the number of a season or an episode."""
    value = title.get(name)
    if isinstance(value, int):
        return value
    raise missing(name, title)
