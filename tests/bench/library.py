"""Libraries to plan with, as providers read them and as the state file gives them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from custom_components.crosswatch.engine.codec import (
    decode_records,
    encode_records,
    value_text,
)
from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.match import Match
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Record,
    Snapshot,
    Watched,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EPISODES = 20


def ids(number: int, *namespaces: str) -> dict[str, str]:
    """Return ids that only the item of this number has."""
    return {
        name: f"tt{number:07}" if name == "imdb" else str(number) for name in namespaces
    }


def records(numbers: range, *, target: bool) -> Iterator[Record]:
    """Return a record for each number: an even one is a film, an odd one an episode.

    Both sides know each item by partly different ids, as Jellyfin and Trakt do.
    """
    of_film = ("trakt", "imdb", "tmdb") if target else ("imdb", "tmdb")
    of_show = ("trakt", "imdb", "tmdb", "tvdb") if target else ("imdb", "tvdb")
    of_episode = ("trakt", "tvdb") if target else ("tvdb", "imdb")
    shows: dict[int, Item] = {}
    for number in numbers:
        at = NOW - timedelta(minutes=number)
        plays = (Play(at, str(number)),) if target else ()
        if number % 2 == 0:
            item = Item(MediaKind.MOVIE, ids(number, *of_film), f"Film {number}", 2000)
        else:
            place, episode = divmod(number // 2, EPISODES)
            if (show := shows.get(place)) is None:
                show = shows[place] = Item(
                    MediaKind.SHOW, ids(place, *of_show), f"Show {place}", 2001
                )
            item = Item(
                MediaKind.EPISODE,
                ids(number, *of_episode),
                show=show,
                season=1,
                number=episode + 1,
            )
        yield Record(item, Watched(at, plays), f"{'t' if target else 'j'}{number}")


def snapshot(numbers: range, *, target: bool) -> Snapshot:
    """Return a snapshot as a provider reads it."""
    return Snapshot.of(Feature.HISTORY, records(numbers, target=target), NOW)


def stored(numbers: range, *, target: bool) -> Snapshot:
    """Return a snapshot as the state file gives it back, in order of its native ids."""
    rows = sorted(encode_records(records(numbers, target=target)))
    return Snapshot(Feature.HISTORY, decode_records(Feature.HISTORY, rows), NOW)


def ledger(numbers: range) -> Iterator[LedgerRow]:
    """Return the rows that a run leaves in which both sides had all of these."""
    sides = zip(
        records(numbers, target=False), records(numbers, target=True), strict=True
    )
    for number, (source, target) in enumerate(sides, 1):
        yield LedgerRow(
            row_id=number,
            keys=" ".join(Match(source, target).keys),
            source_native=source.native_id,
            target_native=target.native_id,
            source_value=value_text(source),
            target_value=value_text(target),
            source_seen_at=NOW.timestamp(),
            target_seen_at=NOW.timestamp(),
        )


def rewatched(films: int, plays: int, *, missing: bool) -> Snapshot:
    """Return films that were each seen so many times, or half as many."""
    return Snapshot.of(
        Feature.HISTORY,
        (_rewatched_film(film, plays, missing=missing) for film in range(films)),
        NOW,
    )


def _rewatched_film(film: int, plays: int, *, missing: bool) -> Record:
    """Return a film with its plays, of which every other one may be missing."""
    kept = tuple(
        Play(NOW - timedelta(hours=number), f"{film}-{number}")
        for number in range(plays, 0, -1)
        if not (missing and number % 2)
    )
    item = Item(MediaKind.MOVIE, ids(film + 1, "imdb", "tmdb"), f"Film {film}", 2000)
    return Record(item, Watched(kept[-1].at, kept, len(kept)), f"f{film}")
