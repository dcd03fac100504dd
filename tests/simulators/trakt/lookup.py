"""What the service knows of titles, for whoever asks."""

from .library import NUMERIC
from .model import JsonObject, Kind, Title
from .paging import paged
from .refusal import Refusal
from .shapes import media_json, title_json
from .wire import Answer, Call

SEARCH_LIMIT = 50
SEARCHED_BY = frozenset({"trakt", "imdb", "tmdb", "tvdb"})
SCORE = 1000


def search(call: Call) -> Answer:
    """GET /search/{namespace}/{id}: every title of that id; none is no error."""
    full = "full" in call.extended()
    namespace, text = call.path["namespace"], call.path["id"]
    if namespace not in SEARCHED_BY:
        raise Refusal(404)
    value: str | int = text
    if namespace in NUMERIC and text.isdecimal():
        value = int(text)
    kinds = call.query["type"].split(",") if call.query.get("type") else list(Kind)
    titles = [
        title
        for kind in Kind
        if kind in kinds
        and (title := call.service.library.find(kind, namespace, value)) is not None
    ]
    return paged(
        titles,
        call.query,
        lambda title: {"score": SCORE, **media_json(title, full=full)},
        default=SEARCH_LIMIT,
    )


def movie(call: Call) -> Answer:
    """GET /movies/{id}."""
    full = "full" in call.extended()
    return Answer(title_json(known(call, Kind.MOVIE), full=full))


def show(call: Call) -> Answer:
    """GET /shows/{id}."""
    full = "full" in call.extended()
    return Answer(title_json(known(call, Kind.SHOW), full=full))


def seasons(call: Call) -> Answer:
    """GET /shows/{id}/seasons, with their episodes if asked for."""
    levels = call.extended("episodes")
    full = "full" in levels
    rows: list[JsonObject] = []
    for _, each in sorted(known(call, Kind.SHOW).children.items()):
        row = dict(title_json(each, full=full))
        if "episodes" in levels:
            row["episodes"] = episode_rows(each, full=full)
        rows.append(row)
    return Answer(rows)


def season(call: Call) -> Answer:
    """GET /shows/{id}/seasons/{n}: the episodes of a season."""
    full = "full" in call.extended()
    return Answer(episode_rows(part(known(call, Kind.SHOW), call, "season"), full=full))


def episode(call: Call) -> Answer:
    """GET /shows/{id}/seasons/{n}/episodes/{n}."""
    full = "full" in call.extended()
    its_season = part(known(call, Kind.SHOW), call, "season")
    return Answer(title_json(part(its_season, call, "episode"), full=full))


def known(call: Call, kind: Kind) -> Title:
    """Return the title that the path names."""
    title = call.service.library.lookup(kind, call.path["id"])
    if title is None:
        raise Refusal(404)
    return title


def part(title: Title, call: Call, name: str) -> Title:
    """Return a season or an episode by the number in the path."""
    text = call.path[name]
    inner = title.children.get(int(text)) if text.isdecimal() else None
    if inner is None:
        raise Refusal(404)
    return inner


def episode_rows(its_season: Title, *, full: bool) -> list[JsonObject]:
    """Return the episodes of a season in order."""
    return [
        title_json(each, full=full) for _, each in sorted(its_season.children.items())
    ]
