"""Calls about titles: details, ids, and ways to find them."""

from collections.abc import Callable, Mapping
from typing import Final

from . import shapes
from .library import Library
from .model import Behaviour, Episode, Kind, Title
from .paging import page_number, paged
from .wire import Answer, Call, Endpoint, Json, Refusal

PARTS: Final[Mapping[str, Callable[[Title], Json]]] = {
    "external_ids": shapes.external_ids,
    "alternative_titles": shapes.alternative_titles,
    "translations": shapes.translations,
}
SOURCES: Final = frozenset(
    {
        "imdb_id",
        "tvdb_id",
        "wikidata_id",
        "facebook_id",
        "instagram_id",
        "twitter_id",
        "youtube_id",
        "tiktok_id",
    }
)
YEARS: Final = {
    Kind.MOVIE: frozenset({"primary_release_year", "year"}),
    Kind.TV: frozenset({"first_air_date_year", "year"}),
}
_LANGUAGE: Final = frozenset({"language"})
_APPEND: Final = frozenset({"append_to_response", "language"})


class Titles:
    """Answers from the library; needs no user."""

    def __init__(self, library: Library, behaviour: Behaviour) -> None:
        """Take the library."""
        self._library = library
        self._behaviour = behaviour

    def endpoints(self) -> list[Endpoint]:
        """Return the calls."""
        found = [
            Endpoint(
                "GET",
                "/find/{external_id}",
                self._find,
                frozenset({"external_source", "language"}),
            ),
            Endpoint("GET", "/tv/{id}/season/{season}", self._season, _APPEND),
            Endpoint(
                "GET",
                "/tv/{id}/season/{season}/episode/{number}",
                self._episode,
                _APPEND,
            ),
            Endpoint(
                "GET",
                "/tv/{id}/season/{season}/episode/{number}/external_ids",
                self._episode_ids,
            ),
        ]
        for kind in Kind:
            path = f"/{kind.value}/{{id}}"
            found.append(Endpoint("GET", path, self._details(kind), _APPEND))
            found += [
                Endpoint("GET", f"{path}/{part}", self._part(kind, part), _LANGUAGE)
                for part in PARTS
            ]
            query = YEARS[kind] | {"query", "page", "language", "include_adult"}
            search = f"/search/{kind.value}"
            found.append(Endpoint("GET", search, self._search(kind), query))
        return found

    def title(self, kind: Kind, call: Call) -> Title:
        """Return the title that a path names."""
        title = self._library.get(kind, call.number("id"))
        if title is None:
            raise Refusal(404, 34)
        return title

    def episode(self, call: Call) -> Episode:
        """Return the episode that a path names."""
        title = self.title(Kind.TV, call)
        place = call.number("season"), call.number("number")
        if (episode := title.episodes.get(place)) is None:
            raise Refusal(404, 34)
        return episode

    def _details(self, kind: Kind) -> Callable[[Call], Answer]:
        """Return what answers with a title."""

        def handle(call: Call) -> Answer:
            """Return the title and what else was asked for."""
            title = self.title(kind, call)
            body = shapes.details(title)
            for part in filter(
                None, call.query.get("append_to_response", "").split(",")
            ):
                body[part] = PARTS[part](title)
            return Answer(body)

        return handle

    def _part(self, kind: Kind, part: str) -> Callable[[Call], Answer]:
        """Return what answers with one thing about a title."""

        def handle(call: Call) -> Answer:
            """Return it."""
            title = self.title(kind, call)
            return Answer({"id": title.tmdb, **PARTS[part](title)})

        return handle

    def _search(self, kind: Kind) -> Callable[[Call], Answer]:
        """Return what answers with what is called so."""

        def handle(call: Call) -> Answer:
            """Return a page of it."""
            years = {
                name: call.query[name] for name in YEARS[kind] if call.query.get(name)
            }
            text = call.query.get("query", "")
            found = self._library.search(kind, text, years) if text else []
            number = page_number(call)
            return paged([*map(shapes.row, found)], number, self._behaviour)

        return handle

    def _find(self, call: Call) -> Answer:
        """Return what has an id, each kind in a list of its own."""
        source = call.query.get("external_source", "")
        if source not in SOURCES:
            raise Refusal(400, 5)
        wanted = call.path["external_id"]
        found: list[Title | Episode] = []
        if source == "imdb_id":
            found = list(self._library.by_imdb(wanted))
        elif source == "tvdb_id" and wanted.isdecimal():
            found = list(self._library.by_tvdb(int(wanted)))
        titles = [each for each in found if isinstance(each, Title)]
        buckets: Json = {
            f"{kind.value}_results": [
                {**shapes.row(each), "media_type": kind.value}
                for each in titles
                if each.kind is kind
            ]
            for kind in Kind
        }
        episodes = [
            {**shapes.episode_row(each), "media_type": "tv_episode"}
            for each in found
            if isinstance(each, Episode)
        ]
        return Answer(
            {
                **buckets,
                "person_results": [],
                "tv_episode_results": episodes,
                "tv_season_results": [],
            }
        )

    def _season(self, call: Call) -> Answer:
        """Return a season with its episodes."""
        title, number = self.title(Kind.TV, call), call.number("season")
        episodes = shapes.season(title, number)
        if not episodes:
            raise Refusal(404, 34)
        return Answer(
            {
                "_id": f"{title.tmdb:012x}{number:012x}",
                "air_date": episodes[0].aired,
                "episodes": [*map(shapes.episode_row, episodes)],
                "id": title.tmdb * 100 + number,
                "name": f"Season {number}" if number else "Specials",
                "overview": "",
                "season_number": number,
            }
        )

    def _episode(self, call: Call) -> Answer:
        """Return an episode."""
        return Answer(shapes.episode_row(self.episode(call)))

    def _episode_ids(self, call: Call) -> Answer:
        """Return the ids of an episode elsewhere."""
        episode = self.episode(call)
        return Answer({"id": episode.tmdb, **shapes.external_ids(episode)})
