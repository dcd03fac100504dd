"""Rows as the service shows them."""

from collections.abc import Mapping
from datetime import datetime

from .model import (
    Bucket,
    Entry,
    Episode,
    JsonObject,
    Paused,
    Place,
    Rewatch,
    Status,
    Title,
    stamp,
)

FULL = frozenset({"full", "full_anime_seasons"})
_FINISHED = frozenset({Status.COMPLETED, Status.DROPPED})


def slug_of(title: Title) -> str:
    """Return a title's name as it stands in addresses."""
    words = "".join(each if each.isalnum() else " " for each in title.name.casefold())
    return "-".join(words.split())


def title_json(title: Title, *, numbers: bool = False) -> JsonObject:
    """Return a title; its ids elsewhere are texts, in some answers numbers."""
    ids: JsonObject = {"simkl": title.simkl, "slug": slug_of(title)}
    for name, value in title.ids.items():
        ids[name] = int(value) if numbers and value.isdecimal() else value
    return {
        "title": title.name,
        "poster": f"{title.simkl % 100}/{title.simkl:016x}",
        "year": title.year,
        "runtime": title.runtime,
        "ids": ids,
    }


def ids_json(entry: Entry, extended: str) -> JsonObject:
    """Return a row that has nothing but ids."""
    ids: JsonObject = {"simkl": entry.title.simkl}
    if extended == "ids_only":
        ids |= entry.title.ids
    return {entry.title.bucket.media: {"ids": ids}}


def entry_json(entry: Entry, query: Mapping[str, str]) -> JsonObject:
    """Return the row of a title in the library."""
    title = entry.title
    row: JsonObject = {
        "added_to_watchlist_at": stamp(entry.added_at),
        "last_watched_at": stamp(entry.last_watched_at),
        "user_rated_at": stamp(entry.rated_at),
        "user_rating": entry.rating,
        "status": entry.status.value,
    }
    if title.bucket is not Bucket.MOVIES:
        row |= _counts(entry)
    if title.bucket is Bucket.ANIME:
        row["anime_type"] = title.anime_type
    row[title.bucket.media] = title_json(title)
    wanted = query.get("extended", "")
    if wanted in FULL and title.bucket is not Bucket.MOVIES:
        finished = entry.status in _FINISHED
        if not finished or query.get("include_all_episodes") in {"yes", "original"}:
            row |= _seasons(title, entry.watched, query)
    return row


def rewatch_json(
    entry: Entry, session: Rewatch, query: Mapping[str, str]
) -> JsonObject:
    """Return the row of one more viewing of a title."""
    title = entry.title
    row: JsonObject = {
        "is_rewatch": True,
        "rewatch_id": session.rewatch_id,
        "rewatch_status": session.status,
        "last_watched_at": stamp(session.last_watched_at),
        "status": entry.status.value,
        "watched_episodes_count": len(session.watched),
        title.bucket.media: title_json(title),
    }
    if query.get("extended", "") in FULL and title.bucket is not Bucket.MOVIES:
        row |= _seasons(title, dict(session.watched), query)
    return row


def _counts(entry: Entry) -> JsonObject:
    """Return how far a series was watched."""
    title = entry.title
    regular = sorted(place for place in entry.watched if place[0])
    left = sorted(each.place for each in title.regular() if each.place not in regular)
    return {
        "last_watched": _name(regular[-1]) if regular else None,
        "next_to_watch": _name(left[0]) if left else None,
        "watched_episodes_count": len(regular),
        "total_episodes_count": len(title.regular()),
        "not_aired_episodes_count": 0,
    }


def _name(place: Place) -> str:
    """Return a place as people write it."""
    return f"S{place[0]:02d}E{place[1]:02d}"


def _seasons(
    title: Title, watched: Mapping[Place, datetime | None], query: Mapping[str, str]
) -> JsonObject:
    """Return the episodes that were watched, by season."""
    mapped = query.get("extended") == "full_anime_seasons"
    mapped = mapped and title.bucket is Bucket.ANIME
    seasons: dict[int, list[JsonObject]] = {}
    for place in sorted(watched):
        episode = title.episodes[place]
        row: JsonObject = {"number": episode.number}
        if query.get("episode_watched_at") == "yes":
            row["watched_at"] = stamp(watched[place])
        if query.get("episode_tvdb_id") == "yes" and "tvdb" in episode.ids:
            row["ids"] = {"tvdb": episode.ids["tvdb"]}
        if mapped and episode.tvdb:
            row["tvdb"] = dict(zip(("season", "episode"), episode.tvdb, strict=True))
        seasons.setdefault(episode.season, []).append(row)
    answer: JsonObject = {}
    if mapped and (places := title.by_tvdb()):
        answer["mapped_tvdb_seasons"] = sorted({season for season, _ in places})
    if seasons:
        answer["seasons"] = [
            {"number": number, "episodes": rows} for number, rows in seasons.items()
        ]
    return answer


def paused_json(session: Paused) -> JsonObject:
    """Return the place where somebody stopped."""
    title = session.title
    row: JsonObject = {
        "id": session.session_id,
        "progress": session.progress,
        "paused_at": (stamp(session.at) or "")[:-1] + ".000Z",
        "type": "movie" if session.episode is None else "episode",
    }
    if session.episode is not None:
        row["episode"] = {
            "season": session.episode.season,
            "episode": session.episode.number,
            "title": session.episode.name,
            **tvdb_json(session.episode),
        }
    key = "anime" if title.bucket is Bucket.ANIME else title.bucket.media
    row[key] = title_json(title, numbers=True)
    return row


def tvdb_json(episode: Episode) -> JsonObject:
    """Return the place of an episode in the series at TVDB."""
    season, number = episode.tvdb or (None, None)
    return {} if season is None else {"tvdb_season": season, "tvdb_number": number}
