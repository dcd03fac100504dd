"""Which entry of an anime service is which show, season or film, and back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ..ids import merge_ids
from ..model import Item, MediaKind
from .entry import CATALOGUES, ENTRY_NAMESPACES, Entry
from .seats import WHOLE, Place, Show, places_of

type PairsOf = Callable[[Entry], Iterable[tuple[str, str]]]


class Numbering:
    """What mapping files say, ready to be asked.

    Nothing is ever guessed: where entries contradict each other, or a show's
    catalogues do, the answer is None.
    """

    def __init__(self, entries: Iterable[Entry], fingerprint: str = "") -> None:
        """Take entries; `fingerprint` tells these from any others."""
        self.fingerprint = fingerprint
        known = list(entries)
        self._by_id = _unique(known, lambda entry: entry.ids.items())
        films = [entry for entry in known if entry.movie]
        self._films = _unique(films, lambda entry: entry.titles.items())
        shows: dict[tuple[str, str], list[Entry]] = {}
        for entry in known:
            if not entry.movie:
                for key in entry.titles.items():
                    shows.setdefault(key, []).append(entry)
        self._shows = {key: Show.of(each, key[0]) for key, each in shows.items()}
        for key, each in shows.items():
            if not self._shows[key].spans:
                self._name_as_others_do(key, each)

    @classmethod
    def of(
        cls,
        entries: Iterable[Entry],
        overrides: Iterable[Entry] = (),
        fingerprint: str = "",
    ) -> Numbering:
        """Return the numbering of a mapping, in which what a person says wins.

        An override takes the place of the entry that has one of its ids, and the seat
        of any other that claims the same.
        """
        own = list(overrides)
        named = {pair for entry in own for pair in entry.ids.items()}
        claimed = {
            (key, span.season, span.start)
            for entry in own
            for key in entry.titles.items()
            for span in entry.spans.get(key[0], ())
        }
        kept: list[Entry] = []
        for entry in entries:
            if not named.isdisjoint(entry.ids.items()):
                own = [_with_ids_of(entry, each) for each in own]
            elif claimed:
                kept.append(_without_claims(entry, claimed))
            else:
                kept.append(entry)
        return cls([*kept, *own], fingerprint)

    def entry_of(self, ids: Mapping[str, str]) -> Entry | None:
        """Return the one entry that all of these ids of anime services name."""
        return _agreed(
            self._by_id.get((name, ids[name]))
            for name in ENTRY_NAMESPACES
            if name in ids
        )

    def item_of(self, entry: Entry) -> Item | None:
        """Return the show, season or film that an entry is, None where it is none.

        An entry that stands for a show is that show, one that stands for a later
        season is that season. Its own ids go with it.
        """
        if entry.movie:
            ids = {
                name: value
                for name, value in entry.titles.items()
                if self._films.get((name, value)) is entry
            }
            return Item(MediaKind.MOVIE, merge_ids(ids, entry.ids)) if ids else None
        seats: dict[int, dict[str, str]] = {}
        for name in CATALOGUES:
            value = entry.titles.get(name)
            show = self._shows.get((name, value)) if value else None
            seat = show.seat_of(entry) if show else None
            if value and seat is not None:
                seats.setdefault(seat, {})[name] = value
        if not seats:
            return None
        # Where catalogues number otherwise, the first one's numbers are good for its
        # own id only.
        seat, ids = next(iter(seats.items()))
        if seat == WHOLE:
            return Item(MediaKind.SHOW, merge_ids(ids, entry.ids))
        of = Item(MediaKind.SHOW, ids)
        return Item(MediaKind.SEASON, dict(entry.ids), show=of, season=seat)

    def find(self, item: Item) -> Entry | None:
        """Return the entry that a film, show or season is."""
        if not item.ids.keys().isdisjoint(ENTRY_NAMESPACES):
            named = [self._by_id.get(pair) for pair in item.ids.items()]
            if any(named):
                return _agreed(named)
        match item.kind:
            case MediaKind.MOVIE:
                return _agreed(self._films.get(pair) for pair in item.ids.items())
            case MediaKind.SHOW:
                return _agreed(
                    show.seats.get(WHOLE) for _, show in self._known(item.ids)
                )
            case MediaKind.SEASON if item.show is not None and item.season is not None:
                return _agreed(
                    show.seats.get(item.season)
                    for _, show in self._known(item.show.ids)
                )
        return None

    def to_entry(self, item: Item) -> tuple[Entry, int] | None:
        """Return the entry of a show's episode, and the episode's number in it."""
        if item.show is None or item.season is None or item.number is None:
            return None
        place = Place(item.season, item.number)
        found = [show.entry_at(place) for _, show in self._known(item.show.ids)]
        return _agreed(found)

    def to_show(self, item: Item) -> Item | None:
        """Return an episode that is numbered within its entry where its show has it.

        Such an episode has a show that only anime services know: with the id of a
        catalogue, its number is one of the whole show already.
        """
        show = item.show
        if show is None or item.number is None or item.season not in {None, 1}:
            return None
        if not show.ids.keys().isdisjoint(CATALOGUES):
            return None
        entry = self.entry_of(show.ids)
        if entry is None:
            return None
        found: dict[Place, dict[str, str]] = {}
        for name in CATALOGUES:
            places = places_of(entry.spans.get(name, ()), item.number)
            value = entry.titles.get(name)
            if value and len(places) == 1 and self._is_certain(name, value, places[0]):
                found.setdefault(places[0], {})[name] = value
        if not found:
            return None
        place, ids = next(iter(found.items()))
        return _placed(item, replace(show, ids=ids), place)

    def by_absolute(self, item: Item) -> Item | None:
        """Return an episode that is numbered through all seasons where its show has it.

        So is one without a season, and one of a first season that does not have so
        many. All catalogues that know the show have to agree.
        """
        show, number = item.show, item.number
        if show is None or number is None or item.season not in {None, 1}:
            return None
        places: set[Place | None] = set()
        for _, known in self._known(show.ids):
            if not known.spans:
                continue
            length = known.length(1)
            if item.season == 1 and (length is None or number <= length):
                return None
            if 2 not in known.spans:
                return None
            places.add(known.by_absolute(number))
        place = places.pop() if len(places) == 1 else None
        return _placed(item, show, place) if place else None

    def _name_as_others_do(
        self, key: tuple[str, str], entries: Iterable[Entry]
    ) -> None:
        """Let an id that comes without seasons stand for the show that it goes with.

        That is so of IMDb's ids in most files: all entries of a show have its id.
        """
        for name in CATALOGUES:
            others = {entry.titles.get(name) for entry in entries}
            value = others.pop() if len(others) == 1 else None
            known = self._shows.get((name, value)) if value else None
            if known is None or not known.spans or WHOLE not in known.seats:
                continue
            if known.entries_agree(*key):
                self._shows[key] = Show({WHOLE: known.seats[WHOLE]})
                return

    def _known(self, ids: Mapping[str, str]) -> Iterator[tuple[str, Show]]:
        """Yield what is known of a show by those of its ids that any entry has."""
        for name in CATALOGUES:
            if name in ids and (show := self._shows.get((name, ids[name]))):
                yield name, show

    def _is_certain(self, name: str, value: str, place: Place) -> bool:
        """Tell whether only one entry claims a place."""
        return self._shows[name, value].entry_at(place) is not None


def _unique(
    entries: Iterable[Entry], pairs_of: PairsOf
) -> dict[tuple[str, str], Entry | None]:
    """Return entries by their ids; an id that several have names none of them."""
    found: dict[tuple[str, str], Entry | None] = {}
    for entry in entries:
        for pair in pairs_of(entry):
            found[pair] = None if pair in found else entry
    return found


def _agreed[T](found: Iterable[T | None]) -> T | None:
    """Return what all say that say anything, None where they disagree."""
    told = [each for each in found if each is not None]
    return told[0] if told and all(each == told[0] for each in told) else None


def _placed(item: Item, show: Item, place: Place) -> Item:
    """Return an episode at another place."""
    return replace(item, show=show, season=place.season, number=place.number)


def _with_ids_of(entry: Entry, override: Entry) -> Entry:
    """Return an override with the other ids of the entry whose place it takes."""
    if set(entry.ids.items()).isdisjoint(override.ids.items()):
        return override
    return replace(override, ids=merge_ids(override.ids, entry.ids))


def _without_claims(
    entry: Entry, claimed: set[tuple[tuple[str, str], int, int]]
) -> Entry:
    """Return an entry without the places that a person gave to another one."""
    spans = {
        name: tuple(
            span
            for span in each
            if ((name, entry.titles.get(name, "")), span.season, span.start)
            not in claimed
        )
        for name, each in entry.spans.items()
    }
    if spans == entry.spans:
        return entry
    # What has lost all of its places does not stand for the show instead.
    lost = {name for name, each in spans.items() if not each and entry.spans[name]}
    titles = {name: value for name, value in entry.titles.items() if name not in lost}
    kept = {name: each for name, each in spans.items() if each}
    return replace(entry, titles=titles, spans=kept)
