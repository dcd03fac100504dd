"""What every planner asks: may this item be written, and what does a side say of it."""

from collections import Counter
from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Final

from ..block_lists import Blocks
from ..codec import encode_value, value_text
from ..ids import item_keys, title_key
from ..matching import Match
from ..model import (
    Feature,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Side,
    Value,
    Watched,
)
from ..plan import Action, Operation, Reason, Skip
from ..policy import FeaturePolicy, Mode, Prefer, RemoveMode
from ..provider import FeatureSupport

# Raised whenever the same facts lead to another plan than in the release before.
PLANNING_VERSION: Final = 4

type Steps = Sequence[Operation | Skip]

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One feature of a pair: the policy, and what either account can hold.

    `left_out` are keys of items that an account wants to be left alone. In the
    `first_run` all that the accounts hold was there before the pair was.
    """

    feature: Feature
    policy: FeaturePolicy
    source: FeatureSupport
    target: FeatureSupport
    mode: Mode = Mode.ONE_WAY
    prefer: Prefer = Prefer.NEWEST
    delete_limit: int = 5
    delete_percent: float = 10.0
    blocks: Blocks = field(default_factory=Blocks)
    left_out: frozenset[str] = frozenset()
    first_run: bool = False

    @property
    def two_way(self) -> bool:
        """Tell whether both sides may be written."""
        return self.mode is Mode.TWO_WAY

    @property
    def mirrors(self) -> bool:
        """Tell whether the target is to lose what the source does not have."""
        policy = self.policy
        mirror = policy.remove_mode is RemoveMode.MIRROR
        return policy.remove and mirror and not self.two_way

    @property
    def rewatches(self) -> bool:
        """Tell whether every play is copied: both accounts must keep them all."""
        wanted = self.policy.rewatches and self.feature is Feature.HISTORY
        return wanted and self.source.plays and self.target.plays

    @property
    def tolerance(self) -> timedelta:
        """Return how far apart two dates of the same play may be."""
        precision = max(self.source.precision, self.target.precision)
        return max(self.policy.tolerance, precision)

    @property
    def rating_step(self) -> float:
        """Return the distance between ratings that both accounts can hold."""
        return max(self.source.rating_step, self.target.rating_step)

    @property
    def signature(self) -> str:
        """Return a text that changes whenever a plan could come out differently."""
        own = [getattr(self, each.name) for each in fields(self)]
        others = (self.policy, self.policy.progress, self.source, self.target)
        texts = [
            ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
            for value in chain(own, *others)
            if value not in (self.policy, self.source, self.target)
        ]
        return "|".join([str(PLANNING_VERSION), *texts])

    def support(self, side: Side) -> FeatureSupport:
        """Return what the account on this side can hold."""
        return self.source if side is Side.SOURCE else self.target

    def writes(self, side: Side) -> bool:
        """Tell whether this side may be written."""
        return side is Side.TARGET or self.two_way

    def refusal(self, match: Match, side: Side, value: Value) -> Reason | None:
        """Return why this side cannot or must not be given this item, or None."""
        kind = match.side(side.other)[0].item.kind
        if reason := self.out_of_scope(match, kind, value):
            return reason
        if kind not in self.support(side).kinds:
            return Reason.KIND_NOT_SUPPORTED
        if self.feature is Feature.HISTORY and value.at is None:
            return Reason.NO_DATE
        if self._can_be_found(match, side):
            return None
        return Reason.AMBIGUOUS if match.doubtful else Reason.NO_IDS

    def out_of_scope(
        self, match: Match, kind: MediaKind, value: Value
    ) -> Reason | None:
        """Return by which filter a person left this item out of the pair, or None."""
        policy = self.policy
        if policy.kinds is not None and kind not in policy.kinds:
            return Reason.FILTERED
        if self.left_out and not self.left_out.isdisjoint(_all_keys(match)):
            return Reason.FILTERED
        for side, chosen in (
            (Side.SOURCE, policy.libraries),
            (Side.TARGET, policy.target_libraries),
        ):
            if chosen and self.support(side).libraries:
                libraries = _libraries(match, side)
                # An item whose library is not known is in none that was chosen.
                if libraries is not None and chosen.isdisjoint(libraries):
                    return Reason.OTHER_LIBRARY
        if policy.since and value.at and value.at < policy.since:
            return Reason.TOO_OLD
        return None

    def _can_be_found(self, match: Match, side: Side) -> bool:
        """Tell whether a side can find the item by what is known of it."""
        support = self.support(side)
        if match.side(side):
            return True
        # What is sent: of several copies each may know a part of it.
        item = match.item
        if support.by_title:
            return bool(match.keys) or title_key(item) is not None
        if item.show is None:
            return not support.ids.isdisjoint(item.ids)
        if item.place is not None and not support.ids.isdisjoint(item.show.ids):
            return True
        # An id that only repeats the show's is no key, and finds no episode.
        own = {key.split(":")[1] for key in item_keys(item) if "#" not in key}
        return not support.ids.isdisjoint(own)


def _all_keys(match: Match) -> set[str]:
    """Return the keys of an item, and of its show."""
    show = match.item.show
    return {*match.keys, *(item_keys(show) if show else ())}


def combined(records: Sequence[Record]) -> Value:
    """Return what a side says of an item that it may hold several times."""
    if len(records) == 1:
        return records[0].value
    newest = max(records, key=_recency).value
    if isinstance(newest, Watched):
        return replace(newest, plays=_plays_of_copies(records))
    return newest


def _plays_of_copies(records: Sequence[Record]) -> tuple[Play, ...]:
    """Return the plays of all copies of an item; one viewing may stand at several.

    Of one moment there are as many as the copy with the most of them has.
    """
    plays: list[Play] = []
    known: Counter[datetime] = Counter()
    for record in sorted(records, key=attrgetter("native_id")):
        if isinstance(record.value, Watched):
            own: Counter[datetime] = Counter()
            for play in record.value.plays:
                own[play.at] += 1
                if own[play.at] > known[play.at]:
                    plays.append(play)
            known |= own
    return tuple(sorted(plays, key=lambda play: (play.at, play.native_id)))


def plays_at_copies(records: Sequence[Record], play: Play) -> tuple[Play, ...]:
    """Return a play of an item with those that stand for it at other copies of it."""
    if len(records) == 1:
        return (play,)
    same = [
        [each for each in record.value.plays if each.at == play.at]
        for record in records
        if isinstance(record.value, Watched)
    ]
    place = next((plays.index(play) for plays in same if play in plays), 0)
    return tuple([plays[place] for plays in same if len(plays) > place])


def _whole(records: Sequence[Record]) -> Value:
    """Return all that a side says of an item: what stands at several copies is told."""
    value = combined(records)
    if len(records) == 1 or not isinstance(value, Watched):
        return value
    plays = [
        play
        for record in records
        if isinstance(record.value, Watched)
        for play in record.value.plays
    ]
    plays.sort(key=lambda play: (play.at, play.native_id))
    return replace(value, plays=tuple(plays))


def _libraries(match: Match, side: Side) -> list[str] | None:
    """Return the libraries that a side has an item in, or had it in before it was gone.

    None for a side that never had it.
    """
    if records := match.side(side):
        return [record.library for record in records]
    had = [row for row in match.rows if row.seen_at(side) is not None]
    if not had:
        return None
    return [name for row in had for name in row.library(side).split(" ")]


def libraries_of(records: Sequence[Record]) -> str:
    """Return the libraries that records are in as text, as the ledger keeps them."""
    if len(records) == 1:
        return records[0].library
    return " ".join(dict.fromkeys([each.library for each in records if each.library]))


def side_text(records: Sequence[Record]) -> str:
    """Return what a side says of an item as text, empty where it lacks the item."""
    if not records:
        return ""
    if len(records) == 1:
        return value_text(records[0])
    return encode_value(combined(records))


def operation(
    match: Match, rules: Rules, side: Side, action: Action, reason: Reason, value: Value
) -> Operation:
    """Return an operation that writes a value to this side."""
    records = match.side(side)
    return Operation(
        feature=rules.feature,
        side=side,
        action=action,
        item=match.item,
        reason=reason,
        keys=match.keys,
        value=value,
        before=combined(records) if records else None,
        native_ids=tuple([record.native_id for record in records]),
    )


def removal(
    match: Match, rules: Rules, side: Side, reason: Reason, value: Value | None = None
) -> Operation:
    """Return an operation that takes an item from this side, or only `value` of it."""
    records = match.side(side)
    return Operation(
        feature=rules.feature,
        side=side,
        action=Action.REMOVE,
        item=match.item,
        reason=reason,
        keys=match.keys,
        before=value or _whole(records),
        native_ids=tuple([record.native_id for record in records]),
    )


def skip(match: Match, rules: Rules, side: Side, reason: Reason) -> Skip:
    """Return that an item is left alone on this side, and why."""
    return Skip(
        feature=rules.feature,
        side=side,
        item=match.item,
        reason=reason,
        keys=match.keys,
    )


def _recency(record: Record) -> tuple[bool, bool, datetime, float, str]:
    """Order values of one item: by date, then by rating, then the same every time.

    A copy that nobody has rated or played says nothing of the item, whatever its date.
    And what a read listed counts for more than what we know from our own write.
    """
    says, rating = True, 0.0
    match record.value:
        case Rated(rating=rating):
            says = rating > 0
        case Progress(None, _, None, playing=False, watched=False):
            says = False
    return says, record.seen, record.value.at or _LONG_AGO, rating, record.native_id
