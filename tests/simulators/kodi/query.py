"""Which entries a list shows: its filter, its order and its part."""

from collections.abc import Callable, Sequence

from .errors import invalid
from .model import Entry, Show
from .parameters import Params

type Test = Callable[[Entry], bool]

TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "is": lambda held, wanted: held == wanted,
    "isnot": lambda held, wanted: held != wanted,
    "contains": lambda held, wanted: wanted in held,
    "doesnotcontain": lambda held, wanted: wanted not in held,
    "startswith": lambda held, wanted: held.startswith(wanted),
    "endswith": lambda held, wanted: held.endswith(wanted),
}
NUMBER_TESTS: dict[str, Callable[[float, float], bool]] = {
    "is": lambda held, wanted: held == wanted,
    "isnot": lambda held, wanted: held != wanted,
    "greaterthan": lambda held, wanted: held > wanted,
    "lessthan": lambda held, wanted: held < wanted,
}
# Dates are compared by the day.
DATE_TESTS: dict[str, Callable[[str, str], bool]] = {
    "after": lambda held, wanted: held[:10] > wanted[:10],
    "before": lambda held, wanted: held[:10] < wanted[:10],
}


def parse_filter(params: Params, value: object) -> Test:
    """Return the test that a filter stands for."""
    if not isinstance(value, dict):
        raise invalid(params.method, "filter", "Invalid type received")
    for word, join in (("and", all), ("or", any)):
        if isinstance(parts := value.get(word), list):
            return joined(join, [parse_filter(params, part) for part in parts])
    field, operator = value.get("field"), value.get("operator")
    wanted = value.get("value")
    texts = wanted if isinstance(wanted, list) else [wanted]
    if not all(isinstance(text, str) for text in texts):
        raise invalid(params.method, "filter", "Invalid type received")
    tests = [rule(params, str(field), str(operator), str(text)) for text in texts]
    return joined(any, tests)


def joined(join: Callable[[list[bool]], bool], tests: Sequence[Test]) -> Test:
    """Return a test that asks all of some others."""
    return lambda entry: join([test(entry) for test in tests])


def rule(params: Params, field: str, operator: str, wanted: str) -> Test:
    """Return the test of one rule."""
    if field == "inprogress" and operator in {"true", "false"}:
        return lambda entry: in_progress(entry) is (operator == "true")
    if field in {"playcount", "userrating"} and operator in NUMBER_TESTS:
        compare = NUMBER_TESTS[operator]
        number = float(wanted)
        return lambda entry: compare(count(entry, field), number)
    if field in {"title", "path", "filename"} and operator in TEXT_TESTS:
        same = TEXT_TESTS[operator]
        return lambda entry: same(words(entry, field), wanted)
    if field == "lastplayed" and operator in DATE_TESTS:
        before = DATE_TESTS[operator]
        return lambda entry: bool(last(entry)) and before(last(entry), wanted)
    raise invalid(params.method, "filter", "Received value does not match")


def in_progress(entry: Entry) -> bool:
    """Tell whether an entry was begun."""
    if isinstance(entry, Show):
        return any(episode.file.position > 0 for episode in entry.episodes)
    return entry.file.position > 0


def count(entry: Entry, field: str) -> float:
    """Return a number of an entry."""
    if field == "userrating":
        return entry.user_rating
    if isinstance(entry, Show):
        return min((each.file.play_count for each in entry.episodes), default=0)
    return entry.file.play_count


def words(entry: Entry, field: str) -> str:
    """Return a text of an entry."""
    if field == "title":
        return entry.title
    folder, slash, name = path(entry).rpartition("/")
    return name if field == "filename" else f"{folder}{slash}"


def path(entry: Entry) -> str:
    """Return where an entry is."""
    return entry.path if isinstance(entry, Show) else entry.file.path


def last(entry: Entry) -> str:
    """Return when an entry was played last."""
    if isinstance(entry, Show):
        return max((each.file.last_played for each in entry.episodes), default="")
    return entry.file.last_played


def ordered[E: Entry](params: Params, entries: list[E]) -> list[E]:
    """Return entries in the order that is asked for."""
    sort = params.object("sort") or {}
    method = sort.get("method", "none")
    keys: dict[object, Callable[[E], tuple[str, int]]] = {
        "label": lambda entry: (entry.title, entry.id),
        "title": lambda entry: (entry.title, entry.id),
        "lastplayed": lambda entry: (last(entry), entry.id),
        "dateadded": lambda entry: (
            "" if isinstance(entry, Show) else entry.file.added,
            entry.id,
        ),
    }
    if method == "none":
        return entries
    if method not in keys:
        raise invalid(params.method, "sort", "Received value does not match")
    turned = sort.get("order", "ascending") == "descending"
    return sorted(entries, key=keys[method], reverse=turned)


def part(params: Params, total: int) -> tuple[int, int, int]:
    """Return the bounds of the part of a list that is asked for, and the end told.

    An end of 0 is told as no end at all, though nothing is shown.
    """
    limits = params.object("limits") or {}
    bounds = [limits.get("start", 0), limits.get("end", -1)]
    start, end = (each if isinstance(each, int) else -2 for each in bounds)
    if start < 0 or end < -1:
        raise invalid(params.method, "limits", "Invalid type received")
    start = min(start, total)
    if end == 0:
        return start, start, total
    end = total if end == -1 else max(min(end, total), start)
    return start, end, end
