"""The items that more ids may find a partner for, or a place at the other side.

Somebody who knows more ids of them has to be asked, which takes time: so only where it
can make a difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..match import keys_of
from ..model import MediaKind, Record, Side
from .drafting import Draft

type Asked = Mapping[Side, Collection[str]]
type Known = frozenset[str]

_IN_SHOW: Final = "in a show"


@dataclass(slots=True)
class _Lone:
    """The records of one side, of one kind, that have no partner at the other.

    `by_ids` files them by the namespaces that they are known in.
    """

    by_ids: defaultdict[Known, list[Record]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def strangers_to(
        self, other: _Lone, asked: Collection[str], unknown: Collection[str]
    ) -> list[Record]:
        """Return the records that may be one of the other side's, under other ids.

        What was asked about is none of them. What nobody knew at the other side is no
        reason to ask about others, unless these have no id at all.
        """
        return [
            record
            for known, records in self.by_ids.items()
            if (other.has_others_than(known, unknown) if known else other.by_ids)
            for record in records
            if record.native_id not in asked
        ]

    def has_others_than(self, known: Known, unknown: Collection[str]) -> bool:
        """Tell whether some of these, but for what nobody knew, have only other ids."""
        return any(
            ids
            and ids.isdisjoint(known)
            and any(record.native_id not in unknown for record in records)
            for ids, records in self.by_ids.items()
        )


def lacking(draft: Draft, asked: Asked, unknown: Asked) -> dict[Side, list[Record]]:
    """Return the records of each side to ask about next, none of them twice.

    Of those in `unknown` nobody knew anything. Of two sides that know their items by different ids only one has to be asked about,
    and that with fewer such items comes first.
    """
    wanted: dict[Side, dict[str, Record]] = {side: {} for side in Side}
    for side, records in _without_place(draft):
        wanted[side].update((each.native_id, each) for each in records)
    lone = _lone(draft)
    for kind in lone[Side.SOURCE].keys() & lone[Side.TARGET].keys():
        strangers = {
            side: lone[side][kind].strangers_to(
                lone[side.other][kind], asked[side], unknown[side.other]
            )
            for side in Side
        }
        if first := [side for side in Side if strangers[side]]:
            fewest = min(first, key=lambda side: len(strangers[side]))
            wanted[fewest].update((each.native_id, each) for each in strangers[fewest])
    return {
        side: [each for name, each in records.items() if name not in asked[side]]
        for side, records in wanted.items()
    }


def unplaced(draft: Draft, asked: Asked, unknown: Asked) -> dict[Side, list[Record]]:
    """Return the episodes of each side without a partner, none of them twice.

    One side may number them otherwise than the other.
    """
    lone = _lone(draft)
    return {
        side: [
            record
            for records in lone[side].get(_IN_SHOW, _Lone()).by_ids.values()
            for record in records
            if record.native_id not in asked[side]
        ]
        for side in Side
    }


def _without_place(draft: Draft) -> Iterator[tuple[Side, tuple[Record, ...]]]:
    """Yield what a side cannot be given as it knows none of the ids.

    And what nobody can tell apart, as nothing but its title is known.
    """
    for match, side in draft.nowhere:
        yield side.other, match.side(side.other)
    for match in draft.join.ambiguous:
        for side in Side:
            yield side, tuple([each for each in match.side(side) if not keys_of(each)])


def _lone(draft: Draft) -> dict[Side, dict[str, _Lone]]:
    """Return the records without a partner, by side and by kind."""
    lone: dict[Side, defaultdict[str, _Lone]]
    lone = {side: defaultdict(_Lone) for side in Side}
    for match in draft.join.matches:
        if match.source and match.target:
            continue
        for side in Side:
            for record in match.side(side):
                kind, known = _known(record)
                lone[side][kind].by_ids[known].append(record)
    return {side: dict(kinds) for side, kinds in lone.items()}


def _known(record: Record) -> tuple[str, Known]:
    """Return the kind of a record, and the namespaces that it is known in.

    Taken from its keys, as a stored record need not be taken apart for them.
    """
    keys = keys_of(record)
    if not keys:
        return _kind(record.item.kind), frozenset()
    first = keys[0]
    kind_name = _IN_SHOW if "#" in first else _kind(first.partition(":")[0])
    return kind_name, frozenset(_namespaces(keys))


def _kind(kind: str) -> str:
    """Return the kind that items are asked about as: what is in a show, by its show."""
    return _IN_SHOW if kind in (MediaKind.SEASON, MediaKind.EPISODE) else str(kind)


def _namespaces(keys: Iterable[str]) -> Iterator[str]:
    """Yield the namespaces of keys; those of a show are others than an episode's."""
    for key in keys:
        if "#" in key:
            yield f"{key.partition(':')[0]}#"
        else:
            yield key.split(":")[1]
