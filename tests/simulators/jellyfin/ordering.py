"""The order of lists."""

from collections.abc import Callable
from random import Random

from .model import Item, User
from .parameters import Parameters

type Key = Callable[[Item], tuple[bool, int | str]]

SEED = 7


def number_or_last(value: int | None) -> tuple[bool, int | str]:
    """Return a key that puts a missing number below all others."""
    return (value is not None, value or 0)


PLAIN_KEYS: dict[str, Key] = {
    "datecreated": lambda item: (True, item.created),
    "datelastcontentadded": lambda item: (
        True,
        max((child.created for child in item.descendants()), default=item.created),
    ),
    "default": lambda item: (True, item.sort_name),
    "indexnumber": lambda item: number_or_last(item.index),
    "isfolder": lambda item: (True, not item.is_folder),
    "name": lambda item: (True, item.name),
    "parentindexnumber": lambda item: number_or_last(item.parent_index),
    "premieredate": lambda item: number_or_last(item.premiere),
    "productionyear": lambda item: number_or_last(item.year),
    "runtime": lambda item: number_or_last(item.runtime),
    "seriessortname": lambda item: (True, item.series.sort_name),
    "sortname": lambda item: (True, item.sort_name),
}


def user_key(name: str, user: User) -> Key | None:
    """Return the key of an order that depends on the user."""
    match name:
        case "dateplayed":
            return lambda item: number_or_last(user.of(item).last_played)
        case "seriesdateplayed":
            return lambda item: number_or_last(
                max(
                    (user.of(leaf).last_played or 0 for leaf in item.series.leaves()),
                    default=None,
                )
            )
        case "playcount":
            return lambda item: (True, user.of(item).play_count)
        case "isplayed":
            return lambda item: (True, user.of(item).played)
        case "isunplayed":
            return lambda item: (True, not user.of(item).played)
        case "isfavoriteorliked":
            return lambda item: (True, user.of(item).favourite)
    return None


def ordered(
    items: list[Item],
    parameters: Parameters,
    user: User | None,
    *,
    mixed: int | None = None,
) -> list[Item]:
    """Return the items in the order that a request asks for, by name if in none.

    The n-th `sortOrder` belongs to the n-th `sortBy`; the first one to all further.
    Unknown orders are ignored. That several ids are asked for makes no order of its own.
    `mixed` is how the database orders what is equal: differently for each number.
    """
    names = parameters.words("sortBy")
    directions = parameters.words("sortOrder") or ["ascending"]
    steps = [
        (name, directions[place if place < len(directions) else 0] == "descending")
        for place, name in enumerate(names)
    ]
    if mixed is None or not steps:
        items = sorted(items, key=lambda item: item.sort_name)
    else:
        items = sorted(items, key=lambda item: item.id)
        Random(mixed).shuffle(items)
    # Sorting is stable, so the least important order goes first.
    for name, descending in reversed(steps):
        if name == "random":
            Random(SEED).shuffle(items)
            continue
        key = PLAIN_KEYS.get(name)
        if key is None and user is not None:
            key = user_key(name, user)
        if key is not None:
            items.sort(key=key, reverse=descending)
    return items
