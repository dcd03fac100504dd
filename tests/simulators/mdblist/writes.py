"""What an account writes: the watchlist, ratings and plays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .model import JsonObject, Kind, Refusal, Row, Title, text_of
from .shapes import title_shape
from .wire import Call

REPORTED = 100
GROUPS = tuple(kind.plural for kind in Kind)


@dataclass(slots=True)
class Tally:
    """The numbers in an answer, and what was not found."""

    blocks: tuple[str, ...]
    groups: tuple[str, ...] = GROUPS
    numbers: dict[str, dict[str, int]] = field(init=False)
    missing: dict[str, list[object]] = field(init=False)

    def __post_init__(self) -> None:
        """Start at zero."""
        self.numbers = {name: dict.fromkeys(self.groups, 0) for name in self.blocks}
        self.missing = {group: [] for group in self.groups}

    def count(self, block: str, kind: Kind) -> None:
        """Count one more thing."""
        self.numbers[block][kind.plural] += 1

    def shape(self, call: Call) -> JsonObject:
        """Return the answer."""
        missing: dict[str, object] = {
            group: len(rows) if call.service.behaviour.not_found_counts else rows
            for group, rows in self.missing.items()
        }
        return {**self.numbers, "not_found": missing}


@dataclass(frozen=True, slots=True)
class Named:
    """A title in a body and what is said of it; without one it is not known."""

    sent: JsonObject
    title: Title | None
    group: str
    echo: JsonObject


def rows_in(parent: object, name: str) -> list[JsonObject]:
    """Return the objects in a list of a body."""
    rows = parent.get(name, []) if isinstance(parent, dict) else []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal(400, f"{name} is not a list of objects")
    return rows


def named_in(call: Call) -> Iterator[Named]:
    """Yield the titles in a body: films, shows or their parts, and single episodes."""
    call.check_body("movies", "shows", "seasons", "episodes")
    library = call.service.library
    for kind in Kind:
        for sent in rows_in(call.body, kind.plural):
            if kind is Kind.SHOW and "seasons" in sent:
                yield from _parts(call, sent)
                continue
            title = library.find(kind, sent.get("ids"))
            yield Named(sent, title, kind.plural, {"ids": sent.get("ids")})


def _parts(call: Call, sent: JsonObject) -> Iterator[Named]:
    """Yield the seasons and episodes of a show in a body, and the show if rated."""
    show = call.service.library.find(Kind.SHOW, sent.get("ids"))
    if show is None:
        yield Named(sent, None, "shows", sent)
        return
    if "rating" in sent:
        yield Named(sent, show, "shows", sent)
    for season in rows_in(sent, "seasons"):
        number = season.get("number")
        known = show.children.get(number) if isinstance(number, int) else None
        place: JsonObject = {"ids": sent["ids"], "season": number}
        if "episodes" not in season or "rating" in season:
            yield Named(season, known, "seasons", place)
        for episode in rows_in(season, "episodes"):
            which = episode.get("number")
            found = None
            if known is not None and isinstance(which, int):
                found = known.children.get(which)
            yield Named(episode, found, "episodes", {**place, "episode": which})


def list_titles(call: Call) -> JsonObject:
    """POST /watchlist/items/add."""
    return _bare(call, ("added", "existing"), _put)


def unlist_titles(call: Call) -> JsonObject | None:
    """POST /watchlist/items/remove."""
    told = _bare(call, ("removed",), _take)
    return None if call.service.behaviour.silent_removals else told


def _put(call: Call, title: Title) -> str:
    """Put a title on the watchlist."""
    return "added" if call.account.put_on_watchlist(title) else "existing"


def _take(call: Call, title: Title) -> str | None:
    """Take a title from the watchlist."""
    return "removed" if call.account.take_off_watchlist(title) else None


def _bare(
    call: Call, blocks: tuple[str, ...], act: Callable[[Call, Title], str | None]
) -> JsonObject:
    """Do something with each title; ids within `ids` are not seen."""
    call.check_query()
    call.check_body("movies", "shows")
    tally = Tally(blocks, ("movies", "shows"))
    for kind in (Kind.MOVIE, Kind.SHOW):
        for sent in rows_in(call.body, kind.plural):
            ids = dict(sent)
            if kind is Kind.SHOW:
                ids.pop("tvdb", None)
            if (title := call.service.library.find(kind, ids)) is None:
                tally.missing[kind.plural].append(sent)
            elif block := act(call, title):
                tally.count(block, kind)
    return tally.shape(call)


def rate(call: Call) -> JsonObject:
    """POST /sync/ratings."""
    call.check_query()
    tally = Tally(("added", "updated", "existing"))

    def one(named: Named, title: Title) -> None:
        """Rate a title."""
        rating = named.sent.get("rating")
        if type(rating) is not int or not 1 <= rating <= 10:
            raise Refusal(400, "A rating is a whole number from 1 to 10")
        block = call.account.rate(title, rating, _moment(named.sent, "rated_at"))
        tally.count(block, title.kind)

    _each(call, tally, one)
    return tally.shape(call)


def unrate(call: Call) -> JsonObject | None:
    """POST /sync/ratings/remove."""
    call.check_query()
    tally = Tally(("removed",))

    def one(named: Named, title: Title) -> None:
        """Take a rating back."""
        if call.account.unrate(title):
            tally.count("removed", title.kind)

    _each(call, tally, one)
    return None if call.service.behaviour.silent_removals else tally.shape(call)


def watch(call: Call) -> JsonObject:
    """POST /sync/watched, with `report_added` telling of each play what it was."""
    call.check_query("report_added")
    reports = call.query.get("report_added") == "true"
    if reports and len(list(named_in(call))) > REPORTED:
        raise Refusal(400, f"Only {REPORTED} items can be reported")
    tally = Tally(("added", "updated", "existing"))
    plays: list[tuple[Row, bool]] = []

    def one(named: Named, title: Title) -> None:
        """Watch a title."""
        at = _moment(named.sent, "watched_at")
        for row, is_new in call.account.watch(title, at):
            plays.append((row, is_new))
            tally.count("added" if is_new else "existing", row.title.kind)

    _each(call, tally, one)
    told = tally.shape(call)
    if reports and call.service.behaviour.reports_plays:
        told["plays"] = [
            {
                "play_id": row.row_id,
                "added": is_new,
                "watched_at": text_of(row.at),
                row.title.kind.value: title_shape(row.title),
            }
            for row, is_new in plays
        ]
    return told


def unwatch(call: Call) -> JsonObject | None:
    """POST /sync/watched/remove: all plays of each title."""
    call.check_query()
    tally = Tally(("removed",))

    def one(named: Named, title: Title) -> None:
        """Forget a title."""
        for _ in range(call.account.unwatch(title)):
            tally.count("removed", title.kind)

    _each(call, tally, one)
    return None if call.service.behaviour.silent_removals else tally.shape(call)


def remove_plays(call: Call) -> JsonObject | None:
    """POST /sync/watched/plays/remove: single plays, by their ids."""
    call.check_query()
    call.check_body("play_ids")
    ids = call.body.get("play_ids")
    if not isinstance(ids, list) or not all(type(each) is int for each in ids):
        raise Refusal(400, "play_ids is not a list of numbers")
    gone = [each for each in ids if call.account.remove_play(each)]
    if call.service.behaviour.silent_removals:
        return None
    return {"removed": gone, "not_found": [each for each in ids if each not in gone]}


def _each(call: Call, tally: Tally, act: Callable[[Named, Title], None]) -> None:
    """Do something with each title in a body."""
    fails = call.service.behaviour.many_shows_fail
    several = len(rows_in(call.body, "shows")) > 1
    shows: set[Title] = set()
    for named in named_in(call):
        if named.title is None:
            tally.missing[named.group].append(named.echo)
            continue
        if (show := named.title.show) is not None:
            shows.add(show)
        if fails and several and len(shows) > 1:
            raise Refusal(500, "Internal Server Error")
        act(named, named.title)


def _moment(sent: JsonObject, name: str) -> datetime | None:
    """Return a date in a body; none is the present moment."""
    if (text := sent.get(name)) is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Refusal(400, f"{name} is not a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
