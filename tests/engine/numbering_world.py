"""A made-up series in all formats that mapping files come in, for tests.

Its first season has 25 episodes, its second 12 in two cours of six, each an entry of
its own; TMDb has all of it in one season, but for a special.
"""

import json

from custom_components.crosswatch.engine.model import Item, MediaKind
from custom_components.crosswatch.engine.numbering import Numbering, entries_in

SHOW_IDS = {"tvdb": "700", "tmdb": "800", "imdb": "tt0000900"}

FRIBB = [
    {
        "type": "TV",
        "anilist_id": 1,
        "mal_id": 11,
        "anidb_id": 21,
        "kitsu_id": 31,
        "anime-planet_id": "a-series",
        "tvdb_id": 700,
        "themoviedb_id": {"tv": 800},
        "imdb_id": ["tt0000900"],
        "season": {"tvdb": 1, "tmdb": 1},
    },
    {
        "type": "TV",
        "anilist_id": 2,
        "mal_id": 12,
        "tvdb_id": 700,
        "themoviedb_id": {"tv": 800},
        "imdb_id": ["tt0000900"],
        "season": {"tvdb": 2, "tmdb": 1},
        "episode_offset": {"tmdb": 25},
    },
    {
        "type": "TV",
        "anilist_id": 3,
        "tvdb_id": 700,
        "themoviedb_id": {"tv": 800},
        "imdb_id": ["tt0000900"],
        "season": {"tvdb": 2, "tmdb": 1},
        "episode_offset": {"tvdb": 6, "tmdb": 31},
    },
    {
        "type": "MOVIE",
        "anilist_id": 4,
        "mal_id": 14,
        "tvdb_id": 700,
        "themoviedb_id": {"tv": 800, "movie": [804]},
        "imdb_id": ["tt0000904"],
        "season": {"tvdb": 0, "tmdb": 0},
    },
    {"type": "OVA", "anilist_id": 5, "tvdb_id": 700, "season": {"tvdb": 0}},
]

ANIBRIDGE = {
    "$meta": {"version": "2"},
    "1": {
        "mal_id": 11,
        "anidb_id": 21,
        "imdb_id": ["tt0000900"],
        "tvdb_id": 700,
        "tmdb_show_id": 800,
        "tvdb_mappings": {"s0": "e1", "s1": "e1-e25"},
        "tmdb_mappings": {"s1": "e1-e25"},
    },
    "2": {
        "mal_id": [12],
        "tvdb_id": 700,
        "tmdb_show_id": 800,
        "tvdb_mappings": {"s2": "e1-e6"},
        "tmdb_mappings": {"s1": "e26-e31"},
    },
    "3": {
        "tvdb_id": 700,
        "tmdb_show_id": 800,
        "tvdb_mappings": {"s2": "e7-"},
        "tmdb_mappings": {"s1": "e32-"},
    },
    "4": {"mal_id": 14, "imdb_id": "tt0000904", "tmdb_movie_id": 804, "tvdb_id": 700},
}

DESCRIPTORS = {
    "anilist:1": {
        "mal:11": {},
        "anidb:21:R": {"1-25": "1-25"},
        "imdb_show:tt0000900:s1": {"1-25": "1-25"},
        "tvdb_show:700:s1": {"1-25": "1-25"},
        "tvdb_show:700:s0": {"1": "1"},
        "tmdb_show:800:s1": {"1-25": "1-25"},
    },
    "mal:11": {"anilist:1": {}, "tvdb_show:700:s1": {"1-25": "1-25"}},
    "anilist:2": {
        "mal:12": {},
        "tvdb_show:700:s2": {"1-6": "1-6"},
        "tmdb_show:800:s1": {"1-6": "26-31"},
    },
    "anilist:3": {
        "tvdb_show:700:s2": {"1-": "7-"},
        "tmdb_show:800:s1": {"1-": "32-"},
    },
    "anilist:4": {"mal:14": {}, "tmdb_movie:804": {}, "imdb_movie:tt0000904": {}},
    "anidb:99:R": {"tvdb_show:999:s1": {"1-12": "1-12"}},
    "tvdb_show:700:s1": {"anilist:1": {"1-25": "1-25"}},
}

XML = """<?xml version="1.0" encoding="UTF-8"?>
<anime-list>
  <anime anidbid="21" tvdbid="700" defaulttvdbseason="1" episodeoffset="" tmdbtv="800"
         tmdbseason="1" tmdboffset="" tmdbid="" imdbid="">
    <name>A Series</name>
    <mapping-list>
      <mapping anidbseason="0" tvdbseason="0">;1-1;2-0;</mapping>
    </mapping-list>
  </anime>
  <anime anidbid="22" tvdbid="700" defaulttvdbseason="2" tmdbtv="800" tmdbseason="1"
         tmdboffset="25"><name>A Series (2)</name></anime>
  <anime anidbid="23" tvdbid="700" defaulttvdbseason="2" episodeoffset="6" tmdbtv="800"
         tmdbseason="1" tmdboffset="31"><name>A Series (3)</name></anime>
  <anime anidbid="24" tvdbid="700" defaulttvdbseason="0" tmdbid="804"
         imdbid="tt0000904"><name>A Film</name></anime>
  <anime anidbid="25" tvdbid="movie" defaulttvdbseason="1" tmdbid="805,806"
         imdbid="unknown"><name>Two Films</name></anime>
</anime-list>
"""

SIMPLE = [
    {"anilist": 1, "mal": 11, **SHOW_IDS, "season": 1, "episodes": 25},
    {"anilist": 2, "tvdb": 700, "season": 2, "episodes": 6, "comment": "first half"},
    {"anilist": 3, "tvdb": 700, "season": 2, "episode": 7},
    {"anilist": 4, "mal": 14, "tmdb": 804, "imdb": "tt0000904", "movie": True},
]

FORMATS = {
    "fribb": json.dumps(FRIBB),
    "anibridge": json.dumps(ANIBRIDGE, indent=2),
    "descriptors": json.dumps(DESCRIPTORS),
    "simple": json.dumps(SIMPLE),
    "xml": XML,
}


def numbering(
    rows: object = None, overrides: list[dict[str, object]] | None = None
) -> Numbering:
    """Return the numbering in a format, AniBridge's if none is given."""
    text = json.dumps(ANIBRIDGE) if rows is None else rows
    text = text if isinstance(text, str) else json.dumps(text)
    own = entries_in(json.dumps(overrides).encode()) if overrides else ()
    return Numbering.of(entries_in(text.encode()), own)


def show(**ids: str) -> Item:
    """Return a show with ids."""
    return Item(MediaKind.SHOW, ids)


def movie(**ids: str) -> Item:
    """Return a film with ids."""
    return Item(MediaKind.MOVIE, ids)


def season(number: int, **ids: str) -> Item:
    """Return a season of a show with these ids."""
    return Item(MediaKind.SEASON, {}, show=show(**ids), season=number)


def episode(at: int | None, number: int | None, **ids: str) -> Item:
    """Return an episode of a show with these ids."""
    return Item(MediaKind.EPISODE, {}, show=show(**ids), season=at, number=number)


def place(item: Item | None) -> str | None:
    """Return the place of an episode with its show, such as tvdb:700 s2e1."""
    if item is None or item.show is None:
        return None
    ids = " ".join(f"{name}:{value}" for name, value in item.show.ids.items())
    return f"{ids} {item.place}"


def what(item: Item | None) -> str | None:
    """Return what an item is, such as "season tvdb:700 s2"."""
    if item is None:
        return None
    ids = (item.show or item).ids
    shown = " ".join(
        f"{name}:{ids[name]}" for name in ("tvdb", "tmdb", "imdb") if name in ids
    )
    return " ".join(filter(None, (item.kind.value, shown, item.place)))
