"""One entry of an anime service, and where the shows' catalogues have it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..ids import normalise_id

# Services whose entries are one season or cour each.
ENTRY_NAMESPACES: Final = ("anilist", "mal", "anidb", "kitsu")
# Catalogues that have whole shows, in the order in which their numbers are believed.
CATALOGUES: Final = ("tvdb", "tmdb", "imdb")

# No show has more; what says so is not a number of a season or an episode.
MAX_SEASON: Final = 999
MAX_NUMBER: Final = 99_999


class NumberingError(Exception):
    """A file cannot be used; the text says why, and holds nothing of the file."""


class Span(NamedTuple):
    """Episodes of an entry that follow each other in a season of a show as well.

    `start` and `end` are their numbers in the season, `end` None where it is open.
    `first` is the number of the first within the entry, None where that is not known.
    """

    season: int
    start: int = 1
    end: int | None = None
    first: int | None = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its own ids and those of its show or, for a film, its film.

    `spans` say which episodes it has in the catalogues that number them; a catalogue
    without spans only knows the show. `whole` says that a person means all of what is
    named: the show, or the season.
    """

    ids: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    movie: bool = False
    whole: bool = False


def number_from(value: object) -> int | None:
    """Return a whole number, given as such or in digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value) if len(value) < 12 else None
    return None


def season_from(value: object) -> int | None:
    """Return the number of a season, None for what is none."""
    season = number_from(value)
    return season if season is not None and 0 <= season <= MAX_SEASON else None


def episode_from(value: object) -> int | None:
    """Return the number of an episode, None for what is none."""
    number = number_from(value)
    return number if number is not None and 1 <= number <= MAX_NUMBER else None


def id_from(namespace: str, value: object) -> str | None:
    """Return the one id that a field holds; several contradict each other."""
    values = value if isinstance(value, list | tuple) else (value,)
    found = {
        known
        for each in values
        if isinstance(each, int | str) and not isinstance(each, bool)
        if (known := normalise_id(namespace, each))
    }
    return found.pop() if len(found) == 1 else None


def ids_from(fields: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return the ids in fields, by their namespaces."""
    return {
        namespace: known
        for namespace, value in fields
        if (known := id_from(namespace, value))
    }
