"""What a test asks of an account, and what came of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Progress,
    Rated,
    Side,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import Provider

FEATURES = {
    Watched: Feature.HISTORY,
    Rated: Feature.RATINGS,
    Progress: Feature.PROGRESS,
    Listed: Feature.WATCHLIST,
}


def operation(
    item: Item,
    value: Value | None,
    *,
    feature: Feature = Feature.HISTORY,
    action: Action | None = None,
    before: Value | None = None,
    native_ids: Sequence[str] = (),
    keys: Sequence[str] | None = None,
) -> Operation:
    """Return an operation; without a value it removes, unless it is told otherwise."""
    return Operation(
        feature=feature,
        side=Side.TARGET,
        action=action or (Action.REMOVE if value is None else Action.ADD),
        item=item,
        reason=Reason.MISSING,
        keys=item_keys(item) if keys is None else tuple(keys),
        value=value,
        before=before,
        native_ids=tuple(native_ids),
    )


@dataclass(frozen=True, slots=True)
class OperationOn[Title]:
    """Makes operations on a service's titles, which `item` tells as others know them.

    What an operation is about follows from its value, or from that of before.
    """

    item: Callable[[Title], Item]

    def __call__(
        self,
        what: Item | Title,
        value: Value | None = None,
        action: Action = Action.ADD,
        *,
        feature: Feature | None = None,
        before: Value | None = None,
        native_ids: Sequence[str] = (),
    ) -> Operation:
        """Return an operation; also a removal is called so."""
        return operation(
            what if isinstance(what, Item) else self.item(what),
            value,
            feature=feature or FEATURES[type(value or before or Listed())],
            action=action,
            before=before,
            native_ids=native_ids,
        )


async def written(
    provider: Provider, feature: Feature, operations: Sequence[Operation]
) -> list[Outcome]:
    """Return all outcomes of a write, as they came."""
    return [outcome async for outcome in provider.write(feature, operations)]


async def write(provider: Provider, operations: Sequence[Operation]) -> list[Outcome]:
    """Write, and return the outcomes in the order of the operations."""
    outcomes = await written(provider, operations[0].feature, operations)
    return in_order(operations, outcomes)


async def write_told(
    provider: Provider, feature: Feature, operations: Sequence[Operation]
) -> list[tuple[OutcomeKind, Reason | None]]:
    """Write, and return what came of each operation, in their order."""
    outcomes = in_order(operations, await written(provider, feature, operations))
    return [(outcome.kind, outcome.reason) for outcome in outcomes]


def in_order(
    operations: Sequence[Operation], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Return exactly one outcome for each operation, in their order."""
    told = {id(outcome.operation): outcome for outcome in outcomes}
    assert len(told) == len(outcomes) == len(operations)
    return [told[id(operation)] for operation in operations]


def kinds(outcomes: Iterable[Outcome]) -> list[OutcomeKind]:
    """Return only what came of each operation."""
    return [outcome.kind for outcome in outcomes]
