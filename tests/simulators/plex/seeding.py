"""Fills a simulated media server with a catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from ..catalogue import Catalogue, Episode, Film, Season, Show
from .guids import Agent, Identity, cloud_key, identity, local
from .model import Item, ItemType, Section
from .server import PlexServerSimulator

MINUTE = 60_000
HOUR = 3600
OLD_AGENTS = (Agent.IMDB, Agent.TMDB)
OLD_SHOW_AGENTS = (Agent.TVDB, Agent.TMDB)


@dataclass(frozen=True, slots=True)
class Oddities:
    """Every how many-th thing is odd, as in a library that has grown for years.

    0 means never. Counting starts so that the very first film and show are plain.
    Items of the old agents, of the one for anime and of none lie in sections of
    their own, as every section has one agent.
    """

    second_copy: int = 12
    two_versions: int = 19
    old_agent: int = 15
    anime: int = 5
    home_video: int = 41
    unmatched: int = 37
    imdb_only: int = 29
    tmdb_only: int = 31
    episode_no_ids: int = 13
    two_in_one_file: int = 6


NO_ODDITIES = Oddities(**{each.name: 0 for each in fields(Oddities)})


@dataclass(slots=True)
class Seeded:
    """What a server was filled with; `sections` are all by title."""

    movies: Section
    shows: Section
    sections: dict[str, Section] = field(default_factory=dict)
    films: list[Item] = field(default_factory=list)
    series: list[Item] = field(default_factory=list)
    episodes: list[Item] = field(default_factory=list)
    copies: list[Item] = field(default_factory=list)


def seed(
    server: PlexServerSimulator,
    catalogue: Catalogue,
    *,
    oddities: Oddities | None = None,
) -> Seeded:
    """Put a catalogue into a section for films and one for shows.

    `Oddities()` makes some things odd and adds sections for them; without it every
    item has a name at the cloud and all its ids, and there is one of each.
    """
    return Seeder(server, oddities or NO_ODDITIES).fill(catalogue)


def falls_on(number: int, every: int) -> bool:
    """Return whether the thing of a number is one of every so many."""
    return every > 0 and (number + 1) % every == 0


class Seeder:
    """Makes items of a catalogue's films and shows."""

    def __init__(self, server: PlexServerSimulator, oddities: Oddities) -> None:
        """Add the two sections that there always are."""
        self._library = server.library
        self._odd = oddities
        # Items came in one an hour; the latest came before the simulation began.
        self._came = server.library.now() - 200_000 * HOUR
        movies = self._library.add_section("Movies", ItemType.MOVIE)
        shows = self._library.add_section("TV Shows", ItemType.SHOW)
        self._seeded = Seeded(movies, shows, {"Movies": movies, "TV Shows": shows})

    def fill(self, catalogue: Catalogue) -> Seeded:
        """Add all films and shows."""
        seeded = self._seeded
        for number, film in enumerate(catalogue.films):
            section = self._section_of_film(number)
            seeded.films.append(self._film(film, number, section))
            if falls_on(number, self._odd.second_copy):
                other = self._section("4K Movies", ItemType.MOVIE, Agent.MOVIE)
                seeded.copies.append(self._film(film, number, other))
        for number, show in enumerate(catalogue.shows):
            self._show(show, number, self._section_of_show(number))
        return seeded

    def _section(self, title: str, kind: ItemType, agent: Agent) -> Section:
        """Return a section, added when it is needed first."""
        if title not in self._seeded.sections:
            section = self._library.add_section(title, kind, agent)
            self._seeded.sections[title] = section
        return self._seeded.sections[title]

    def _section_of_film(self, number: int) -> Section:
        """Return where the film of a number lies."""
        if falls_on(number, self._odd.home_video):
            return self._section("Home Videos", ItemType.MOVIE, Agent.NONE)
        if falls_on(number, self._odd.old_agent):
            agent = OLD_AGENTS[number // self._odd.old_agent % len(OLD_AGENTS)]
            return self._section(f"Old Movies ({agent.name})", ItemType.MOVIE, agent)
        return self._seeded.movies

    def _section_of_show(self, number: int) -> Section:
        """Return where the show of a number lies."""
        if falls_on(number, self._odd.anime):
            return self._section("Anime", ItemType.SHOW, Agent.HAMA)
        if falls_on(number, self._odd.old_agent):
            nth = number // self._odd.old_agent % len(OLD_SHOW_AGENTS)
            agent = OLD_SHOW_AGENTS[nth]
            return self._section(f"Old Shows ({agent.name})", ItemType.SHOW, agent)
        return self._seeded.shows

    def _arrived(self) -> int:
        """Return the moment at which the next item came in."""
        self._came += HOUR
        return self._came

    def _name(
        self,
        section: Section,
        kind: ItemType,
        rating_key: int,
        top: Mapping[str, str],
        own: Mapping[str, str],
        place: tuple[int, ...] = (),
    ) -> Identity:
        """Return what the agent of a section calls an item."""
        agent = Agent(section.agent)
        return identity(agent, kind, rating_key, top, own, place)

    def _ids(self, ids: Mapping[str, str], number: int) -> Mapping[str, str]:
        """Return the external ids of a film or show, fewer where its number says so."""
        if falls_on(number, self._odd.imdb_only):
            return {"imdb": ids["imdb"]}
        if falls_on(number, self._odd.tmdb_only):
            return {"tmdb": ids["tmdb"]}
        return ids

    def _film(self, film: Film, number: int, section: Section) -> Item:
        """Add a film."""
        key = self._library.next_key()
        own = self._ids(film.ids, number)
        name = self._name(section, ItemType.MOVIE, key, film.ids, own)
        if falls_on(number, self._odd.unmatched):
            name = local(key)
        path = f"/data/{section.title.lower()}/{film.title} ({film.year})/{film.title}"
        files = [f"{path}.mkv"]
        if falls_on(number, self._odd.two_versions):
            files.append(f"{path} - 4K.mkv")
        return self._library.add(
            ItemType.MOVIE,
            section,
            film.title,
            rating_key=key,
            name=name,
            year=film.year,
            duration=film.runtime * MINUTE,
            released=film.released.isoformat(),
            files=tuple(files),
            added_at=self._arrived(),
        )

    def _show(self, show: Show, number: int, section: Section) -> None:
        """Add a show with all its seasons."""
        key = self._library.next_key()
        own = self._ids(show.ids, number)
        item = self._library.add(
            ItemType.SHOW,
            section,
            show.title,
            rating_key=key,
            name=self._name(section, ItemType.SHOW, key, show.ids, own),
            year=show.year,
            duration=show.runtime * MINUTE,
            released=next(show.episodes()).first_aired.date().isoformat(),
            added_at=self._arrived(),
        )
        self._seeded.series.append(item)
        doubled = falls_on(number, self._odd.two_in_one_file)
        for season in show.seasons:
            self._season(show, season, item, doubled=doubled and season.number == 1)

    def _season(
        self, show: Show, season: Season, parent: Item, *, doubled: bool
    ) -> None:
        """Add a season; its first two episodes may lie in one file."""
        section = parent.section
        key = self._library.next_key()
        place = (season.number,)
        name = self._name(section, ItemType.SEASON, key, show.ids, season.ids, place)
        holder = self._library.add(
            ItemType.SEASON,
            section,
            f"Season {season.number}" if season.number else "Specials",
            rating_key=key,
            name=name,
            parent=parent,
            index=season.number,
            added_at=self._arrived(),
        )
        for episode in season.episodes:
            file = f"S{season.number:02}E{episode.number:02}"
            if doubled and episode.number <= 2:
                file = "S01E01-E02"
            self._episode(show, episode, holder, file)

    def _episode(self, show: Show, episode: Episode, season: Item, file: str) -> None:
        """Add an episode."""
        section = season.section
        key = self._library.next_key()
        place = (episode.season, episode.number)
        name = self._name(section, ItemType.EPISODE, key, show.ids, episode.ids, place)
        if falls_on(len(self._seeded.episodes), self._odd.episode_no_ids):
            name = Identity(name.guid)
        item = self._library.add(
            ItemType.EPISODE,
            section,
            episode.title,
            rating_key=key,
            name=name,
            parent=season,
            year=episode.first_aired.year,
            index=episode.number,
            duration=episode.runtime * MINUTE,
            released=episode.first_aired.date().isoformat(),
            files=(f"/data/{section.title.lower()}/{show.title}/{file}.mkv",),
            added_at=self._arrived(),
        )
        self._seeded.episodes.append(item)


def key_at_cloud(thing: Film | Show) -> str:
    """Return the key that the cloud has for a film or show of a catalogue."""
    kind = ItemType.MOVIE if isinstance(thing, Film) else ItemType.SHOW
    return cloud_key(kind, thing.ids)
