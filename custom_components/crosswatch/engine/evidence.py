"""What somebody else knows of an item: more ids, or where an episode belongs.

Accounts know their items by few ids, or by none. An informant, such as a service with
metadata, is asked about those that have no partner at the other side.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple, Protocol, override, runtime_checkable

from .ids import ids_conflict, item_keys, merge_ids
from .model import Item, Record


class Origin(StrEnum):
    """How an informant came to know something.

    A `SEARCH` by title and year is a guess: nothing is ever removed because of it.
    `EXTERNAL_ID` is the word of a service that several ids name one item, `NUMBERING`
    that of a mapping between the numbers of episodes.
    """

    EXTERNAL_ID = "external_id"
    SEARCH = "search"
    NUMBERING = "numbering"


class Evidence(NamedTuple):
    """What an informant says of an item.

    `item` is of the kind that was asked about, and holds what was found: ids; of a
    season or an episode also its show with ids, and its place. `informant` is the name
    of who says so.
    """

    item: Item
    origin: Origin
    informant: str


class Informant(Protocol):
    """Somebody who knows more of items than the accounts that list them.

    One that `numbers` is asked about each episode without a partner, and its answers
    cost nothing; any other is asked about an episode's show instead, as long as that
    has a name or an id, and its answers are kept. `version` changes whenever the same
    question may be answered differently.
    """

    @property
    def name(self) -> str:
        """Return the name that a person knows it by."""

    @property
    def numbers(self) -> bool:
        """Tell whether it knows the numbers of episodes."""

    @property
    def version(self) -> str:
        """Return a text for the state of what it knows."""

    def look_up(self, items: Sequence[Item]) -> AsyncIterator[Evidence | None]:
        """Yield one answer for each item, in order; None for what is not known.

        Of two candidates none is named. Raises ProviderError.
        """


@runtime_checkable
class Informed(Protocol):
    """A provider whose account is good for asking about items, too."""

    def informants(self) -> Sequence[Informant]:
        """Return whom to ask, the most certain first."""


class EvidencedRecord(Record):
    """A record whose item has, beside its own ids, what informants say of it."""

    __slots__ = ("evidence", "own")

    def __init__(self, own: Record, evidence: Sequence[Evidence]) -> None:
        """Take the record as its account lists it, and what was found."""
        item = own.item
        for each in evidence:
            item = enriched(item, each)
        super().__init__(item, own.value, own.native_id, own.seen, own.library)
        self.own = own
        self.evidence = tuple(evidence)

    @override
    def _load_keys(self) -> tuple[str, ...]:
        """Return the keys of the item, and those that its account knows it by.

        Without its own keys, nobody would know the item again once an informant is
        asked no more.
        """
        return tuple(dict.fromkeys([*item_keys(self.item), *self.own.keys]))


def evidence_of(record: Record) -> tuple[Evidence, ...]:
    """Return what informants say of a record's item."""
    return record.evidence if isinstance(record, EvidencedRecord) else ()


def own_record(record: Record) -> Record:
    """Return a record as its account lists it."""
    return record.own if isinstance(record, EvidencedRecord) else record


def is_guess(record: Record) -> bool:
    """Tell whether anything that is known of a record's item was only guessed."""
    return any(each.origin is Origin.SEARCH for each in evidence_of(record))


def enriched(item: Item, evidence: Evidence) -> Item:
    """Return an item with what was found; evidence that contradicts it is no evidence.

    The evidence may be about the item's show.
    """
    found = evidence.item
    if item.show is not None and found.kind is item.show.kind:
        show = _with_ids(item.show, found)
        return item if show is item.show else replace(item, show=show)
    if found.kind is not item.kind or ids_conflict(item.ids, found.ids):
        return item
    if item.show and found.show and ids_conflict(item.show.ids, found.show.ids):
        return item
    item = _with_ids(item, found)
    if found.show is None:
        return item
    show = found.show if item.show is None else _with_ids(item.show, found.show)
    item = replace(item, show=show)
    if found.place and (item.place is None or evidence.origin is Origin.NUMBERING):
        item = replace(item, season=found.season, number=found.number)
    return item


def _with_ids(item: Item, found: Item) -> Item:
    """Return an item with further ids, and with a name if it has none."""
    if ids_conflict(item.ids, found.ids):
        return item
    ids = merge_ids(item.ids, found.ids)
    if ids == item.ids and (item.title or not found.title):
        return item
    return replace(
        item,
        ids=ids,
        title=item.title or found.title,
        year=item.year if item.title else item.year or found.year,
    )
