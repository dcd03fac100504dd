"""How an action names an item: by an id, by its title, or as it stands in a report."""

from collections.abc import Mapping
from copy import replace
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN
from .engine.blocks import Block
from .engine.ids import UNIVERSAL_NAMESPACES, normalise_ids, title_words, with_namespace
from .engine.model import MediaKind
from .service_fields import (
    ATTR_EPISODE,
    ATTR_ID,
    ATTR_ITEM,
    ATTR_KIND,
    ATTR_SEASON,
    ATTR_TITLE,
    ATTR_YEAR,
)

# The fields that name an item, each with those that may say more of it.
_WAYS: Final = {
    ATTR_ID: frozenset({ATTR_KIND}),
    ATTR_TITLE: frozenset({ATTR_YEAR, ATTR_KIND, ATTR_SEASON, ATTR_EPISODE}),
    ATTR_ITEM: frozenset[str](),
}


def way_of(fields: Mapping[str, Any], *others: str) -> str:
    """Return the one field by which an item is named, an id, a title or an item.

    `others` are more fields that would do, and need nothing beside them.
    """
    ways = [way for way in (*others, *_WAYS) if way in fields]
    if not ways:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="nothing_named"
        )
    if len(ways) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="several_named",
            translation_placeholders={"fields": ", ".join(ways)},
        )
    (way,) = ways
    more = fields.keys() & frozenset().union(*_WAYS.values())
    if surplus := more - _WAYS.get(way, frozenset()):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="fields_do_not_fit",
            translation_placeholders={
                "way": way,
                "fields": ", ".join(sorted(surplus)),
            },
        )
    return way


def block_of(fields: Mapping[str, Any], scope_id: str) -> Block:
    """Return a block for the item that is named, in all features."""
    match way_of(fields):
        case "id":
            return Block(
                scope=scope_id,
                kind=fields.get(ATTR_KIND),
                ids=_ids_of(fields[ATTR_ID]),
            )
        case "title":
            return _by_title(fields, scope_id)
        case _:
            return _of_report(fields[ATTR_ITEM], scope_id)


def _ids_of(text: str) -> dict[str, str]:
    """Return the id in a text such as imdb:tt0133093."""
    namespace, _, value = with_namespace(text).partition(":")
    if ids := normalise_ids({namespace.strip(): value}):
        return ids
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="unknown_id",
        translation_placeholders={
            "id": text,
            "namespaces": ", ".join(UNIVERSAL_NAMESPACES),
        },
    )


def _by_title(fields: Mapping[str, Any], scope_id: str) -> Block:
    """Return a block for an item by its title, and its place in a show."""
    season, number = fields.get(ATTR_SEASON), fields.get(ATTR_EPISODE)
    kind = fields.get(ATTR_KIND)
    if kind is None and season is not None:
        kind = MediaKind.SEASON if number is None else MediaKind.EPISODE
    if not title_words(fields[ATTR_TITLE]):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="nothing_named"
        )
    if (season is not None, number is not None) != _PLACES.get(kind, (False, False)):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="place_does_not_fit"
        )
    return Block(
        scope=scope_id,
        kind=kind,
        title=fields[ATTR_TITLE].strip(),
        year=fields.get(ATTR_YEAR),
        season=season,
        number=number,
    )


def _of_report(item: Mapping[str, Any], scope_id: str) -> Block:
    """Return a block for an item of a report."""
    if not (ids := normalise_ids(item["ids"])):
        named = {key: item[key] for key in _WAYS[ATTR_TITLE] if item[key] is not None}
        return _by_title({**named, ATTR_TITLE: item[ATTR_TITLE] or ""}, scope_id)
    block = Block(
        scope=scope_id,
        kind=item[ATTR_KIND],
        ids=ids,
        title=item[ATTR_TITLE] or "",
        year=item[ATTR_YEAR],
        season=item[ATTR_SEASON],
        number=item[ATTR_EPISODE],
    )
    # A report names the ids of the show where what is in it has none of its own.
    return replace(block, show_ids=ids) if block.kind in _PLACES else block


# Whether a kind of item has the numbers of a season and of an episode.
_PLACES: Final[Mapping[MediaKind | None, tuple[bool, bool]]] = {
    MediaKind.SEASON: (True, False),
    MediaKind.EPISODE: (True, True),
}
