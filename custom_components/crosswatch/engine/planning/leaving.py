"""Items that left the library of an account, and their records with them.

Who deletes a file does not take back that it was watched: nothing is removed elsewhere
for that, unless the target is to be a mirror.
"""

from collections.abc import Collection, Mapping

from ..ledger import Decision
from ..match import Match
from ..model import Side
from ..plan import Action, Operation
from .one_sided import GONE
from .rules import Rules

type Left = Mapping[Side, Collection[str]]


def names_lost(operation: Operation, match: Match, rules: Rules) -> frozenset[str]:
    """Return the native ids under which the other side had what is to be removed.

    None where it does not matter whether the item is still in its library.
    """
    lost_by = operation.side.other
    if (
        operation.action is not Action.REMOVE
        or operation.reason is not GONE[lost_by]
        or match.side(lost_by)
        or rules.mirrors
    ):
        return frozenset()
    names = {name for row in match.rows for name in row.native(lost_by).split("\n")}
    return frozenset(names - {""})


def has_left(
    operation: Operation, match: Match, names: frozenset[str], left: Left
) -> bool:
    """Tell whether an item has left the library of the side that lost it.

    Once it has, it stays so until that side lists it again.
    """
    if not names:
        return False
    if match.row.decision == Decision.LEFT:
        return True
    return names <= set(left.get(operation.side.other, ()))
