"""The history of the simulated Tautulli: filtered, grouped, sorted and cut to a page."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from .behaviour import Behaviour
from .model import Media, Session
from .shapes import Shape, history_shape

COLUMNS = (
    "date",
    "friendly_name",
    "ip_address",
    "platform",
    "product",
    "player",
    "full_title",
    "started",
    "paused_counter",
    "stopped",
    "duration",
)
FAILED: Shape = {
    "recordsFiltered": 0,
    "recordsTotal": 0,
    "draw": 0,
    "data": [],
    "filter_duration": "0",
    "total_duration": "0",
}

type Query = Mapping[str, str]


def answer(
    sessions: Sequence[Session],
    running: Sequence[Session],
    query: Query,
    behaviour: Behaviour,
) -> Shape:
    """Return what get_history says."""
    if behaviour.database_fails:
        return dict(FAILED)
    grouping = _switch(query, "grouping", behaviour.groups_history)
    wanted = [row for row in sessions if _is_wanted(row, query, behaviour)]
    groups = _grouped(wanted) if grouping else [[row] for row in wanted]
    if _switch(query, "include_activity", behaviour.shows_activity):
        groups += [[row] for row in running if _is_wanted(row, query, behaviour)]
    shapes = [history_shape(group, behaviour.watched_percent) for group in groups]
    shapes = _sorted(shapes, query)
    start, length = int(query.get("start", 0)), int(query.get("length", 25))
    if behaviour.longest_page is not None:
        length = min(length, behaviour.longest_page)
    return {
        "recordsFiltered": len(shapes),
        "recordsTotal": len(sessions),
        "data": shapes[start : start + length],
        "draw": 1,
        "filter_duration": "2 hrs",
        "total_duration": "42 days 5 hrs",
    }


def _switch(query: Query, name: str, default: bool) -> bool:
    """Return a switch of a request, or the server's own setting."""
    text = query.get(name, "")
    return text.lower() in {"1", "true"} if text else default


def _is_wanted(row: Session, query: Query, behaviour: Behaviour) -> bool:
    """Tell whether a row is what a request asks for."""
    users = _listed(query, "user_id", lists=True)
    keys = _listed(query, "rating_key", lists=True)
    types = _listed(query, "media_type", lists=behaviour.understands_lists)
    if users and str(row.user.user_id) not in users:
        return False
    if keys and str(row.title.rating_key) not in keys:
        return False
    if not types:
        return True
    if behaviour.understands_lists and row.live != ("live" in types):
        return False
    return row.title.media.value in types


def _listed(query: Query, name: str, *, lists: bool) -> list[str]:
    """Return the values that a request names, separated by commas."""
    text = query.get(name, "")
    parts = text.split(",") if lists else [text]
    return [part.strip() for part in parts if part.strip()]


def _grouped(rows: Iterable[Session]) -> list[list[Session]]:
    """Return the rows that go on with each other."""
    ordered = sorted(rows, key=lambda row: (row.reference_id, row.row_id))
    return [
        list(group) for _, group in groupby(ordered, key=lambda row: row.reference_id)
    ]


def _sorted(shapes: list[Shape], query: Query) -> list[Shape]:
    """Return the rows in the order asked for; unknown columns change nothing."""
    column = query.get("order_column", "date")
    if column not in COLUMNS:
        return shapes
    newest_first = query.get("order_dir", "desc").lower() != "asc"

    def place(shape: Shape) -> tuple[bool, float, str]:
        """Return where a row belongs: without regard to case, as the server sorts."""
        value = shape.get(column)
        if isinstance(value, int | float):
            return False, value, ""
        return value is not None, 0, str(value).lower()

    return sorted(shapes, key=place, reverse=newest_first)


def reference_for(
    earlier: Iterable[Session], row: Session, watched_percent: int
) -> int:
    """Return the row that a new one goes on with, or its own number.

    It is the last one of the same title, if that was left before it was watched and
    the new one came at least as far.
    """
    same = [each for each in earlier if _is_same(each, row)]
    if same and same[-1].percent < watched_percent and same[-1].percent <= row.percent:
        return same[-1].reference_id
    return row.row_id


def _is_same(one: Session, other: Session) -> bool:
    """Tell whether the same user played the same title."""
    if Media.TRACK in {one.title.media, other.title.media}:
        return False
    return one.user is other.user and one.title.rating_key == other.title.rating_key
