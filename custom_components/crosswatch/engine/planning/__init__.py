"""From two snapshots, the ledger and the pair's policy to a plan; pure functions."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from ..ledger import LedgerRow
from ..matching import Match, join
from ..model import Feature, Side, Snapshot
from .drafting import Draft, Drafting
from .gates import Gates, Unanswered
from .leaving import Left
from .position import plan_progress
from .presence import plan_presence
from .rating import plan_ratings
from .rewatch import plan_rewatches
from .rules import Rules, Steps
from .watched import WatchedBySide

__all__ = ["Draft", "plan_feature"]

type Planner = Callable[[Match, Rules], Steps]

_NOTHING: Final[WatchedBySide] = {}
_ANSWERED: Final[Unanswered] = {}
_NOBODY: Final[Left] = {}


def plan_feature(
    source: Snapshot,
    target: Snapshot,
    ledger: Sequence[LedgerRow],
    rules: Rules,
    *,
    now: datetime,
    retry: bool = False,
    watched: WatchedBySide = _NOTHING,
    unanswered: Unanswered = _ANSWERED,
    left: Left = _NOBODY,
) -> Draft:
    """Plan one feature of a pair: what either side is to be given, or to lose.

    A one-way pair is planned like any other, only that its source is never written.
    `retry` also sends what is in quarantine, because a person asked for it. `watched`
    is what was watched on the sides that an earlier draft wants to have asked.
    `unanswered` are the records, by side and native id, of which nobody could be asked
    what they are: until then, nothing is written for them, and nothing is removed.
    `left` are the items, by side and native id, that have left their libraries.
    """
    joined = join(source, target, ledger)
    gates = Gates.of(rules, now, retry=retry, unanswered=unanswered)
    drafting = Drafting(rules, joined, gates, watched, left)
    planner = _planner(rules)
    for match in joined.matches:
        for step in planner(match, rules):
            drafting.take(step, match)
    return drafting.finish({Side.SOURCE: source, Side.TARGET: target})


def _planner(rules: Rules) -> Planner:
    """Return the planner that these rules ask for."""
    match rules.feature:
        case Feature.RATINGS:
            return plan_ratings
        case Feature.PROGRESS:
            return plan_progress
        case Feature.HISTORY if rules.rewatches:
            return plan_rewatches
    return plan_presence
