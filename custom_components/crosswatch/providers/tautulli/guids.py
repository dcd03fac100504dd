"""The ids in the names that Plex and its agents give to titles."""

from collections.abc import Iterable
import re
from typing import Final

from ...engine.ids import normalise_id
from .capabilities import NAMESPACES

_GUID: Final = re.compile(r"(?P<agent>[a-z0-9.]+)://(?P<value>[^/?]+)", re.IGNORECASE)
_AGENTS: Final = {
    "com.plexapp.agents.imdb": "imdb",
    "com.plexapp.agents.themoviedb": "tmdb",
    "com.plexapp.agents.thetvdb": "tvdb",
}
# An agent for anime that names the source of the id within it.
_HAMA: Final = "com.plexapp.agents.hama"
_HAMA_VALUE: Final = re.compile(r"(?P<namespace>[a-z]+)-(?P<value>.+)", re.IGNORECASE)


def ids_from(guids: Iterable[str]) -> dict[str, str]:
    """Return the ids in a list such as imdb://tt0133093, tmdb://603."""
    ids: dict[str, str] = {}
    for guid in guids:
        namespace, _, value = guid.partition("://")
        _put(ids, namespace.lower(), value)
    return ids


def ids_of_agent(guid: str) -> dict[str, str]:
    """Return the ids in what an older agent has made: the show's for an episode.

    None are in the names that Plex gives itself.
    """
    ids: dict[str, str] = {}
    if (found := _GUID.match(guid)) is None:
        return ids
    agent, value = found["agent"].lower(), found["value"]
    if agent == _HAMA and (named := _HAMA_VALUE.fullmatch(value)):
        _put(ids, named["namespace"].lower(), named["value"])
    else:
        _put(ids, _AGENTS.get(agent, ""), value)
    return ids


def plain(guid: str) -> str:
    """Return a name without the language that an agent was asked for."""
    return guid.partition("?")[0]


def _put(ids: dict[str, str], namespace: str, value: str) -> None:
    """Add an id that says something."""
    if namespace in NAMESPACES and (known := normalise_id(namespace, value)):
        ids.setdefault(namespace, known)
