"""The language in which a client says which items of a library it wants.

A filter is a field and an operator, then `=` and a value; the operator is part of the
parameter's name. A comma is an "or", everything else an "and". A field may be one of
another level: of the show of an episode, or of any episode of a show.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
import re

from .doings import Doings
from .model import TYPES, Item, ItemType, View, Viewer, sort_title
from .refusal import NotSimulated, bad_request

type Value = int | float | str | None
type Read = Callable[[Item, View], Value]
type Test = Callable[[Item, View], bool]
type Pairs = Iterable[tuple[str, str]]

NAME = re.compile(r"(?:(movie|show|season|episode)\.)?(\w+?)(>>|<<|!=|!|>|<|=|)")
# What says how to answer, not what.
NO_FILTER = re.compile(
    r"type|sort|limit|X-Plex-.*|(include|exclude|check|async|skip)\w*", re.IGNORECASE
)
RELATIVE = re.compile(r"-(\d+)(mon|[smhdwy])")
SECONDS = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
    "mon": 2629746,
    "y": 31556952,
}

FLAGS = frozenset({"unwatched", "unwatchedLeaves", "inProgress"})
NUMBERS: Mapping[str, Read] = {
    "viewCount": lambda item, view: view.count or None,
    "viewOffset": lambda item, view: view.offset or None,
    "userRating": lambda item, view: view.rating,
    "year": lambda item, view: item.year,
    "index": lambda item, view: item.index,
    "duration": lambda item, view: item.duration,
    "id": lambda item, view: item.rating_key,
}
MOMENTS: Mapping[str, Read] = {
    "lastViewedAt": lambda item, view: view.viewed_at,
    "lastRatedAt": lambda item, view: view.rated_at,
    "addedAt": lambda item, view: item.added_at,
    "updatedAt": lambda item, view: item.updated_at,
}
TEXTS: Mapping[str, Read] = {
    "guid": lambda item, view: item.guid,
    "title": lambda item, view: item.title.casefold(),
    "originallyAvailableAt": lambda item, view: item.released,
}
ORDERS: Mapping[str, Read] = {
    **NUMBERS,
    **MOMENTS,
    **TEXTS,
    "titleSort": lambda item, view: sort_title(item.title),
    "ratingKey": lambda item, view: item.rating_key,
}


@dataclass(frozen=True, slots=True)
class Looker:
    """Who asks, where, and which filters the server has no ear for."""

    doings: Doings
    viewer: Viewer
    now: int
    ignored: frozenset[str] = frozenset()

    def view(self, item: Item) -> View:
        """Return what the one who asks did with an item."""
        return self.doings.view(self.viewer, item)


def kind_of(pairs: Pairs, default: ItemType | None) -> ItemType:
    """Return the kind of item that is wanted; refuse a query that must name one."""
    for name, value in pairs:
        if name == "type":
            if value not in {str(number) for number in TYPES}:
                raise bad_request()
            return TYPES[int(value)]
    if default is None:
        raise bad_request()
    return default


def select(items: Iterable[Item], pairs: Pairs, looker: Looker) -> list[Item]:
    """Return the items that pass all filters, in the order that is asked for."""
    pairs = list(pairs)
    tests = [
        test
        for name, value in pairs
        if not NO_FILTER.fullmatch(name)
        and (test := filter_of(name, value, looker)) is not None
    ]
    chosen = [
        (item, view)
        for item in items
        for view in [looker.view(item)]
        if all(test(item, view) for test in tests)
    ]
    given = dict(pairs)
    order(chosen, given.get("sort", "titleSort"))
    rows = [item for item, _ in chosen]
    return rows[: int(given["limit"])] if given.get("limit", "").isdigit() else rows


def filter_of(name: str, value: str, looker: Looker) -> Test | None:
    """Return the test that a filter means; None for one without effect."""
    if (match := NAME.fullmatch(name)) is None:
        raise NotSimulated(name)
    level, field, operator = match.groups()
    if field in looker.ignored:
        return None
    test = test_of(field, operator, value, looker)
    if level is None:
        return test
    kind = ItemType(level)

    def at_level(item: Item, view: View) -> bool:
        """Return whether what is meant at the level passes."""
        if item.type is kind:
            return test(item, view)
        return any(test(other, looker.view(other)) for other in related(item, kind))

    return at_level


def related(item: Item, kind: ItemType) -> list[Item]:
    """Return what an item has of another level, above or below itself."""
    others = [*item.lineage(), *item.descendants()]
    return [other for other in others if other.type is kind]


def test_of(field: str, operator: str, value: str, looker: Looker) -> Test:
    """Return the test of a field at the item itself."""
    if field in FLAGS:
        return flag(field, (value == "1") is not (operator == "!"), looker)
    for fields, parse in (
        (NUMBERS, float),
        (MOMENTS, lambda text: moment(text, looker.now)),
        (TEXTS, str.casefold if field == "title" else str),
    ):
        if (read := fields.get(field)) is not None:
            try:
                wanted = [parse(each) for each in value.split(",")]
            except ValueError:
                raise bad_request() from None
            return comparison(field, operator, read, wanted)
    raise NotSimulated(field)


def moment(text: str, now: int) -> float:
    """Return a moment, given as such or as how long ago it is."""
    if match := RELATIVE.fullmatch(text):
        return now - int(match[1]) * SECONDS[match[2]]
    return float(text)


def flag(field: str, wanted: bool, looker: Looker) -> Test:
    """Return the test of a field that is either true or not."""

    def unwatched(item: Item, view: View) -> bool:
        """Return whether there is something left to watch, as asked."""
        left = any(not looker.view(leaf).count for leaf in item.leaves())
        return left is wanted

    def in_progress(item: Item, view: View) -> bool:
        """Return whether it was stopped in the middle, as asked."""
        return bool(view.offset) is wanted

    return in_progress if field == "inProgress" else unwatched


def comparison(
    field: str, operator: str, read: Read, wanted: Sequence[float | str]
) -> Test:
    """Return the test that compares a field; nothing compares with what is missing."""
    denied = operator.startswith("!")

    def passes(item: Item, view: View) -> bool:
        """Return whether the field is as asked."""
        if (found := read(item, view)) is None:
            return denied
        if denied:
            return all(not same(field, operator, found, each) for each in wanted)
        return any(compare(field, operator, found, each) for each in wanted)

    return passes


def same(field: str, operator: str, found: float | str, wanted: float | str) -> bool:
    """Return whether a value is meant; a part of a title may be enough."""
    if field == "title" and operator in {"", "!"}:
        return str(wanted) in str(found)
    return found == wanted


def compare(field: str, operator: str, found: float | str, wanted: float | str) -> bool:
    """Return whether a value stands to another as an operator says."""
    if operator in {"", "="}:
        return same(field, operator, found, wanted)
    if isinstance(found, str) or isinstance(wanted, str):
        raise NotSimulated(f"{field}{operator}")
    match operator:
        case ">>":
            return found > wanted
        case "<<":
            return found < wanted
        case ">":
            return found >= wanted
        case _:
            return found <= wanted


def order(chosen: list[tuple[Item, View]], sort: str) -> None:
    """Order items by some fields, the first one counting most.

    What is missing comes first, or last where the direction is down.
    """
    for part in reversed(sort.split(",")):
        field, _, direction = part.partition(":")
        if (read := ORDERS.get(field.rpartition(".")[2])) is None:
            raise NotSimulated(f"sort={part}")
        chosen.sort(
            key=lambda row, read=read: sortable(read(*row)),  # type: ignore[misc]
            reverse=direction == "desc",
        )


def sortable(value: Value) -> tuple[bool, float | str]:
    """Return a value so that it can be compared with a missing one."""
    if value is None:
        return (False, 0)
    return (True, value)
