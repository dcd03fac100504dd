"""What a removal needs beside being wanted: no twin, and not too many of them."""

from collections.abc import Iterable

from ..ids import title_key
from ..ledger import Decision
from ..matching import Join, Match
from ..model import Side, Snapshot
from ..plan import Action, Reason, Skip
from .origins import Origins
from .rules import Rules


class Twins:
    """The items of a side by their titles: a lost item may be one of them.

    A person who replaces a file, or has it identified anew, changes its address and
    its ids at once. What looks like a removal and an addition is then the same item.
    """

    def __init__(self, joined: Join) -> None:
        """Remember the items; they are filed when a removal asks for them."""
        self._joined = joined
        self._filed: dict[Side, frozenset[str]] = {}

    def has(self, match: Match, lost_by: Side) -> bool:
        """Tell whether the side that lost an item has one of the same title.

        The other side may list it several times, under several titles.
        """
        records = match.side(lost_by.other)
        keys = {key for record in records if (key := title_key(record.item))}
        if not keys:
            return False
        if lost_by not in self._filed:
            self._filed[lost_by] = frozenset(self._titles(lost_by))
        return not keys.isdisjoint(self._filed[lost_by])

    def _titles(self, side: Side) -> Iterable[str]:
        """Yield the titles of all items of this side."""
        for match in (*self._joined.matches, *self._joined.ambiguous):
            for record in match.side(side):
                if key := title_key(record.item):
                    yield key


def is_loss(match: Match, skip: Skip) -> bool:
    """Tell whether an item stays on one side only because removals are switched off."""
    return skip.reason is Reason.REMOVING_OFF and not match.side(skip.side.other)


def is_known_loss(match: Match, skip: Skip) -> bool:
    """Tell whether an earlier run has told that an item is gone from one side.

    With removals switched off a person has to hear of it, but not for ever.
    """
    return any(
        row.gone_at(skip.side.other) is not None and row.decision == Decision.NONE
        for row in match.rows
    )


def delete_limit(rules: Rules, snapshot: Snapshot) -> int:
    """Return how many records one run may remove from a side without being asked."""
    share = int(len(snapshot.records) * rules.delete_percent / 100)
    return max(rules.delete_limit, share)


def held_removals(
    origins: Origins, rules: Rules, sides: dict[Side, Snapshot]
) -> dict[int, Reason]:
    """Return which removals wait for a person, by identity, and why.

    All of a side's removals wait where they are too many, or where the other side has
    nothing left at all; and what waits goes on waiting. Those that a person has
    approved do not count, and those that a person has dismissed stay.
    """
    held: dict[int, Reason] = {}
    removals = [
        (operation, match)
        for operation, match in origins
        if operation.action is Action.REMOVE
    ]
    for side, snapshot in sides.items():
        new: dict[int, Match] = {}
        waiting: dict[int, Match] = {}
        for operation, match in removals:
            if operation.side is not side:
                continue
            if match.row.decision == Decision.DISMISSED:
                held[id(operation)] = Reason.KEPT
            elif match.row.decision == Decision.HELD:
                waiting[id(operation)] = match
            elif match.row.decision != Decision.APPROVED:
                new[id(operation)] = match
        items = len({id(match) for match in (*new.values(), *waiting.values())})
        emptied = not sides[side.other].records and items > 1
        if emptied or items > delete_limit(rules, snapshot):
            waiting |= new
        held.update(dict.fromkeys(waiting, Reason.MASS_DELETE))
    return held
