"""The journal: what came and what went since some moment, kept for 30 days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from ...engine.ids import item_keys
from ...engine.model import Feature, MediaKind, Rated, Record, Snapshot, Watched
from ...engine.provider import ProtocolError
from ..http import JsonObject
from .fields import missing, number_in, rows_in
from .titles import moment_from, part_of, titled

CATEGORIES: Final = {"watched": Feature.HISTORY, "rated": Feature.RATINGS}
_KINDS: Final = {kind.value: kind for kind in MediaKind}

type Keys = tuple[str, ...]


class Entry(NamedTuple):
    """One row of the journal: a title that came to a feature, or went from it.

    `played_at` and `rating` are what came, where that is told.
    """

    feature: Feature
    kind: MediaKind
    keys: Keys
    is_removal: bool
    at: datetime
    played_at: datetime | None = None
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What has happened to a feature: the keys of the titles that came and went."""

    came: Collection[Keys]
    gone: Collection[Keys]

    @property
    def gone_keys(self) -> set[str]:
        """Return all keys of what went."""
        return {key for keys in self.gone for key in keys}

    @property
    def all_keys(self) -> set[str]:
        """Return all keys of what came or went."""
        return self.gone_keys | {key for keys in self.came for key in keys}


def entries_in(page: JsonObject, since: datetime) -> list[Entry] | None:
    """Return the entries on a page, or None if the journal does not go back so far.

    `since` is the moment of a change that has to stand in it, or be older than all.
    """
    rows = rows_in(page, "journal")
    oldest = moment_from(page.get("journal_oldest_at"))
    if page.get("requires_full_sync") is not False or (oldest and oldest > since):
        return None
    return [
        _entry(row, feature)
        for row in rows
        if (feature := _feature_of(row)) is not None
    ]


def _feature_of(row: JsonObject) -> Feature | None:
    """Return the feature that a row is about, None for one that is not synced."""
    category = row.get("category")
    if not isinstance(category, str):
        raise missing("category", row)
    return CATEGORIES.get(category)


def _entry(row: JsonObject, feature: Feature) -> Entry:
    """Return what a row says.

    Its ids are the show's for a season or an episode. A rating that is null was taken
    back, whatever the status says.
    """
    name, status, at = row.get("item_type"), row.get("status"), row.get("action_at")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    moment = moment_from(at)
    if kind is None or not isinstance(status, str) or moment is None:
        raise ProtocolError("MDBList's journal has a row that makes no sense")
    rating = row.get("rating", 0)
    unrated = feature is Feature.RATINGS and rating is None
    return Entry(
        feature,
        kind,
        _keys(kind, row),
        status == "removed" or unrated,
        moment,
        moment_from(row.get("value_at")),
        rating if isinstance(rating, int | float) else None,
    )


def _keys(kind: MediaKind, row: JsonObject) -> Keys:
    """Return the keys of the title that a row is about."""
    if kind in {MediaKind.MOVIE, MediaKind.SHOW}:
        return item_keys(titled(kind, row).item)
    show = titled(MediaKind.SHOW, row)
    number = number_in(row, "episode") if kind is MediaKind.EPISODE else None
    return item_keys(part_of(show, number_in(row, "season"), number, {}).item)


def news(
    entries: Sequence[Entry], previous: Snapshot, known_at: datetime
) -> list[Entry]:
    """Return the entries that a snapshot does not hold already.

    Some from before the moment at which it was `known` are read again, as they may
    have come to the journal later than they say.
    """
    wanted = {key for each in entries if each.at <= known_at for key in each.keys}
    held: dict[str, Record] = {}
    for record in previous.records.values() if wanted else ():
        held.update(dict.fromkeys(wanted.intersection(record.keys), record))
    return [each for each in entries if each.at > known_at or not _is_held(each, held)]


def _is_held(entry: Entry, held: Mapping[str, Record]) -> bool:
    """Tell whether what an entry says is how it is anyway."""
    record = next((held[key] for key in entry.keys if key in held), None)
    if record is None or entry.is_removal:
        return (record is None) is entry.is_removal
    match record.value:
        case Watched(plays=plays):
            return record.seen and any(play.at == entry.played_at for play in plays)
        case Rated(rating=rating):
            return record.seen and rating == entry.rating
    return False


def plays_changed(entries: Iterable[Entry]) -> Changes | None:
    """Return what has happened to the history, None where that is not clear.

    It is not where a whole show or season was marked, or where plays of one title came
    and went: the journal does not say which.
    """
    came: set[Keys] = set()
    gone: set[Keys] = set()
    for entry in entries:
        if entry.kind in {MediaKind.SHOW, MediaKind.SEASON}:
            return None
        (gone if entry.is_removal else came).add(entry.keys)
    return None if came & gone else Changes(came, gone)


def ratings_changed(entries: Sequence[Entry]) -> Changes:
    """Return what has happened to the ratings; of each title the last entry counts."""
    last = {entry.keys: entry for entry in sorted(entries, key=lambda each: each.at)}
    gone = {keys for keys, entry in last.items() if entry.is_removal}
    return Changes(last.keys() - gone, gone)
