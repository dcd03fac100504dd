"""What SIMKL's importer takes: a backup, as SIMKL makes it itself.

A title has one status there, and each episode one date. Nothing is put in that SIMKL
would have to make up the rest of: to rate a film is to have watched it there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
import json
from typing import Final

from ...engine.ids import item_keys, title_key
from ...engine.model import Feature, Item, Listed, MediaKind, Rated, Record, Watched
from ...engine.rating_steps import rounded
from ..exporting import OutFile, Records, Tally, Unfit, WriteOptions, stamp

type Json = dict[str, object]

_NUMBERS: Final = frozenset({"simkl"})
_ANIME_IDS: Final = frozenset({"mal", "anilist", "kitsu", "anidb"})
_OF_TITLES: Final = frozenset({MediaKind.MOVIE, MediaKind.SHOW})


@dataclass(slots=True)
class _Title:
    """A film or a show, and all that was said of it."""

    item: Item
    watched: bool = False
    watched_at: datetime | None = None
    listed: Record | None = None
    rated: Record | None = None
    episodes: dict[tuple[int, int], datetime] = field(default_factory=dict)


def files(records: Records, options: WriteOptions) -> list[OutFile]:
    """Return the backup."""

    def text(tally: Tally) -> Iterator[str]:
        """Yield it title by title."""
        lists: dict[str, list[Json]] = {"shows": [], "anime": [], "movies": []}
        for title in _titles(records, tally):
            if (row := _row(title, tally)) is not None:
                lists[_list_of(title.item)].append(row)
        start = "{"
        for name, rows in lists.items():
            yield f'{start}"{name}": ['
            yield ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            yield "]"
            start = ",\n"
        yield "}\n"

    return [OutFile("", ".zip", text, member="SimklBackup.json")]


def _list_of(item: Item) -> str:
    """Return the list that a title belongs to."""
    if item.kind is MediaKind.MOVIE:
        return "movies"
    # What only anime sites know is found nowhere else.
    is_anime = bool(item.ids) and set(item.ids) <= _ANIME_IDS
    return "anime" if is_anime else "shows"


def _titles(records: Records, tally: Tally) -> list[_Title]:
    """Put together what all features say of a title."""
    titles: dict[str, _Title] = {}
    for feature, of_feature in records.items():
        for record in of_feature:
            unfit = _unfit(record)
            if unfit is not None:
                tally.leave_out(feature, record.item, unfit)
                continue
            item = record.item.show or record.item
            key = next(iter(item_keys(item)), None) or title_key(item) or item.label
            _take(titles.setdefault(key, _Title(item)), record, tally)
    return list(titles.values())


def _unfit(record: Record) -> Unfit | None:
    """Return why a record cannot be put in, None where it can."""
    item, value = record.item, record.value
    named = item.show or item
    if not isinstance(value, Watched | Listed | Rated):
        return Unfit.FEATURE_NOT_IN_FORMAT
    if isinstance(value, Watched):
        if item.kind not in {MediaKind.MOVIE, MediaKind.EPISODE}:
            return Unfit.KIND_NOT_IN_FORMAT
        if value.at is None:
            return Unfit.NO_DATE
        if item.kind is MediaKind.EPISODE and (
            item.show is None or item.season is None or item.number is None
        ):
            return Unfit.NO_PLACE
    elif item.kind not in _OF_TITLES:
        return Unfit.KIND_NOT_IN_FORMAT
    elif isinstance(value, Rated) and value.rating <= 0:
        return Unfit.NO_RATING
    return None if named.ids or named.title else Unfit.NO_IDS


def _take(title: _Title, record: Record, tally: Tally) -> None:
    """Note what a record says of a title."""
    item = record.item
    match record.value:
        case Listed():
            title.listed = record
        case Rated():
            title.rated = record
        case Watched(at, plays, count) if at is not None:
            title.watched = True
            tally.written[Feature.HISTORY] += 1
            if max(len(plays), count) > 1:
                tally.leave_out(Feature.HISTORY, item, Unfit.ONLY_LAST_PLAY)
            if item.season is None or item.number is None:
                title.watched_at = at
            else:
                title.episodes[item.season, item.number] = at


def _row(title: _Title, tally: Tally) -> Json | None:
    """Return a title as an entry, None for one that has no status."""
    listed, rated = title.listed, title.rated
    if listed and title.watched:
        tally.leave_out(Feature.WATCHLIST, listed.item, Unfit.ONE_STATUS)
        listed = None
    if not listed and not title.watched:
        if rated:
            tally.leave_out(Feature.RATINGS, rated.item, Unfit.RATING_NEEDS_STATUS)
        return None
    is_film = title.item.kind is MediaKind.MOVIE
    done = "completed" if is_film else "watching"
    row: Json = {"status": "plantowatch" if listed else done}
    row["movie" if is_film else "show"] = {
        "title": title.item.title,
        "year": title.item.year,
        "ids": {
            name: int(value) if name in _NUMBERS else value
            for name, value in title.item.ids.items()
        },
    }
    if listed:
        tally.written[Feature.WATCHLIST] += 1
        row["added_to_watchlist_at"] = _stamp(listed.value.at)
    newest = max(
        (*title.episodes.values(), *filter(None, [title.watched_at])), default=None
    )
    row["last_watched_at"] = _stamp(newest)
    if rated and isinstance(rated.value, Rated):
        tally.written[Feature.RATINGS] += 1
        row["user_rating"] = round(rounded(rated.value.rating, 1.0))
        row["user_rated_at"] = _stamp(rated.value.at)
    if title.episodes:
        row["seasons"] = _seasons(title.episodes)
    return row


def _seasons(episodes: dict[tuple[int, int], datetime]) -> list[Json]:
    """Return the episodes that were watched, by season."""
    seasons: dict[int, list[Json]] = {}
    for (season, number), at in sorted(episodes.items()):
        row: Json = {"number": number, "watched_at": stamp(at)}
        seasons.setdefault(season, []).append(row)
    return [
        {"number": season, "episodes": numbers} for season, numbers in seasons.items()
    ]


def _stamp(moment: datetime | None) -> str | None:
    """Return a moment as SIMKL writes it, None for none."""
    return stamp(moment) if moment else None
