"""Changing what is in a user's library."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .account import Account
from .model import LONG_AGO, Bucket, Episode, JsonObject, Status, Title
from .wire import Answer, Call, Refusal, objects

# Where anime may be sent; what is not found of it is told among the series.
GROUPS = ("movies", "shows", "anime")


@dataclass(slots=True)
class Missing:
    """What no title was found for."""

    groups: dict[str, list[JsonObject]] = field(
        default_factory=lambda: {"movies": [], "shows": []}
    )

    def add(self, group: str, item: JsonObject) -> None:
        """Note an object as it was sent."""
        self.groups["movies" if group == "movies" else "shows"].append(item)


def titles(
    call: Call, missing: Missing, groups: tuple[str, ...] = GROUPS
) -> Iterator[tuple[str, JsonObject, Title]]:
    """Yield what the body names and the service knows."""
    for group in groups:
        for item in objects(call.object, group):
            kind = "movies" if group == "movies" else "shows"
            title = call.service.library.resolve(kind, item)
            if title is None:
                missing.add(group, item)
            else:
                yield kind, item, title


def add_to_list(call: Call) -> Answer:
    """POST /sync/add-to-list: it echoes what it was sent, with the list it came to."""
    missing = Missing()
    added: dict[str, list[JsonObject]] = {"movies": [], "shows": []}
    for item in (each for group in GROUPS for each in objects(call.object, group)):
        if item.get("to") not in set(Status):
            raise Refusal(400, "empty_field", "to")
    for kind, item, title in titles(call, missing):
        wanted = Status(str(item["to"]))
        at = date_in(item, "added_at" if wanted is Status.PLANTOWATCH else "watched_at")
        status = call.user.put_on(title, wanted, at)
        echo = {name: value for name, value in item.items() if name in {"to", "ids"}}
        echo |= {"to": status.value, "type": "movie" if kind == "movies" else "show"}
        added[kind].append(echo)
    return Answer({"added": added, "not_found": missing.groups}, 201)


def add_ratings(call: Call) -> Answer:
    """POST /sync/ratings; what is no rating is silently ignored."""
    missing = Missing()
    counts = {"movies": 0, "shows": 0}
    statuses: list[JsonObject] = []
    for kind, item, title in titles(call, missing):
        rating = item.get("rating")
        if type(rating) is not int or not 1 <= rating <= 10:
            continue
        status = call.user.rate(title, rating, date_in(item, "rated_at"))
        counts[kind] += 1
        statuses.append({"request": item, "response": {"status": status.value}})
    answer = {"added": {**counts, "statuses": statuses}, "not_found": missing.groups}
    return Answer(answer, 201)


def remove_ratings(call: Call) -> Answer:
    """POST /sync/ratings/remove: it counts what it knows, rated or not."""
    missing = Missing()
    counts = {"movies": 0, "shows": 0}
    for kind, _, title in titles(call, missing):
        call.user.unrate(title)
        counts[kind] += 1
    return Answer({"deleted": counts, "not_found": missing.groups}, 201)


def add_history(call: Call) -> Answer:
    """POST /sync/history."""
    missing, counts = Missing(), {"movies": 0, "shows": 0, "episodes": 0}
    lost: list[JsonObject] = []
    statuses: list[JsonObject] = []
    again = call.query.get("allow_rewatch") == "yes"
    for kind, item, title in titles(call, missing):
        response: JsonObject = {}
        if title.bucket is Bucket.MOVIES or not _names_episodes(item):
            added = _watch(call.user, title, None, item, response, again=again)
            counts[kind] += added
        else:
            added = _watch_episodes(call, title, item, lost, response)
            counts["episodes"] += added
            counts["shows"] += bool(added)
        entry = call.user.entry(title)
        response["status"] = entry.status.value if entry else None
        response["simkl_type"] = {"movies": "movie", "shows": "tv"}.get(
            title.bucket.value, "anime"
        )
        anime = title.bucket is Bucket.ANIME
        response["anime_type"] = title.anime_type if anime else None
        statuses.append({"request": item, "response": response})
    added_json: JsonObject = {**counts, "statuses": statuses}
    not_found: JsonObject = {**missing.groups, "episodes": lost}
    return Answer({"added": added_json, "not_found": not_found}, 201)


def _watch(
    user: Account,
    title: Title,
    episode: Episode | None,
    sent: Mapping[str, object],
    response: JsonObject,
    *,
    again: bool,
) -> int:
    """Watch a film or an episode, or a whole series; return how much was new.

    The first time counts; later ones do nothing, unless they may be times of their own.
    """
    at = date_in(sent, "watched_at")
    if episode is None and title.bucket is not Bucket.MOVIES:
        watched = [user.watch(title, each, at) for each in title.regular()]
        return int(any(watched))
    if user.watch(title, episode, at):
        return 1
    if again and (session := user.watch_again(title, episode, at or LONG_AGO)):
        response |= {
            "is_rewatch": True,
            "rewatch_id": session.rewatch_id,
            "rewatch_status": session.status,
        }
    return 0


def _watch_episodes(
    call: Call,
    title: Title,
    item: JsonObject,
    lost: list[JsonObject],
    response: JsonObject,
) -> int:
    """Watch the episodes that an object names; return how many were new."""
    again = call.query.get("allow_rewatch") == "yes"
    added = 0
    for number, sent in named_episodes(item):
        found = find_episode(call, title, item, number, sent)
        if found is None:
            where = {"number": number, "episodes": [sent]}
            lost.append({"ids": item.get("ids"), "seasons": [where]})
            continue
        part, episode = found
        added += _watch(call.user, part, episode, sent, response, again=again)
    for season in objects(item, "seasons"):
        if not season.get("episodes"):
            for episode in title.regular():
                if episode.season == season.get("number"):
                    added += call.user.watch(
                        title, episode, date_in(season, "watched_at")
                    )
    return added


def remove_history(call: Call) -> Answer:
    """POST /sync/history/remove: without episodes a title goes with all there is."""
    missing, counts = Missing(), {"movies": 0, "shows": 0, "episodes": 0}
    for kind, item, title in titles(call, missing, ("movies", "shows")):
        if title.bucket is Bucket.MOVIES or not _names_episodes(item):
            counts[kind] += call.user.remove(title)
            continue
        for number, sent in named_episodes(item):
            if found := find_episode(call, title, item, number, sent):
                part, episode = found
                counts["episodes"] += call.user.unwatch(part, [episode])
        for season in objects(item, "seasons"):
            if not season.get("episodes"):
                whole = [
                    each
                    for each in title.episodes.values()
                    if each.season == season.get("number")
                ]
                counts["episodes"] += call.user.unwatch(title, whole)
    if call.service.behaviour.empty_answers:
        return Answer(status=201, empty=True)
    return Answer({"deleted": counts, "not_found": missing.groups}, 201)


def _names_episodes(item: Mapping[str, object]) -> bool:
    """Tell whether an object is about parts of a series."""
    return bool(item.get("seasons") or item.get("episodes"))


def named_episodes(item: JsonObject) -> Iterator[tuple[int, JsonObject]]:
    """Yield the seasons and the objects of the episodes that are named."""
    for season in objects(item, "seasons"):
        number = season.get("number")
        for sent in objects(season, "episodes"):
            yield (number if isinstance(number, int) else -1), sent
    for sent in objects(item, "episodes"):
        yield 1, sent


def find_episode(
    call: Call, title: Title, item: Mapping[str, object], season: int, sent: JsonObject
) -> tuple[Title, Episode] | None:
    """Return the episode that is meant, and the title that it is a part of.

    Its own id at TVDB counts for more than its number. The seasons of anime at TVDB
    are titles of their own, which are found only if that is asked for.
    """
    ids = sent.get("ids")
    own = str(ids.get("tvdb")) if isinstance(ids, dict) else ""
    for episode in title.episodes.values():
        if episode.ids.get("tvdb") == own:
            return title, episode
    number = sent.get("number")
    place = season, number if isinstance(number, int) else -1
    if item.get("use_tvdb_anime_seasons") and title.bucket is Bucket.ANIME:
        for part in call.service.library.parts(title):
            if found := part.by_tvdb().get(place):
                return part, found
        return None
    known = title.episodes.get(place)
    return (title, known) if known else None


def date_in(sent: Mapping[str, object], name: str) -> datetime | None:
    """Return a date that was sent; without one it is now."""
    text = sent.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Refusal(400, "wrong_parameter", name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
