"""The JSON of titles and rows."""

from .behaviour import Behaviour
from .model import JsonObject, Kind, Noted, Row, Title, text_of


def title_shape(title: Title) -> JsonObject:
    """Return a title as it stands in a row."""
    match title.kind:
        case Kind.SEASON:
            assert title.show is not None
            return {
                "number": title.season,
                "ids": dict(title.ids),
                "title": title.name,
                "show": title_shape(title.show),
            }
        case Kind.EPISODE:
            assert title.show is not None
            return {
                "season": title.season,
                "number": title.number,
                "ids": dict(title.ids),
                "title": title.name,
                "show": title_shape(title.show),
            }
    return {"title": title.name, "year": title.year, "ids": dict(title.ids)}


def play_shape(row: Row) -> JsonObject:
    """Return a play."""
    return {
        "play_id": row.row_id,
        "watched_at": text_of(row.at),
        row.title.kind.value: title_shape(row.title),
    }


def latest_shape(row: Row) -> JsonObject:
    """Return the latest play of a title."""
    return {
        "last_watched_at": text_of(row.at),
        row.title.kind.value: title_shape(row.title),
    }


def rating_shape(row: Row) -> JsonObject:
    """Return a rating."""
    return {
        "rated_at": text_of(row.at),
        "rating": row.rating,
        row.title.kind.value: title_shape(row.title),
    }


def listed_shape(row: Row, behaviour: Behaviour) -> JsonObject:
    """Return a row of the watchlist."""
    title = row.title
    shape: JsonObject = {
        "id": title.ids.get("tmdb"),
        "title": title.name,
        "mediatype": title.kind.value,
        "release_year": title.year,
        "imdb_id": title.ids.get("imdb"),
        "tvdb_id": title.ids.get("tvdb"),
        "watchlist_at": text_of(row.at),
    }
    return shape if behaviour.flat_ids else {**shape, "ids": dict(title.ids)}


def position_shape(row: Row) -> JsonObject:
    """Return a position; ids have other names here."""
    title, show = row.title, row.title.show
    shape: JsonObject = {
        "id": row.row_id,
        "type": title.kind.value,
        "progress": row.percent,
        "paused_at": text_of(row.at),
        "movie": None,
        "episode": None,
        "show": None,
    }
    if show is None:
        return {**shape, "movie": _paused_title(title)}
    episode: JsonObject = {
        "season": title.season,
        "number": title.number,
        "title": title.name,
        "ids": {f"{name}id": value for name, value in title.ids.items()},
    }
    return {**shape, "episode": episode, "show": _paused_title(show)}


def _paused_title(title: Title) -> JsonObject:
    """Return a film or a show as it stands in a position."""
    ids = {
        name if name == "mdblist" else f"{name}id": value
        for name, value in title.ids.items()
    }
    return {"title": title.name, "year": title.year, "ids": ids}


def noted_shape(row: Noted, behaviour: Behaviour) -> JsonObject:
    """Return a row of the journal; its ids are the show's for parts of one."""
    title = row.title
    named = title.show or title
    return {
        "category": row.category,
        "item_type": title.kind.value,
        "status": "removed" if row.is_removal else behaviour.status_of_new,
        "action_at": text_of(row.action_at),
        "value_at": None if row.value_at is None else text_of(row.value_at),
        "ids": dict(named.ids),
        "season": title.season,
        "episode": title.number,
        "episode_tmdb_id": title.ids.get("tmdb") if title.number is not None else None,
        "episode_tvdb_id": title.ids.get("tvdb") if title.number is not None else None,
        "rating": row.rating,
        "title": named.name,
    }
