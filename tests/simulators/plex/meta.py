"""What a section can be asked: its fields, their operators, and its orders."""

from .model import ItemType, Section
from .wire import Json

OPERATORS = {
    "integer": (
        ("=", "is"),
        ("!=", "is not"),
        (">>=", "is greater than"),
        ("<<=", "is less than"),
    ),
    "boolean": (("=", "is true"), ("!=", "is false")),
    "date": ((">>=", "is after"), ("<<=", "is before")),
    "string": (
        ("=", "contains"),
        ("!=", "does not contain"),
        ("==", "is"),
        ("!==", "is not"),
    ),
}
FIELDS = {
    "title": "string",
    "year": "integer",
    "userRating": "integer",
    "viewCount": "integer",
    "lastViewedAt": "date",
    "addedAt": "date",
}
OF_LEAVES = {"unwatched": "boolean", "inProgress": "boolean"}
OF_SHOWS = {"unwatchedLeaves": "boolean"}
SORTS = (
    "titleSort",
    "year",
    "originallyAvailableAt",
    "userRating",
    "addedAt",
    "lastViewedAt",
    "viewCount",
    "duration",
)
LEVELS = {
    ItemType.MOVIE: (ItemType.MOVIE,),
    ItemType.SHOW: (ItemType.SHOW, ItemType.SEASON, ItemType.EPISODE),
}


def meta_of(section: Section, active: ItemType) -> Json:
    """Return what can be asked of a section."""
    return {
        "Type": [
            type_of(section, kind, active=kind is active)
            for kind in LEVELS[section.kind]
        ],
        "FieldType": [
            {
                "type": name,
                "Operator": [{"key": key, "title": title} for key, title in operators],
            }
            for name, operators in OPERATORS.items()
        ],
    }


def type_of(section: Section, kind: ItemType, *, active: bool) -> Json:
    """Return what can be asked of one kind of item, whose fields are named by it."""
    prefix = "" if kind is ItemType.MOVIE else f"{kind}."
    path = f"/library/sections/{section.key}"
    fields = FIELDS | (OF_SHOWS if kind is ItemType.SHOW else OF_LEAVES)
    return {
        "key": f"{path}/all?type={kind.number}",
        "type": kind.value,
        "title": kind.capitalize(),
        "active": active,
        "Filter": [
            {
                "filter": f"{prefix}{name}",
                "filterType": "boolean",
                "key": f"{path}/{name}?type={kind.number}",
                "title": name,
                "type": "filter",
            }
            for name, sort in fields.items()
            if sort == "boolean"
        ],
        "Sort": [
            {
                "defaultDirection": "asc",
                "descKey": f"{prefix}{name}:desc",
                "key": f"{prefix}{name}",
                "title": name,
            }
            for name in SORTS
        ],
        "Field": [
            {"key": f"{prefix}{name}", "title": name, "type": sort}
            for name, sort in fields.items()
        ],
    }
