"""Short words for what a test does with an account."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Record,
    Snapshot,
    Value,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
)
from custom_components.crosswatch.engine.provider import FeatureSupport, Provider

from ..providers.operating import in_order, operation, written
from .cases import some
from .stage import Held, Login
from .titles import name
from .values import is_told, made

DONE = frozenset({OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE})

type Wanted = Mapping[str, tuple[Item, Value]]


async def fill(login: Login, feature: Feature, number: int) -> Wanted:
    """Let the person do something with a number of titles."""
    items = some(login.support(feature), number)
    wanted = {
        name(item): (item, made(feature, item, index))
        for index, item in enumerate(items)
    }
    for item, value in wanted.values():
        await login.stage.put(feature, item, value)
    return wanted


async def read(
    provider: Provider, feature: Feature, previous: Snapshot | None = None
) -> Snapshot:
    """Read a feature as a run does: its marker first."""
    markers = await provider.activity([feature])
    snapshot = await provider.read(feature, previous)
    return replace(snapshot, marker=markers.get(feature, ""))


def check(snapshot: Snapshot, wanted: Wanted, support: FeatureSupport) -> None:
    """Check that a snapshot says what is wanted, and nothing else."""
    found = {name(record.item): record for record in snapshot.records.values()}
    assert found.keys() == wanted.keys()
    assert len(found) == len(snapshot.records)
    assert snapshot.complete
    for key, (item, value) in wanted.items():
        record = found[key]
        assert record.seen
        assert not set(item_keys(item)).isdisjoint(record.keys), key
        assert is_told(value, record.value, support), key
        assert snapshot.records[record.native_id] is record


def is_held(
    held: Held, item: Item, value: Value, support: FeatureSupport, *, dated: bool
) -> bool:
    """Tell whether a service holds a value."""
    found = held.get(name(item))
    return found is not None and is_told(value, found, support, dated=dated)


def adding(feature: Feature, item: Item, value: Value) -> Operation:
    """Return an operation that adds."""
    return operation(item, value, feature=feature)


def updating(feature: Feature, record: Record, item: Item, value: Value) -> Operation:
    """Return an operation that changes a record to what another service says."""
    return operation(
        item,
        value,
        feature=feature,
        action=Action.UPDATE,
        before=record.value,
        keys=record.keys,
        native_ids=(record.native_id,),
    )


def removing(feature: Feature, record: Record) -> Operation:
    """Return an operation that removes a record."""
    return operation(
        record.item,
        None,
        feature=feature,
        before=record.value,
        keys=record.keys,
        native_ids=(record.native_id,),
    )


async def write(
    provider: Provider, feature: Feature, operations: Iterable[Operation]
) -> list[Outcome]:
    """Write, and return exactly one outcome for each operation, in their order."""
    sent = list(operations)
    return in_order(sent, await written(provider, feature, sent))
