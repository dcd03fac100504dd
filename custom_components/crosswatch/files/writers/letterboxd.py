"""What Letterboxd's importer takes: films only, a file for each of its import pages."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from ...engine.model import Feature, Item, Listed, MediaKind, Rated, Record, Watched
from ...engine.rating_steps import rounded
from ..exporting import OutFile, Records, Tally, Unfit, WriteOptions
from ..own_csv import is_formula, line

type Row = Mapping[str, object]

_FILM: Final = ("tmdbID", "imdbID", "Title", "Year")
_COLUMNS: Final[Mapping[Feature, tuple[str, ...]]] = {
    Feature.HISTORY: (*_FILM, "WatchedDate", "Rewatch"),
    Feature.RATINGS: (*_FILM, "Rating10"),
    Feature.WATCHLIST: _FILM,
}


def files(records: Records, options: WriteOptions) -> list[OutFile]:
    """Return a file for each feature; what fits in none is told with the first."""
    fitting = [feature for feature in records if feature in _COLUMNS]
    others = [feature for feature in records if feature not in _COLUMNS]
    found = [_file(records, feature, (), options) for feature in fitting[1:]]
    if fitting or others:
        first = fitting[0] if fitting else Feature.HISTORY
        found.insert(0, _file(records, first, tuple(others), options))
    return found


def _file(
    records: Records,
    feature: Feature,
    others: tuple[Feature, ...],
    options: WriteOptions,
) -> OutFile:
    """Return the file of one feature; records of `others` are left out with it."""
    columns = _COLUMNS[feature]

    def text(tally: Tally) -> Iterator[str]:
        """Yield it row by row."""
        for other in others:
            for record in records[other]:
                tally.leave_out(other, record.item, Unfit.FEATURE_NOT_IN_FORMAT)
        yield line(columns)
        for record in records.get(feature, ()):
            film = _film(record.item)
            if isinstance(film, Unfit):
                tally.leave_out(feature, record.item, film)
                continue
            if isinstance(record.value, Rated) and record.value.rating <= 0:
                tally.leave_out(feature, record.item, Unfit.NO_RATING)
                continue
            tally.write(feature, record)
            for said in _said(record, options):
                row = {**film, **said}
                yield line([row.get(name, "") for name in columns])

    return OutFile(f"-{feature.value}", ".csv", text)


def _film(item: Item) -> Row | Unfit:
    """Return the cells that name a film.

    Letterboxd looks at the title only where there is no id, and needs it just as it
    is. One that a spreadsheet would take for a formula is put in only where it has to
    be, and there it cannot be made safe.
    """
    if item.kind is not MediaKind.MOVIE:
        return Unfit.KIND_NOT_IN_FORMAT
    ids = {
        "tmdbID": item.ids.get("tmdb", ""),
        "imdbID": item.ids.get("imdb", ""),
        "Year": item.year or "",
    }
    if is_formula(item.title):
        if not ids["tmdbID"] and not ids["imdbID"]:
            return Unfit.UNSAFE_TITLE
        return ids
    if not ids["tmdbID"] and not ids["imdbID"] and not item.title:
        return Unfit.NO_IDS
    return {**ids, "Title": item.title}


def _said(record: Record, options: WriteOptions) -> list[Row]:
    """Return what a record says, as the columns of one or several rows.

    A film without a date becomes one that was watched, with no entry in the diary.
    """
    match record.value:
        case Rated(rating):
            return [{"Rating10": round(rounded(rating, 1.0))}]
        case Watched(at, plays):
            moments = sorted(play.at for play in plays) or ([at] if at else [])
            days = [f"{each.astimezone(options.zone):%Y-%m-%d}" for each in moments]
            if not days:
                return [{}]
            first: Row = {"WatchedDate": days[0]}
            again: list[Row] = [
                {"WatchedDate": day, "Rewatch": "true"} for _, day in pairwise(days)
            ]
            return [first, *again]
        case Listed():
            return [{}]
        case _:
            return []
