"""The guids of Plex: which ids stand in them, whichever agent has found the title."""

from collections.abc import Iterable, Mapping
import re
from typing import Final, NamedTuple

from ...engine.ids import normalise_id

# What agents call the services that ids come from.
_NAMES: Final[Mapping[str, str]] = {
    "imdb": "imdb",
    "tmdb": "tmdb",
    "themoviedb": "tmdb",
    "tvdb": "tvdb",
    "thetvdb": "tvdb",
    "anidb": "anidb",
}
_LEGACY: Final = "com.plexapp.agents."
_CLOUD: Final = "plex://"

# One agent puts the name of the service before the id, with the number of an order of
# episodes where it is not the usual one: "tvdb-121361", "tvdb4-121361". Others do not
# say whose id it is, but those of IMDb tell themselves: "tt0133093".
_PREFIXED: Final = re.compile(r"(?:([a-z]+)\d?-)?(tt\d{7,}|\d+)")
_PLACE: Final = re.compile(r"/(\d+)/(\d+)$")
_DIGITS: Final = re.compile(r"\d+$")


class Guid(NamedTuple):
    """What a guid says: an id, and the place in the show that it is of, if any.

    With a place, or with a `season` alone, the id is that of the show.
    """

    namespace: str
    value: str
    season: int | None = None
    number: int | None = None


def parse_guid(text: str) -> Guid | None:
    """Return the universal id in a guid, None where there is none.

    These are known: `imdb://tt0133093`, `tmdb://movie/603`, and those of the agents of
    old, such as `com.plexapp.agents.thetvdb://121361/6/1?lang=en`.
    """
    scheme, mark, rest = text.partition("://")
    if not mark:
        return None
    scheme = scheme.lower()
    agent = scheme.removeprefix(_LEGACY)
    body = rest.partition("?")[0]
    namespace = _NAMES.get(agent)
    if namespace is None:
        found = _PREFIXED.match(body.lower()) if agent != scheme else None
        if found is None:
            return None
        name = "imdb" if found[2].startswith("tt") else found[1]
        if (namespace := _NAMES.get(name)) is None:
            return None
        return _placed(namespace, found[2], body)
    if agent != scheme:
        return _placed(namespace, body.partition("/")[0], body)
    # Some put a word before the id: `tvdb://series/121361`.
    value = normalise_id(namespace, body.rpartition("/")[2])
    return Guid(namespace, value) if value else None


def cloud_key(guid: str) -> str:
    """Return the key of a title in Plex's own catalogue, empty where it has none."""
    if not guid.startswith(_CLOUD):
        return ""
    return guid.rpartition("/")[2]


def ids_in(guids: Iterable[str]) -> dict[str, str]:
    """Return the universal ids among guids; of two of a kind, the first."""
    ids: dict[str, str] = {}
    for guid in guids:
        if (found := parse_guid(guid)) is not None and found.season is None:
            ids.setdefault(found.namespace, found.value)
    return ids


def _placed(namespace: str, text: str, body: str) -> Guid | None:
    """Return an id of an agent of old, with the place that follows it."""
    if (value := normalise_id(namespace, text)) is None:
        return None
    if (place := _PLACE.search(body)) is not None:
        return Guid(namespace, value, int(place[1]), int(place[2]))
    season = _DIGITS.search(body) if body.count("/") == 1 else None
    return Guid(namespace, value, int(season[0]) if season else None)
