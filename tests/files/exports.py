"""Exports as the services make them, small enough to be read."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

MATRIX: dict[str, Any] = {
    "title": "The Matrix",
    "year": 1999,
    "ids": {"trakt": 481, "slug": "the-matrix-1999", "imdb": "tt0133093", "tmdb": 603},
}
BREAKING_BAD: dict[str, Any] = {
    "title": "Breaking Bad",
    "year": 2008,
    "ids": {
        "trakt": 1,
        "slug": "breaking-bad",
        "tvdb": 81189,
        "imdb": "tt0903747",
        "tmdb": 1396,
        "plex": {"guid": "5d9c086c46115600200aa2fe", "slug": "breaking-bad"},
    },
}
PILOT: dict[str, Any] = {
    "season": 1,
    "number": 1,
    "title": "Pilot",
    "ids": {"trakt": 16, "tvdb": 349232, "imdb": "tt0959621", "tmdb": 62085},
}

TRAKT: dict[str, Any] = {
    "watched-history-1.json": [
        {
            "id": 9001,
            "watched_at": "2026-08-21T06:41:00.000Z",
            "action": "watch",
            "type": "movie",
            "movie": MATRIX,
        },
        {
            "id": 9002,
            "watched_at": "2020-01-02T19:19:00.000Z",
            "action": "scrobble",
            "type": "movie",
            "movie": MATRIX,
        },
    ],
    "watched-history-2.json": [
        {
            "id": 9003,
            "watched_at": "2026-07-21T19:19:00.000Z",
            "action": "scrobble",
            "type": "episode",
            "episode": PILOT,
            "show": BREAKING_BAD,
        },
    ],
    "watched-movies.json": [
        {"plays": 2, "last_watched_at": "2026-08-21T06:41:00.000Z", "movie": MATRIX}
    ],
    "ratings-movies.json": [
        {
            "rated_at": "2014-09-01T09:10:11.000Z",
            "rating": 10,
            "type": "movie",
            "movie": MATRIX,
        }
    ],
    "ratings-seasons.json": [
        {
            "rated_at": "2014-09-01T09:10:11.000Z",
            "rating": 7,
            "type": "season",
            "season": {"number": 2, "ids": {"trakt": 3, "tvdb": 40719}},
            "show": BREAKING_BAD,
        }
    ],
    "lists-watchlist.json": [
        {
            "rank": 1,
            "id": 101,
            "listed_at": "2026-07-01T10:00:00.000Z",
            "notes": None,
            "type": "show",
            "show": BREAKING_BAD,
        }
    ],
    "lists-list-9-faves.json": [
        {
            "rank": 1,
            "listed_at": "2026-07-01T10:00:00.000Z",
            "type": "movie",
            "movie": MATRIX,
        }
    ],
    "user-settings.json": {"user": {"username": "alex"}},
}

SIMKL: dict[str, Any] = {
    "shows": [
        {
            "added_to_watchlist_at": "2015-01-01T10:00:00Z",
            "last_watched_at": "2025-01-29T15:01:08Z",
            "user_rated_at": "2025-02-01T00:00:00Z",
            "user_rating": 8,
            "status": "watching",
            "watched_episodes_count": 2,
            "show": {
                "title": "The Walking Dead",
                "year": 2010,
                "ids": {"simkl": 2090, "imdb": "tt1520211", "tvdb": "153021"},
            },
            "seasons": [
                {
                    "number": 1,
                    "episodes": [
                        {"number": 1, "watched_at": "2025-01-29T15:01:03Z"},
                        {"number": 2, "watched_at": None},
                    ],
                }
            ],
        },
        {
            "status": "plantowatch",
            "added_to_watchlist_at": "2024-03-01T08:00:00Z",
            "show": {"title": "Severance", "year": 2022, "ids": {"tvdb": "371980"}},
        },
    ],
    "anime": [
        {
            "status": "watching",
            "anime_type": "tv",
            "user_rating": None,
            "show": {
                "title": "Attack on Titan Season 2",
                "year": 2017,
                "ids": {"simkl": 39688, "mal": "25777", "tvdb": "267440"},
            },
            "seasons": [
                {
                    "number": 1,
                    "episodes": [
                        {
                            "number": 1,
                            "watched_at": "2017-05-01T20:00:00Z",
                            "tvdb": {"season": 2, "episode": 1},
                        },
                        {"number": 2, "watched_at": "2017-05-02T20:00:00Z"},
                    ],
                }
            ],
        },
        {
            "status": "completed",
            "anime_type": "movie",
            "last_watched_at": "2018-01-01T10:00:00Z",
            "show": {"title": "Your Name.", "year": 2016, "ids": {"mal": "32281"}},
        },
    ],
    "movies": [
        {
            "last_watched_at": "2014-08-09T07:25:55Z",
            "user_rating": 9,
            "user_rated_at": None,
            "status": "completed",
            "movie": {
                "title": "Captain America",
                "year": 2011,
                "ids": {"simkl": 55328, "imdb": "tt0458339", "tmdb": "1771"},
            },
        },
        {
            "status": "dropped",
            "last_watched_at": "2014-08-09T07:25:55Z",
            "movie": {"title": "Cats", "year": 2019, "ids": {"imdb": "tt5697572"}},
        },
    ],
}

WATCHED = """\
Date,Name,Year,Letterboxd URI
2022-01-20,Arrival,2016,https://boxd.it/a
2022-01-20,"Crouching Tiger, Hidden Dragon",2000,https://boxd.it/b
"""
DIARY = """\
Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2024-02-02,Arrival,2016,https://boxd.it/x1,4.5,,,2024-02-01
2024-06-03,Arrival,2016,https://boxd.it/x2,5,Yes,"scifi, again",2024-06-02
"""
RATINGS = """\
Date,Name,Year,Letterboxd URI,Rating
2024-01-02,Arrival,2016,https://boxd.it/a,0.5
2019-05-05,Solaris,1972,https://boxd.it/d,4
"""
WATCHLIST = """\
Date,Name,Year,Letterboxd URI
2024-03-01,Heat,1995,https://boxd.it/e
"""
LETTERBOXD: dict[str, Any] = {
    "diary.csv": DIARY,
    "ratings.csv": RATINGS,
    "watched.csv": WATCHED,
    "watchlist.csv": WATCHLIST,
    "reviews.csv": DIARY,
    "deleted/diary.csv": DIARY.replace("Arrival", "Cats"),
    "likes/films.csv": WATCHED,
    "__MACOSX/._diary.csv": "junk",
}

IMDB_RATINGS = """\
Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,\
Runtime (mins),Year,Genres,Num Votes,Release Date,Directors
tt0133093,9,2024-03-15,The Matrix,The Matrix,https://example.org,Movie,8.7,136,1999,\
"Action, Sci-Fi",2000000,1999-03-31,"Lana Wachowski, Lilly Wachowski"
tt0903747,10,2020-01-02,Breaking Bad,Breaking Bad,https://example.org,TV Series,9.5,\
45,2008,Crime,1,2008-01-20,
tt2301451,10,2020-01-03,Breaking Bad: Ozymandias,Ozymandias,https://example.org,\
TV Episode,10.0,47,2013,Crime,1,2013-09-15,
tt9999998,7,2020-01-03,Half-Life,Half-Life,https://example.org,Video Game,9.0,,1998,\
Action,1,1998-11-19,
"""
IMDB_WATCHLIST = """\
Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,\
IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors,Your Rating,\
Date Rated
1,tt1375666,2025-01-01,2025-01-01,,Inception,Inception,https://example.org,Movie,8.8,\
148,2010,Action,1,2010-07-16,Christopher Nolan,,
2,tt7366338,2025-01-02,2025-01-02,,Chernobyl,Chernobyl,https://example.org,\
TV Mini Series,9.3,,2019,Drama,1,2019-05-06,,9,2025-02-03
"""


def archive(path: Path, members: Mapping[str, Any]) -> Path:
    """Write an archive; what is not text is put in as JSON."""
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for name, member in members.items():
            text = member if isinstance(member, str) else json.dumps(member)
            file.writestr(name, text)
    return path


def text_file(path: Path, content: str | bytes | Any) -> Path:
    """Write a file; what is not text or bytes is put in as JSON."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8", newline="")
    return path
