"""A plan in the making: what passes the gates, what is held, and what is left alone."""

from collections.abc import Collection, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Final

from ..ledger import Decision
from ..matching import Join, Match
from ..model import Feature, Progress, Side, Snapshot
from ..plan import Action, Operation, Plan, Reason, Skip
from .gates import Gates
from .leaving import Left, has_left, names_lost
from .one_sided import had_it
from .origins import Origins
from .position import not_now
from .removals import Twins, held_removals, is_known_loss, is_loss
from .rules import Rules, skip
from .watched import WatchedBySide, when_watched

_ORDER: Final = {Action.REMOVE: 0, Action.UPDATE: 1, Action.ADD: 2}


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan with the join and the rules that it rests on.

    `origins` finds the match of an operation.
    `open` are the matches for which something wanted is not sent, and `decisions`
    what was decided on some, both by the identity of the match. Before anything is
    removed, the sides in `doubtful` are to be read once more, afresh. `quiet` are
    items left alone of which an earlier run has told, and `once` the skips, by their
    identities, that no later run has to tell of. With `again` the next run has to
    plan anew, whether anything changes or not. The histories of the sides in `unasked`
    tell whether items are missing there because they were watched. The sides in
    `nowhere` know no id of these items. `gone` are the native ids, by the side that
    lost them, of what is to be removed: it may only have left a library there.
    """

    plan: Plan
    join: Join
    rules: Rules
    origins: Origins
    open: frozenset[int] = frozenset()
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    doubtful: frozenset[Side] = frozenset()
    quiet: Sequence[Skip] = ()
    again: bool = False
    unasked: frozenset[Side] = frozenset()
    once: frozenset[int] = frozenset()
    nowhere: Sequence[tuple[Match, Side]] = ()
    gone: Mapping[Side, Collection[str]] = field(default_factory=dict)


class Drafting:
    """A plan in the making."""

    def __init__(
        self,
        rules: Rules,
        joined: Join,
        closed: Gates,
        watched: WatchedBySide,
        left: Left,
    ) -> None:
        """Begin with what no plan is made for: nobody knows which item it is."""
        self.rules = rules
        self.joined = joined
        self.gates = closed
        self.watched = watched
        self.left = left
        self.droppers = [side for side in Side if rules.support(side).drops_watched]
        self.twins = Twins(joined)
        self.operations: list[Operation] = []
        self.held: list[tuple[Operation, Reason]] = []
        self.skips: list[Skip] = []
        self.quiet: list[Skip] = []
        self.matches: list[Match] = []
        self.open: set[int] = set()
        self.decisions: dict[int, Decision] = {}
        self.doubtful: set[Side] = set()
        self.unasked: set[Side] = set()
        self.once: set[int] = set()
        self.nowhere: list[tuple[Match, Side]] = []
        self.gone: dict[Side, set[str]] = {side: set() for side in Side}
        self.again = False
        for match in joined.ambiguous:
            for side in Side:
                if rules.writes(side) and match.side(side.other):
                    self.skips.append(skip(match, rules, side, Reason.AMBIGUOUS))

    def take(self, step: Operation | Skip, match: Match) -> None:
        """Take a step of an item into the plan, unless a gate is closed to it."""
        if isinstance(step, Skip):
            told = is_loss(match, step) and is_known_loss(match, step)
            (self.quiet if told else self.skips).append(step)
            if is_loss(match, step):
                self.once.add(id(step))
            if step.reason is Reason.NO_IDS:
                self.nowhere.append((match, step.side))
            self.open.add(id(match))
            return
        removes = step.action is Action.REMOVE
        if self._is_blocked(step, match):
            self.held.append((step, Reason.BLOCKED))
            self.open.add(id(match))
            return
        if reason := self.gates.refusal(step, match):
            self._refuse(step, match, reason)
            return
        if reason := self._is_watched(step, match):
            self._refuse(step, match, reason)
            return
        if not removes and step.feature is Feature.PROGRESS:
            step = self._knowing_what_was_watched(step, match)
        if removes and not match.side(step.side.other) and self.twins.has(step):
            self._refuse(step, match, Reason.AMBIGUOUS)
            return
        lost = names_lost(step, match, self.rules)
        if has_left(step, match, lost, self.left):
            self._leave(step, match)
            return
        if removes:
            self.doubtful.add(step.side.other)
            self.gone[step.side.other] |= lost
        elif match.rows and not match.side(step.side) and had_it(match, step.side):
            # One bad answer must not have it written a second time.
            self.doubtful.add(step.side)
        self.operations.append(step)
        self.matches.append(match)

    def _is_blocked(self, step: Operation, match: Match) -> bool:
        """Tell whether a person has blocked an item, as either side knows it."""
        blocks = self.rules.blocks.side(step.side)
        return bool(blocks.blocks) and any(
            blocks.holds(record.item, step.keys)
            for record in (*match.source, *match.target)
        )

    def _is_watched(self, step: Operation, match: Match) -> Reason | None:
        """Return why an item is left alone that was watched, or None.

        Its account may have dropped it for that, or say so in its history alone.
        """
        for side in self.droppers:
            if not match.side(side) and had_it(match, side):
                return Reason.ALREADY_WATCHED if self._watched(match, side) else None
        if step.feature is not Feature.PROGRESS or step.action is Action.REMOVE:
            return None
        held = self._finished(step, match)
        if held is None or not isinstance(step.value, Progress):
            return None
        return not_now(step.value, held, self.rules)

    def _knowing_what_was_watched(self, step: Operation, match: Match) -> Operation:
        """Return an operation that tells its account of what it replays."""
        held = self._finished(step, match)
        if held is None:
            return step
        before = step.before if isinstance(step.before, Progress) else held
        return replace(step, before=replace(before, watched=True))

    def _finished(self, step: Operation, match: Match) -> Progress | None:
        """Return that a side has watched an item to its end, or None."""
        moments = self._watched(match, step.side)
        if not moments:
            return None
        known = [moment for moment in moments if moment is not None]
        return Progress(at=max(known, default=None), watched=True)

    def _watched(self, match: Match, side: Side) -> list[datetime | None]:
        """Return when a side has watched an item, as far as that was asked for yet."""
        if side not in self.watched:
            self.unasked.add(side)
            return []
        return when_watched(match, self.watched[side])

    def _refuse(self, step: Operation, match: Match, reason: Reason) -> None:
        """Leave an item alone, for the reason that a gate gave."""
        self.skips.append(skip(match, self.rules, step.side, reason))
        if reason is not Reason.NOT_LISTED:
            self.open.add(id(match))
        elif step.action is Action.REMOVE:
            # It may well be there: it was only never listed since it was written.
            self.open.add(id(match))
            self.doubtful |= {step.side, step.side.other}
        # A play has to be missing twice before it is sent again.
        self.again |= (reason, step.reason) == (Reason.NOT_LISTED, Reason.NEW_PLAY)
        if reason is Reason.UNDONE:
            self.decisions[id(match)] = Decision.UNDONE

    def _leave(self, step: Operation, match: Match) -> None:
        """Leave an item alone whose other side lost it with its file, and tell once."""
        left = skip(match, self.rules, step.side, Reason.LEFT_LIBRARY)
        if match.row.decision == Decision.LEFT:
            self.quiet.append(left)
        else:
            self.skips.append(left)
            self.once.add(id(left))
        self.open.add(id(match))
        self.decisions[id(match)] = Decision.LEFT

    def finish(self, sides: dict[Side, Snapshot]) -> Draft:
        """Hold back too many removals, and return the plan in order of sending."""
        origins = Origins(self.operations, self.matches)
        waiting = held_removals(origins, self.rules, sides)
        kept: list[Operation] = []
        for each, match in origins:
            if reason := waiting.get(id(each)):
                self.held.append((each, reason))
                self.open.add(id(match))
                is_kept = reason is Reason.KEPT
                decided = Decision.DISMISSED if is_kept else Decision.HELD
                self.decisions[id(match)] = decided
            else:
                kept.append(each)
                if match.rows and match.row.decision == Decision.APPROVED:
                    self.decisions[id(match)] = Decision.APPROVED
        # Numbers as keys: a tuple for each would be one more object to look after.
        kept.sort(key=_moment)
        kept.sort(key=_step)
        return Draft(
            Plan(self.rules.feature, kept, self.skips, self.held),
            self.joined,
            self.rules,
            origins,
            frozenset(self.open),
            self.decisions,
            frozenset(self.doubtful),
            self.quiet,
            self.again,
            frozenset(self.unasked),
            frozenset(self.once),
            self.nowhere,
            self.gone,
        )


def _moment(operation: Operation) -> float:
    """Order operations by the date of what they write, the undated first."""
    at = operation.value.at if operation.value else None
    return at.timestamp() if at else -inf


def _step(operation: Operation) -> int:
    """Order operations by the side and by what they do.

    The target comes first, and what is removed: what leaves makes room, and what comes
    back under other ids is not removed again.
    """
    first = 0 if operation.side is Side.TARGET else len(_ORDER)
    return first + _ORDER[operation.action]
