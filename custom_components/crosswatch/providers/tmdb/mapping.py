"""From TMDb's JSON to items and records; pure functions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from ...engine.ids import normalise_id
from ...engine.model import Item, Listed, MediaKind, Rated, Record
from ..http import JsonObject, JsonValue
from .fields import missing, moment_from, number_in

MOST: Final = 10
MEDIA_TYPES: Final = {MediaKind.MOVIE: "movie", MediaKind.SHOW: "tv"}
# Larger numbers are no ids.
_MAX_ID_LENGTH: Final = 15
# The names of titles and dates: TMDb calls them otherwise for films.
_TITLES: Final = ("title", "name", "original_title", "original_name")
_DATES: Final = ("release_date", "first_air_date")
_EXTERNAL: Final[Mapping[str, str]] = {"imdb": "imdb_id", "tvdb": "tvdb_id"}
_OLDEST_YEAR: Final = 1850


class Target(NamedTuple):
    """A title as TMDb addresses it: of an episode its show, and its place there.

    Films and series share their numbers, so that the kind is a part of each address.
    """

    kind: MediaKind
    number: int
    season: int = 0
    episode: int = 0

    @property
    def native_id(self) -> str:
        """Return the target as one text."""
        text = f"{self.kind.value}:{self.number}"
        if self.kind is not MediaKind.EPISODE:
            return text
        return f"{text}:{self.season}:{self.episode}"

    @property
    def path(self) -> str:
        """Return where it is found."""
        if self.kind is MediaKind.MOVIE:
            return f"/movie/{self.number}"
        if self.kind is MediaKind.SHOW:
            return f"/tv/{self.number}"
        return f"/tv/{self.number}/season/{self.season}/episode/{self.episode}"


def target_from(native_id: str) -> Target | None:
    """Return the target that a native id names; None for one that was made up."""
    kind, *parts = native_id.split(":")
    if not all(part.isdecimal() and part.isascii() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    match kind, numbers:
        case (("movie" | "show"), [number]):
            return Target(MediaKind(kind), number)
        case "episode", [number, season, episode]:
            return Target(MediaKind.EPISODE, number, season, episode)
    return None


class Entry(NamedTuple):
    """A row of a list: a title, and what the list says of it.

    An episode is without its show as yet, of which a row tells the number only.
    """

    target: Target
    item: Item
    value: Listed | Rated

    @property
    def native_id(self) -> str:
        """Return the name of the title."""
        return self.target.native_id

    def record(self, show: Item | None = None) -> Record:
        """Return the entry as a record; of an episode with its show."""
        item = self.item if show is None else replace(self.item, show=show)
        return Record(item, self.value, self.native_id)


def entry_from(kind: MediaKind, row: JsonObject, *, rates: bool) -> Entry:
    """Return what a row of a list says.

    When something was put on the watchlist is not told.
    """
    number = number_in(row, "id", least=1)
    ids = {"tmdb": str(number)}
    value = rating_in(row) if rates else Listed()
    if kind is not MediaKind.EPISODE:
        item = Item(kind, ids, name_in(row), year_in(row))
        return Entry(Target(kind, number), item, value)
    season, episode = number_in(row, "season_number"), number_in(row, "episode_number")
    target = Target(kind, number_in(row, "show_id", least=1), season, episode)
    item = Item(kind, ids, name_in(row), season=season, number=episode)
    return Entry(target, item, value)


def show_from(number: int, details: JsonObject | None) -> Item:
    """Return a series with its ids; it may be gone by now."""
    ids = {"tmdb": str(number)}
    if details is None:
        return Item(MediaKind.SHOW, ids)
    ids |= external_ids(details.get("external_ids"))
    return Item(MediaKind.SHOW, ids, name_in(details), year_in(details))


def external_ids(value: JsonValue) -> dict[str, str]:
    """Return the ids of other services that TMDb knows a title by."""
    if not isinstance(value, dict):
        return {}
    found: dict[str, str] = {}
    for namespace, name in _EXTERNAL.items():
        told = value.get(name)
        if isinstance(told, int | str) and (known := normalise_id(namespace, told)):
            found[namespace] = known
    return found


def rating_in(row: JsonObject) -> Rated:
    """Return the rating in a row.

    [unsure] whether it is ever dated: the documented rows are not. Those of the newer
    version of the API are, and have the rating beside the date.
    """
    told = row.get("account_rating")
    dated = told if isinstance(told, dict) else row
    rating = row.get("rating", dated.get("value"))
    if not isinstance(rating, int | float) or not 0 < rating <= MOST:
        raise missing("rating", row)
    return Rated(float(rating), moment_from(dated.get("created_at")))


def name_in(row: JsonObject) -> str:
    """Return the title, in English where there is one."""
    for name in _TITLES:
        if isinstance(title := row.get(name), str) and title:
            return title
    return ""


def year_in(row: JsonObject) -> int | None:
    """Return the year of the first release."""
    for name in _DATES:
        date = row.get(name)
        if isinstance(date, str) and date[:4].isdecimal() and date[:4].isascii():
            year = int(date[:4])
            return year if year >= _OLDEST_YEAR else None
    return None


def is_id(text: str) -> bool:
    """Tell whether a text is a number that TMDb may have given."""
    return text.isdecimal() and text.isascii() and len(text) <= _MAX_ID_LENGTH
