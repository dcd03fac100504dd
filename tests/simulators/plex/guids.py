"""The names that agents give to items.

A section has one agent. The new ones name an item by its key at the cloud and keep
external ids beside it; the legacy ones put an external id into the name itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .people import digest

type Ids = Mapping[str, str]
"""Ids by namespace: imdb, tmdb, tvdb."""

ORDER = ("imdb", "tmdb", "tvdb")


class Agent(StrEnum):
    """What fetches the metadata of a section."""

    MOVIE = "tv.plex.agents.movie"
    SERIES = "tv.plex.agents.series"
    IMDB = "com.plexapp.agents.imdb"
    TMDB = "com.plexapp.agents.themoviedb"
    TVDB = "com.plexapp.agents.thetvdb"
    HAMA = "com.plexapp.agents.hama"
    NONE = "com.plexapp.agents.none"
    NEW_NONE = "tv.plex.agents.none"


@dataclass(frozen=True, slots=True)
class Identity:
    """The name of an item and the external ids beside it."""

    guid: str
    guids: tuple[str, ...] = ()


def cloud_key(kind: str, ids: Ids, *place: int) -> str:
    """Return the key that the cloud has for something with these ids."""
    known = next((f"{name}-{ids[name]}" for name in ORDER if name in ids), "none")
    return digest("/".join([kind, known, *map(str, place)]))[:24]


def external(ids: Ids) -> tuple[str, ...]:
    """Return external ids as they stand beside a name."""
    return tuple(f"{name}://{ids[name]}" for name in ORDER if name in ids)


def local(rating_key: int) -> Identity:
    """Return the name of an item that no agent recognised."""
    return Identity(f"local://{rating_key}")


def identity(
    agent: Agent,
    kind: str,
    rating_key: int,
    top: Ids,
    own: Ids,
    place: tuple[int, ...] = (),
) -> Identity:
    """Return what an agent calls an item.

    `top` are the ids of the film or of the show, `own` those of the item itself, and
    `place` is the season and, of an episode, the number in it.
    """
    if agent in {Agent.MOVIE, Agent.SERIES}:
        return Identity(f"plex://{kind}/{cloud_key(kind, top, *place)}", external(own))
    if agent in {Agent.NONE, Agent.NEW_NONE}:
        return Identity(f"{agent}://{rating_key}?lang=xn")
    namespace = {Agent.IMDB: "imdb", Agent.TMDB: "tmdb"}.get(agent, "tvdb")
    if namespace not in top:
        return local(rating_key)
    name = f"tvdb-{top['tvdb']}" if agent is Agent.HAMA else top[namespace]
    return Identity(f"{agent}://{'/'.join([name, *map(str, place)])}?lang=en")
