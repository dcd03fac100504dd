"""What every planner asks: may this item be written, and what does a side say of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ..ids import item_keys, title_key
from ..matching import Match
from ..model import Feature, Play, Rated, Record, Side, Value, Watched
from ..plan import Action, Operation, Reason, Skip
from ..policy import FeaturePolicy
from ..provider import FeatureSupport

# Raised whenever the same facts lead to another plan than in the release before.
PLANNING_VERSION: Final = 1

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One feature of a pair: the policy, and what either account can hold."""

    feature: Feature
    policy: FeaturePolicy
    source: FeatureSupport
    target: FeatureSupport

    @property
    def rewatches(self) -> bool:
        """Tell whether every play is copied: both accounts must keep them all."""
        return self.policy.rewatches and self.source.plays and self.target.plays

    @property
    def tolerance(self) -> timedelta:
        """Return how far apart two dates of the same play may be."""
        precision = max(self.source.precision, self.target.precision)
        return max(self.policy.tolerance, precision)

    @property
    def signature(self) -> str:
        """Return a text that changes whenever a plan could come out differently."""
        parts = [str(PLANNING_VERSION), self.feature.value]
        for part in (self.policy, self.source, self.target):
            for each in fields(part):
                value = getattr(part, each.name)
                parts.append(
                    ",".join(sorted(value))
                    if isinstance(value, frozenset)
                    else str(value)
                )
        return "|".join(parts)

    def refusal(self, match: Match, value: Value) -> Reason | None:
        """Return why the target cannot or must not be given this item, or None."""
        kind = match.source[0].item.kind
        policy = self.policy
        if policy.kinds is not None and kind not in policy.kinds:
            return Reason.FILTERED
        if kind not in self.target.kinds:
            return Reason.KIND_NOT_SUPPORTED
        if policy.since and value.at and value.at < policy.since:
            return Reason.TOO_OLD
        if self.feature is Feature.HISTORY and value.at is None:
            return Reason.NO_DATE
        if self._can_be_found(match):
            return None
        return Reason.AMBIGUOUS if match.doubtful else Reason.NO_IDS

    def _can_be_found(self, match: Match) -> bool:
        """Tell whether the target can find the item by what is known of it."""
        if match.target:
            return True
        if self.target.by_title:
            return bool(match.keys) or title_key(match.source[0].item) is not None
        item = match.item if match.doubtful else match.source[0].item
        if item.show is None:
            return not self.target.ids.isdisjoint(match.item.ids)
        if item.place is not None and not self.target.ids.isdisjoint(item.show.ids):
            return True
        # An id that only repeats the show's is no key, and finds no episode.
        own = {key.split(":")[1] for key in item_keys(item) if "#" not in key}
        return not self.target.ids.isdisjoint(own)


def combined(records: Sequence[Record]) -> Value:
    """Return what a side says of an item that it may hold several times."""
    if len(records) == 1:
        return records[0].value
    newest = max(records, key=_recency).value
    if isinstance(newest, Watched):
        return replace(newest, plays=_plays_of_copies(records))
    return newest


def _plays_of_copies(records: Sequence[Record]) -> tuple[Play, ...]:
    """Return the plays of all copies of an item; one viewing may stand at several."""
    plays: list[Play] = []
    for record in records:
        if isinstance(record.value, Watched):
            known = {play.at for play in plays}
            plays += [play for play in record.value.plays if play.at not in known]
    return tuple(sorted(plays, key=lambda play: (play.at, play.native_id)))


def operation(
    match: Match, rules: Rules, action: Action, reason: Reason, value: Value
) -> Operation:
    """Return an operation on the target of a one-way pair."""
    return Operation(
        feature=rules.feature,
        side=Side.TARGET,
        action=action,
        item=match.item,
        reason=reason,
        keys=match.keys,
        value=value,
        before=combined(match.target) if match.target else None,
        native_ids=tuple([record.native_id for record in match.target]),
    )


def skip(match: Match, rules: Rules, reason: Reason) -> Skip:
    """Return that an item is left alone at the target, and why."""
    return Skip(
        feature=rules.feature,
        side=Side.TARGET,
        item=match.item,
        reason=reason,
        keys=match.keys,
    )


def _recency(record: Record) -> tuple[bool, datetime, float, str]:
    """Order values of one item: by date, then by rating, then the same every time.

    What a read listed counts for more than what we know from our own write.
    """
    rating = record.value.rating if isinstance(record.value, Rated) else 0
    return record.seen, record.value.at or _LONG_AGO, rating, record.native_id
