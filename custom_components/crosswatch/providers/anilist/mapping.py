"""From AniList's entries to items and records; pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

import orjson

from ...engine.ids import merge_ids
from ...engine.model import Feature, Item, Listed, MediaKind, Rated, Record
from ...engine.numbering import Numbering
from ..http import JsonObject, JsonValue
from .fields import missing, number_in, object_in
from .scores import ScoreFormat, rating_of

PLANNING: Final = "PLANNING"
_MOVIE: Final = "MOVIE"
_SERIES: Final = "TV"


@dataclass(frozen=True, slots=True)
class Collection:
    """All entries of an account at one moment, and how it rates."""

    form: ScoreFormat
    entries: tuple[JsonObject, ...]

    def of(self, feature: Feature) -> Iterator[JsonObject]:
        """Yield the entries that say something of a feature."""
        for entry in self.entries:
            if feature is Feature.WATCHLIST:
                if status_in(entry) == PLANNING:
                    yield entry
            elif score_in(entry):
                yield entry

    def marker(self, feature: Feature, numbering: Numbering | None) -> str:
        """Return what tells this list of entries from any other."""
        told: list[JsonValue] = [
            self.form.value if feature is Feature.RATINGS else "",
            numbering.fingerprint if numbering else "",
        ]
        moves = ("updatedAt", "score") if feature is Feature.RATINGS else ("createdAt",)
        told += [
            [entry.get(name) for name in ("mediaId", *moves, "media")]
            for entry in self.of(feature)
        ]
        return blake2b(orjson.dumps(told), digest_size=16).hexdigest()


def records_of(
    collection: Collection, feature: Feature, numbering: Numbering | None
) -> list[Record]:
    """Return the records of a feature."""
    records: list[Record] = []
    for entry in collection.of(feature):
        media = entry.get("media", entry)
        if media is None:
            # AniList no longer has what the entry was about.
            continue
        item = item_from(object_in(entry, "media"), numbering)
        media_id = str(number_in(entry, "mediaId"))
        if feature is Feature.WATCHLIST:
            listed = Listed(moment_in(entry, "createdAt"))
            records.append(Record(item, listed, media_id))
        else:
            # The last change of the entry, of whatever kind: it is never earlier than
            # that of the score, which is not told.
            rating = rating_of(score_in(entry), collection.form)
            rated = Rated(rating, moment_in(entry, "updatedAt"))
            records.append(Record(item, rated, media_id))
    return records


def item_from(media: JsonObject, numbering: Numbering | None) -> Item:
    """Return what an entry is about: what a mapping says it is, else as AniList has it.

    Without a mapping, each season and each cour is a show of its own.
    """
    ids = {"anilist": str(number_in(media, "id"))}
    mal = media.get("idMal")
    if isinstance(mal, int) and mal > 0:
        ids["mal"] = str(mal)
    form = media.get("format")
    kind = MediaKind.MOVIE if form == _MOVIE else MediaKind.SHOW
    own = Item(kind, ids, title_in(media), year_in(media))
    if numbering is None:
        return own
    entry = numbering.entry_of({"anilist": ids["anilist"]}) or numbering.entry_of(ids)
    known = numbering.item_of(entry) if entry else None
    if known is None or not _may_be(form, known.kind):
        return own
    whole = merge_ids(ids, known.ids)
    if known.kind is MediaKind.SEASON:
        # The title is that of the season: its show's is not told.
        return replace(known, ids=whole, title=own.title)
    return replace(own, kind=known.kind, ids=whole)


def _may_be(form: JsonValue | None, kind: MediaKind) -> bool:
    """Tell whether AniList's format allows what a mapping says."""
    if form == _MOVIE:
        return kind is MediaKind.MOVIE
    return form != _SERIES or kind is not MediaKind.MOVIE


def title_in(media: JsonObject) -> str:
    """Return a title: the English one, as other services have it, if there is one."""
    titles = media.get("title")
    if not isinstance(titles, dict):
        return ""
    found = (titles.get(name) for name in ("english", "romaji"))
    return next((each for each in found if isinstance(each, str) and each), "")


def year_in(media: JsonObject) -> int | None:
    """Return the year in which something began."""
    start = media.get("startDate")
    year = start.get("year") if isinstance(start, dict) else None
    for each in (year, media.get("seasonYear")):
        if isinstance(each, int) and not isinstance(each, bool) and each > 0:
            return each
    return None


def moment_in(entry: JsonObject, name: str) -> datetime | None:
    """Return a moment in UTC; 0 is for one that AniList does not know."""
    seconds = entry.get(name)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OverflowError, OSError, ValueError:
        return None


def status_in(entry: JsonObject) -> str:
    """Return the status of an entry."""
    status = entry.get("status")
    if isinstance(status, str):
        return status
    raise missing("status", entry)


def score_in(entry: JsonObject) -> float:
    """Return the score of an entry, 0 where it has none."""
    score = entry.get("score", "")
    if score is None:
        return 0.0
    if isinstance(score, int | float) and not isinstance(score, bool) and score >= 0:
        return float(score)
    raise missing("score", entry)


def entries_from(rows: Iterable[JsonObject]) -> tuple[JsonObject, ...]:
    """Return entries, one a title, in an order that stays."""
    known = {number_in(row, "mediaId"): row for row in rows}
    return tuple([known[media_id] for media_id in sorted(known)])
