"""Rows of a Plex server to items and records."""

from collections.abc import Mapping

from ...engine.model import Item, Listed, MediaKind, Progress, Rated, Record
from .rows import Row, moment

type Shows = Mapping[str, Item]


def item_from_row(row: Row, shows: Shows) -> Item:
    """Return the item of a row; shows are looked up by the server's key."""
    if row.kind in {MediaKind.MOVIE, MediaKind.SHOW}:
        return Item(row.kind, row.ids, row.title, row.year)
    # The year of an episode is not that of its show.
    return Item(
        row.kind,
        row.ids,
        row.title,
        None,
        show_of(row, shows),
        row.season,
        row.number,
    )


def show_of(row: Row, shows: Shows) -> Item | None:
    """Return the show of an episode or season, as far as it is known."""
    show = shows.get(row.show_key)
    if show is not None and (show.ids or not row.show_ids):
        return show
    if not row.show_title and not row.show_ids:
        return show
    return Item(MediaKind.SHOW, row.show_ids, row.show_title)


def listed_from_row(row: Row, ids: Mapping[str, str], listed: int) -> Record:
    """Return the record of a title on the watchlist, with the ids found for it."""
    item = Item(row.kind, ids, row.title, row.year)
    return Record(item, Listed(moment(listed)), row.key)


def rating_from_row(row: Row, shows: Shows) -> Record | None:
    """Return the record of a rated item; older ratings have no date."""
    if row.rating is None:
        return None
    value = Rated(row.rating, moment(row.rated))
    return Record(item_from_row(row, shows), value, row.key, library=row.section)


def progress_from_row(
    row: Row, shows: Shows, *, at: int, playing: bool
) -> Record | None:
    """Return the record of an item that was played in part.

    One that is watched and has a position is being watched again.
    """
    if not row.offset:
        return None
    value = Progress(
        position_ms=row.offset,
        duration_ms=row.duration or None,
        at=moment(at),
        playing=playing,
    )
    return Record(item_from_row(row, shows), value, row.key, library=row.section)
