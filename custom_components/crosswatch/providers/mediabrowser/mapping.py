"""Rows of a server to items and records, and back to what is to be changed."""

from collections.abc import Iterator, Mapping
from typing import Final

from ...engine.model import Item, Listed, MediaKind, Progress, Rated, Record, Watched
from .rows import EPISODE, MOVIE, SEASON, SERIES, TICKS_A_MS, Row

KINDS: Final = {
    MOVIE: MediaKind.MOVIE,
    SERIES: MediaKind.SHOW,
    SEASON: MediaKind.SEASON,
    EPISODE: MediaKind.EPISODE,
}

# Stands between the item id of a file and the number of a further episode in it.
_PART: Final = "#"

type Shows = Mapping[str, Item]


def base_id(native_id: str) -> str:
    """Return the server's own item id of a record."""
    return native_id.partition(_PART)[0]


def is_part(native_id: str) -> bool:
    """Tell whether a record is a further episode of a file that holds several."""
    return _PART in native_id


def part_id(row: Row, item: Item) -> str:
    """Return the native id of an item's record, given its file."""
    if item.number is None or row.last_number is None or item.number == row.number:
        return row.id
    return f"{row.id}{_PART}{item.number}"


def names_of(row: Row) -> Iterator[str]:
    """Return the native ids of all that is in a file."""
    yield row.id
    for number in numbers(row):
        yield f"{row.id}{_PART}{number}"


def show_from_row(row: Row) -> Item:
    """Return the series of a row."""
    return Item(MediaKind.SHOW, row.ids, row.name, row.year)


def item_from_row(row: Row, shows: Shows) -> Item:
    """Return the item of a row; series are looked up by the server's id."""
    kind = KINDS[row.type]
    if kind in {MediaKind.MOVIE, MediaKind.SHOW}:
        return Item(kind, row.ids, row.name, row.year)
    number = row.number if kind is MediaKind.EPISODE else None
    # Rows of episodes say the year of the episode, not of the series: not told.
    return Item(kind, row.ids, row.name, None, _show(row, shows), row.season, number)


def numbers(row: Row) -> Iterator[int]:
    """Return the numbers of the further episodes in a file."""
    if row.number is not None and row.last_number is not None:
        yield from range(row.number + 1, row.last_number + 1)


def is_play(row: Row) -> bool:
    """Tell whether a row is something that was watched.

    The list of what was played may hold other things: its filter can go by user data
    that an item had under former ids, while the row shows the present one.
    """
    return row.data.played and not row.virtual and row.type in {MOVIE, EPISODE}


def history_from_row(row: Row, shows: Shows) -> Iterator[Record]:
    """Return the records of a watched item: one an episode where a file has several.

    The ids of such a file are those of its first episode.
    """
    if not is_play(row):
        return
    item = item_from_row(row, shows)
    watched = Watched(row.data.last_played, (), row.data.play_count or 1)
    yield Record(item, watched, row.id)
    for number in numbers(row):
        further = Item(item.kind, {}, "", None, item.show, item.season, number)
        yield Record(further, watched, part_id(row, further))


def favourite_from_row(row: Row) -> Record | None:
    """Return the record of a favourite film or series."""
    if not row.data.favourite or row.type not in {MOVIE, SERIES}:
        return None
    return Record(item_from_row(row, {}), Listed(), row.id)


def rating_from_row(row: Row, shows: Shows) -> Record | None:
    """Return the record of a rated item; the server keeps no date of a rating."""
    if row.data.rating is None or row.type not in KINDS:
        return None
    return Record(item_from_row(row, shows), Rated(row.data.rating), row.id)


def is_several(row: Row) -> bool:
    """Tell whether a file holds several episodes."""
    return row.last_number is not None


def progress_from_row(
    row: Row, shows: Shows, playing: Mapping[str, int]
) -> Record | None:
    """Return the record of an item that was begun, or is being played right now.

    `playing` maps what is being played to its position. A position in a file of
    several episodes is one of none of them.
    """
    position = playing.get(row.id) or row.data.position
    if row.type not in {MOVIE, EPISODE} or row.virtual or is_several(row):
        return None
    if not position and row.id not in playing:
        return None
    value = Progress(
        position_ms=position // TICKS_A_MS,
        duration_ms=row.runtime // TICKS_A_MS or None,
        at=row.data.last_played,
        playing=row.id in playing,
        watched=row.data.played,
    )
    return Record(item_from_row(row, shows), value, row.id)


def _show(row: Row, shows: Shows) -> Item | None:
    """Return the series of a season or episode, as far as it is known."""
    if (show := shows.get(row.series_id)) is not None:
        return show
    return Item(MediaKind.SHOW, {}, row.series_name) if row.series_name else None
