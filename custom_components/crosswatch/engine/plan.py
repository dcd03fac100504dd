"""Operations, what a plan skips, and the reason codes that explain both."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .model import Feature, Item, Side, Value


class Action(StrEnum):
    """What an operation does to one record."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"


class Reason(StrEnum):
    """Why something was done, or was not; codes in storage, texts in translations."""

    # Why an operation is planned.
    MISSING = "missing"
    CHANGED = "changed"
    NEW_PLAY = "new_play"
    GONE_FROM_SOURCE = "gone_from_source"
    GONE_FROM_TARGET = "gone_from_target"
    NOT_IN_SOURCE = "not_in_source"
    RESET = "reset"
    UNDO = "undo"
    BY_HAND = "by_hand"

    # Why a record is skipped.
    NO_IDS = "no_ids"
    NO_DATE = "no_date"
    AMBIGUOUS = "ambiguous"
    KIND_NOT_SUPPORTED = "kind_not_supported"
    FILTERED = "filtered"
    OTHER_LIBRARY = "other_library"
    TOO_OLD = "too_old"
    NOT_LISTED = "not_listed"
    ADDING_OFF = "adding_off"
    REMOVING_OFF = "removing_off"
    ALREADY_THERE = "already_there"
    NEWER = "newer"
    CONFLICT = "conflict"
    UNDONE = "undone"
    CHANGED_SINCE = "changed_since"
    BELOW_MINIMUM = "below_minimum"
    NEARLY_FINISHED = "nearly_finished"
    BEING_PLAYED = "being_played"
    ALREADY_WATCHED = "already_watched"
    GUESSED = "guessed"
    NOT_LOOKED_UP = "not_looked_up"
    LEFT_LIBRARY = "left_library"

    # Why an operation did not get through.
    NOT_FOUND = "not_found"
    NOT_REMOVED = "not_removed"
    QUARANTINED = "quarantined"
    ACCOUNT_LIMIT = "account_limit"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    AUTHENTICATION = "authentication"
    PROTOCOL_ERROR = "protocol_error"
    FEATURE_NOT_SUPPORTED = "feature_not_supported"
    STATE_ERROR = "state_error"
    INTERNAL_ERROR = "internal_error"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"

    # Why a guard holds something back.
    BLOCKED = "blocked"
    SUSPICIOUS_SHRINK = "suspicious_shrink"
    MASS_DELETE = "mass_delete"
    KEPT = "kept"


class Operation(NamedTuple):
    """Add, update or remove one record on one side.

    `keys` are all keys either side knows the item by. `native_ids` are the item's
    addresses on the written side, empty where it is not known there. `value` is what
    to write (for a removal None). `before` is what the side held, for an undo; of
    history, a removal takes away the plays that stand in it and no others.
    """

    feature: Feature
    side: Side
    action: Action
    item: Item
    reason: Reason
    keys: tuple[str, ...]
    value: Value | None = None
    before: Value | None = None
    native_ids: tuple[str, ...] = ()


class Skip(NamedTuple):
    """A record that is deliberately left alone, and why.

    `side` is where it would have been written.
    """

    feature: Feature
    side: Side
    item: Item
    reason: Reason
    keys: tuple[str, ...] = ()


class OutcomeKind(StrEnum):
    """What came of one operation."""

    APPLIED = "applied"
    ALREADY_THERE = "already_there"
    UNRESOLVED = "unresolved"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outcome(NamedTuple):
    """What came of one operation; exactly one for each operation that was sent.

    `native_id` is the address that the service gave the item, where it told one.
    """

    operation: Operation
    kind: OutcomeKind
    reason: Reason | None = None
    native_id: str = ""

    @property
    def address(self) -> str:
        """Return the native id to know the written record by until it is listed.

        Many services do not tell it, so that one has to be made up.
        """
        operation = self.operation
        known = next(iter(operation.native_ids), "")
        made_up = f"own:{next(iter(operation.keys), operation.item.label)}"
        return self.native_id or known or made_up


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do to one feature, and what it leaves alone and why.

    `held` are operations that a guard keeps back, each with the guard's reason.
    """

    feature: Feature
    operations: Sequence[Operation] = ()
    skips: Sequence[Skip] = ()
    held: Sequence[tuple[Operation, Reason]] = ()

    def count(self, action: Action) -> int:
        """Return how many operations of this kind are planned."""
        return sum(operation.action is action for operation in self.operations)

    def reasons(self) -> Counter[Reason]:
        """Return how often each reason for a skip occurs."""
        return Counter(skip.reason for skip in self.skips)

    def __iter__(self) -> Iterator[Operation]:
        """Iterate over the operations, in the order in which they are sent."""
        return iter(self.operations)
