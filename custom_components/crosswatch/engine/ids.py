"""Id namespaces, their normalisation, and the keys an item can be found by."""

from collections.abc import Mapping
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .model import Item

# Namespaces that mean the same everywhere. An id that only its own server
# understands (a Jellyfin item id, a Plex ratingKey) is a native id and not in here.
UNIVERSAL_NAMESPACES: Final = (
    "imdb",
    "tmdb",
    "tvdb",
    "trakt",
    "simkl",
    "mal",
    "anilist",
    "kitsu",
    "anidb",
)

_ABSENT: Final = frozenset({"", "0", "none", "null", "nan", "undefined", "unknown"})
_IMDB: Final = re.compile(r"tt(\d+)", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_NEGATIVE: Final = re.compile(r"-\d+")
_WORD: Final = re.compile(r"\w+")


def normalise_id(namespace: str, value: str | int | None) -> str | None:
    """Return the normalised id, or None for one that says nothing.

    imdb ids become `tt` and digits, all others their digits: "tvdb-42" is 42.
    """
    text = str(value).strip() if value is not None else ""
    # Some services say -1 for none.
    if text.lower() in _ABSENT or _NEGATIVE.fullmatch(text):
        return None
    if namespace == "imdb":
        found = _IMDB.search(text)
        digits = found[1] if found else "".join(_DIGITS.findall(text))
        return f"tt{digits}" if digits.strip("0") else None
    digits = "".join(_DIGITS.findall(text))
    return digits if digits.strip("0") else None


def normalise_ids(ids: Mapping[str, str | int | None]) -> dict[str, str]:
    """Return the universal ids among `ids`, normalised; namespaces in any case."""
    found: dict[str, str] = {}
    for namespace, value in ids.items():
        lowered = namespace.lower()
        if lowered in UNIVERSAL_NAMESPACES and (
            normalised := normalise_id(lowered, value)
        ):
            found[lowered] = normalised
    return found


def merge_ids(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Return both id maps as one; where they disagree, the first one is kept."""
    return {**second, **first}


def ids_conflict(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    """Tell whether both name the same namespace with different values."""
    return any(
        value != second[namespace]
        for namespace, value in first.items()
        if namespace in second
    )


def item_keys(item: Item) -> tuple[str, ...]:
    """Return the keys an item can be found by; items that share one are the same.

    The kind is part of every key, since services number films and shows apart.
    Episodes and seasons are also found by a show id and their place in the show; an
    episode id that merely repeats its show's id says nothing of the episode.
    """
    # Called for every record of a run: a StrEnum added to a string is the quick way
    # to its value.
    prefix = item.kind + ":"
    show = item.show
    if show is None:
        return tuple([f"{prefix}{name}:{value}" for name, value in item.ids.items()])
    show_ids = show.ids
    keys = [
        f"{prefix}{name}:{value}"
        for name, value in item.ids.items()
        if show_ids.get(name) != value
    ]
    if (place := item.place) is not None:
        keys += [f"{name}:{value}#{place}" for name, value in show_ids.items()]
    return tuple(keys)


def title_key(item: Item) -> str | None:
    """Return the key by title and year, or None where that would say too little.

    Good only as a last resort, when one side has no universal id at all.
    """
    named = item.show or item
    words = title_words(named.title)
    if not words or (item.show is not None and item.place is None):
        return None
    # A show's episodes carry the show's year on one service and none on another.
    year = "" if item.show is not None else item.year or ""
    if item.show is None and not year:
        return None
    return f"{item.kind.value}|{words}|{year}|{item.place or ''}"


def with_namespace(text: str) -> str:
    """Return an id as a person wrote it with its namespace: IMDb's tell themselves."""
    text = text.strip()
    return f"imdb:{text}" if _IMDB.fullmatch(text) else text


def title_words(title: str) -> str:
    """Return the words of a title, in one case and without signs."""
    return " ".join(_WORD.findall(title.casefold()))
