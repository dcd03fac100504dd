"""Fills a simulated server with a catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, time

from ..catalogue import Catalogue, Episode, Film, Season, Show
from .model import Item, ItemType, Library, guid, sort_name
from .server import JellyfinSimulator
from .times import TICKS_A_MINUTE, to_ticks

TICKS_AN_HOUR = 60 * TICKS_A_MINUTE

type ProviderIds = dict[str, str]


@dataclass(frozen=True, slots=True)
class Oddities:
    """Every how many-th thing is odd, as in a library that has grown for years.

    0 means never. Counting starts so that the very first film and series are plain.
    """

    in_mixed_library: int = 15
    second_copy: int = 40
    upper_case_keys: int = 17
    imdb_only: int = 29
    tmdb_only: int = 31
    no_ids: int = 37
    episode_tvdb_only: int = 7
    episode_no_ids: int = 13
    missing_last_episode: int = 3
    double_episode: int = 6


NO_ODDITIES = Oddities(**{each.name: 0 for each in fields(Oddities)})


@dataclass(slots=True)
class Seeded:
    """What a server was filled with."""

    movies: Library
    shows: Library
    mixed: Library
    films: list[Item] = field(default_factory=list)
    series: list[Item] = field(default_factory=list)
    episodes: list[Item] = field(default_factory=list)


def seed(
    server: JellyfinSimulator,
    catalogue: Catalogue,
    *,
    oddities: Oddities | None = None,
) -> Seeded:
    """Put a catalogue into three libraries: films, series, and a mixed one.

    `Oddities()` makes some things odd; without it every item is plain, there is one
    of each, and the mixed library is empty.
    """
    return Seeder(server, oddities or NO_ODDITIES).fill(catalogue)


def falls_on(number: int, every: int) -> bool:
    """Return whether the thing of a number is one of every so many."""
    return every > 0 and (number + 1) % every == 0


class Seeder:
    """Makes items of a catalogue's films and series."""

    def __init__(self, server: JellyfinSimulator, oddities: Oddities) -> None:
        """Add the libraries."""
        self._state = server.state
        self._odd = oddities
        self._added = 0
        # Items came in one an hour; the latest came before the simulation began.
        self._first_hour = server.state.now() // TICKS_AN_HOUR - 200_000
        self._seeded = Seeded(
            movies=server.state.add_library("Movies", "movies"),
            shows=server.state.add_library("Shows", "tvshows"),
            mixed=server.state.add_library("Rare Finds", None),
        )

    def fill(self, catalogue: Catalogue) -> Seeded:
        """Add all films and series."""
        seeded = self._seeded
        for number, film in enumerate(catalogue.films):
            odd = falls_on(number, self._odd.in_mixed_library)
            self._film(film, number, seeded.mixed if odd else seeded.movies)
            if falls_on(number, self._odd.second_copy):
                self._film(film, number, seeded.movies if odd else seeded.mixed)
        for number, show in enumerate(catalogue.shows):
            odd = falls_on(number, self._odd.in_mixed_library)
            self._show(show, number, seeded.mixed if odd else seeded.shows)
        return seeded

    def _came(self) -> int:
        """Return the moment at which the next item came in."""
        self._added += 1
        return (self._first_hour + self._added) * TICKS_AN_HOUR

    def _film(self, film: Film, number: int, library: Library) -> None:
        """Add a film."""
        came = self._came()
        path = f"{library.path}/{film.title} ({film.year})/{film.title}.mkv"
        ids = self._ids(film.ids, number)
        item = Item(
            id=guid(path),
            type=ItemType.MOVIE,
            name=film.title,
            library=library,
            path=path,
            key=ids.get("Tmdb") or ids.get("Imdb") or guid(path),
            sort_name=sort_name(film.title),
            created=came,
            saved=came,
            provider_ids=ids,
            year=film.year,
            premiere=to_ticks(datetime.combine(film.released, time(), UTC)),
            runtime=film.runtime * TICKS_A_MINUTE,
        )
        self._seeded.films.append(self._state.add_item(item))

    def _ids(self, ids: Mapping[str, str], number: int) -> ProviderIds:
        """Return the ids of a film or series, odd where its number says so."""
        if falls_on(number, self._odd.no_ids):
            return {}
        if falls_on(number, self._odd.imdb_only):
            return {"Imdb": ids["imdb"]}
        if falls_on(number, self._odd.tmdb_only):
            return {"Tmdb": ids["tmdb"]}
        if falls_on(number, self._odd.upper_case_keys):
            return {name.upper(): value for name, value in ids.items()}
        return {name.capitalize(): value for name, value in ids.items()}

    def _show(self, show: Show, number: int, library: Library) -> None:
        """Add a series with all its seasons."""
        came = self._came()
        path = f"{library.path}/{show.title} ({show.year})"
        ids = self._ids(show.ids, number)
        series = Item(
            id=guid(path),
            type=ItemType.SERIES,
            name=show.title,
            library=library,
            path=path,
            key=ids.get("Tvdb") or ids.get("Imdb") or guid(path),
            sort_name=sort_name(show.title),
            created=came,
            saved=came,
            provider_ids=ids,
            year=show.year,
            premiere=to_ticks(next(show.episodes()).first_aired),
            runtime=show.runtime * TICKS_A_MINUTE,
        )
        self._seeded.series.append(self._state.add_item(series))
        for season in show.seasons:
            last = season is show.seasons[-1]
            self._season(
                season,
                series,
                last_missing=last and falls_on(number, self._odd.missing_last_episode),
                doubled=season.number == 1
                and falls_on(number, self._odd.double_episode),
            )

    def _season(
        self, season: Season, series: Item, *, last_missing: bool, doubled: bool
    ) -> None:
        """Add a season; its first two episodes may be one file, its last be missing."""
        came = self._came()
        path = f"{series.path}/Season {season.number:02}"
        holder = self._state.add_item(
            Item(
                id=guid(path),
                type=ItemType.SEASON,
                name=f"Season {season.number}" if season.number else "Specials",
                library=series.library,
                path=path,
                key=f"{series.key}{season.number:03}",
                sort_name=f"{season.number:04}",
                created=came,
                saved=came,
                provider_ids={"Tvdb": season.ids["tvdb"]},
                parent=series,
                premiere=to_ticks(season.episodes[0].first_aired),
                index=season.number,
            )
        )
        doubled = doubled and len(season.episodes) > 1
        for episode in season.episodes:
            if doubled and episode.number == 2:
                continue
            self._episode(
                episode,
                holder,
                virtual=last_missing and episode is season.episodes[-1],
                index_end=2 if doubled and episode.number == 1 else None,
            )

    def _episode(
        self,
        episode: Episode,
        season: Item,
        *,
        virtual: bool,
        index_end: int | None,
    ) -> None:
        """Add an episode."""
        came = self._came()
        series = season.series
        place = f"S{episode.season:02}E{episode.number:02}"
        path = f"{season.path}/{series.name} {place}.mkv"
        item = Item(
            id=guid(path),
            type=ItemType.EPISODE,
            name=episode.title,
            library=season.library,
            path=path,
            key=f"{series.key}{episode.season:03}{episode.number:03}",
            sort_name=f"{episode.season:03} - {episode.number:04} - {episode.title}",
            created=came,
            saved=came,
            provider_ids=self._episode_ids(episode, len(self._seeded.episodes)),
            parent=season,
            year=episode.first_aired.year,
            premiere=to_ticks(episode.first_aired),
            runtime=episode.runtime * TICKS_A_MINUTE * (2 if index_end else 1),
            index=episode.number,
            index_end=index_end,
            parent_index=episode.season,
            virtual=virtual,
        )
        self._seeded.episodes.append(self._state.add_item(item))

    def _episode_ids(self, episode: Episode, number: int) -> ProviderIds:
        """Return the own ids of an episode, odd where its number says so."""
        if falls_on(number, self._odd.episode_no_ids):
            return {}
        tvdb = {"Tvdb": episode.ids["tvdb"]}
        if falls_on(number, self._odd.episode_tvdb_only):
            return tvdb
        return tvdb | {"Imdb": episode.ids["imdb"]}
