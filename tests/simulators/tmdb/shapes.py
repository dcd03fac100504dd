"""The JSON of titles."""

from .model import Episode, Kind, Title
from .wire import Json

# Only to make the rows as large as real ones are.
OVERVIEW = "What happens in it is told here, in about as many words as usual. " * 4


def row(title: Title) -> Json:
    """Return a film or a series as a row of a list."""
    common: Json = {
        "adult": False,
        "backdrop_path": None,
        "genre_ids": [18],
        "id": title.tmdb,
        "original_language": title.language,
        "overview": OVERVIEW,
        "popularity": title.popularity,
        "poster_path": f"/{title.tmdb:027x}.jpg",
        "vote_average": 7.2,
        "vote_count": 310,
    }
    original = title.original or title.name
    if title.kind is Kind.MOVIE:
        return common | {
            "title": title.name,
            "original_title": original,
            "release_date": title.date,
            "video": False,
        }
    return common | {
        "name": title.name,
        "original_name": original,
        "first_air_date": title.date,
        "origin_country": ["US"],
    }


def episode_row(episode: Episode) -> Json:
    """Return an episode; its series is told by its number only."""
    return {
        "air_date": episode.aired,
        "episode_number": episode.number,
        "episode_type": "standard",
        "id": episode.tmdb,
        "name": episode.name,
        "overview": OVERVIEW,
        "production_code": "",
        "runtime": 42,
        "season_number": episode.season,
        "show_id": episode.show.tmdb,
        "still_path": None,
        "vote_average": 7.9,
        "vote_count": 21,
    }


def details(title: Title) -> Json:
    """Return all that is told of a title by itself."""
    told = row(title)
    del told["genre_ids"]
    told |= {
        "genres": [{"id": 18, "name": "Drama"}],
        "homepage": "",
        "status": "Released",
    }
    if title.kind is Kind.MOVIE:
        return told | {"imdb_id": title.imdb, "runtime": 100}
    numbers = sorted({season for season, _ in title.episodes})
    return told | {
        "number_of_episodes": len(title.episodes),
        "number_of_seasons": len([each for each in numbers if each]),
        "seasons": [
            {
                "episode_count": len(season(title, each)),
                "id": title.tmdb * 100 + each,
                "name": f"Season {each}" if each else "Specials",
                "season_number": each,
            }
            for each in numbers
        ],
    }


def season(title: Title, number: int) -> list[Episode]:
    """Return the episodes of a season."""
    return [each for (where, _), each in title.episodes.items() if where == number]


def external_ids(title: Title | Episode) -> Json:
    """Return the ids of a title elsewhere; films have none at TheTVDB."""
    told: Json = {
        "imdb_id": title.imdb,
        "wikidata_id": None,
        "facebook_id": None,
        "instagram_id": None,
        "twitter_id": None,
    }
    if isinstance(title, Episode) or title.kind is Kind.TV:
        told |= {"tvdb_id": title.tvdb, "freebase_id": None, "tvrage_id": None}
    return told


def alternative_titles(title: Title) -> Json:
    """Return the alternative titles, under a name that differs for series."""
    name = "titles" if title.kind is Kind.MOVIE else "results"
    return {
        name: [
            {"iso_3166_1": country, "title": text, "type": ""}
            for country, text in title.also.items()
        ]
    }


def translations(title: Title) -> Json:
    """Return the translations."""
    name = "title" if title.kind is Kind.MOVIE else "name"
    return {
        "translations": [
            {
                "iso_3166_1": language.upper(),
                "iso_639_1": language,
                "name": language,
                "english_name": language,
                "data": {name: text, "overview": "", "homepage": "", "tagline": ""},
            }
            for language, text in title.translated.items()
        ]
    }
