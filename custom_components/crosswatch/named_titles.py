"""What a person means who names a title: by an id, or as it is called."""

from collections.abc import Sequence
from dataclasses import replace
import re
from typing import Final

from .engine.evidence import enriched
from .engine.ids import UNIVERSAL_NAMESPACES, normalise_id, with_namespace
from .engine.lookups import Lookups
from .engine.model import Item, MediaKind

_DATED: Final = re.compile(r"(?P<title>.+?)\s*\((?P<year>\d{4})\)")
_KINDS: Final = {
    "movie": MediaKind.MOVIE,
    "film": MediaKind.MOVIE,
    "show": MediaKind.SHOW,
    "series": MediaKind.SHOW,
    "tv": MediaKind.SHOW,
}


def possible_items(text: str) -> list[Item]:
    """Return what a text may mean, a film first.

    "Dune (2021)", "imdb:tt1160419" or "tt1160419", with "film:" or "show:" before it
    where that has to be said.
    """
    first, _, rest = text.strip().partition(":")
    kind = _KINDS.get(first.strip().casefold())
    kinds = (MediaKind.MOVIE, MediaKind.SHOW) if kind is None else (kind,)
    named = rest if kind is not None else text
    return [replace(_named(named.strip()), kind=each) for each in kinds]


def _named(text: str) -> Item:
    """Return a title by its id, or by its name and year."""
    namespace, _, value = with_namespace(text).partition(":")
    namespace = namespace.strip().lower()
    if namespace in UNIVERSAL_NAMESPACES and (found := normalise_id(namespace, value)):
        return Item(MediaKind.MOVIE, {namespace: found})
    if dated := _DATED.fullmatch(text):
        return Item(MediaKind.MOVIE, {}, dated["title"], int(dated["year"]))
    return Item(MediaKind.MOVIE, {}, text)


async def known_items(asked: Sequence[Item], lookups: Lookups) -> list[Item]:
    """Return those items that anybody knows, with all that is known of them.

    All of them where there is nobody to ask.
    """
    if not lookups.informants:
        return list(asked)
    answers = await lookups.ask(asked, lookups.informants, lambda done, total: None)
    known: list[Item] = []
    for item, answer in zip(asked, answers, strict=True):
        for evidence in answer or ():
            item = enriched(item, evidence)
        if answer:
            known.append(item)
    return known
