"""What can be written, what comes of it, and that nothing is written twice."""

from dataclasses import replace

from custom_components.crosswatch.engine.model import Feature, Record
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason

from ..providers.operating import kinds
from .account import DONE, adding, check, fill, is_held, read, removing, updating, write
from .cases import (
    adds,
    cannot_write,
    cases,
    has_specials,
    needs_ids,
    removes,
    some,
    updates,
)
from .stage import Held, Login
from .titles import DOUBLE, SPECIALS, UNKNOWN, name
from .values import made


@cases(adds)
async def test_adding(login: Login, feature: Feature) -> None:
    """What is added is there, of all kinds, and is listed from then on."""
    support, stage = login.support(feature), login.stage
    wanted = {
        name(item): (item, made(feature, item, number))
        for number, item in enumerate(some(support, 8))
    }
    provider = login.provider()
    before = await read(provider, feature)
    outcomes = await write(
        provider, feature, [adding(feature, *each) for each in wanted.values()]
    )
    assert kinds(outcomes) == [OutcomeKind.APPLIED] * len(wanted)
    held = await stage.held(feature)
    assert held.keys() == wanted.keys()
    for item, value in wanted.values():
        assert is_held(held, item, value, support, dated=stage.keeps_dates)
    for previous in (before, None):
        found = await read(login.provider(), feature, previous)
        if stage.keeps_dates:
            check(found, wanted, support)
        assert {name(each.item) for each in found.records.values()} == wanted.keys()


@cases(adds)
async def test_adding_twice(login: Login, feature: Feature) -> None:
    """A write that is repeated after a fresh look leaves everything as it is."""
    support = login.support(feature)
    operations = [
        adding(feature, item, made(feature, item, number))
        for number, item in enumerate(some(support, 5))
    ]
    await write(login.provider(), feature, operations)
    held = await login.stage.held(feature)
    assert len(held) == len(operations)
    if support.plays:
        # A play may be added as often as one likes: the engine looks first.
        return
    outcomes = await write(login.provider(), feature, operations)
    assert set(kinds(outcomes)) <= DONE
    after = await login.stage.held(feature)
    if feature is Feature.PROGRESS:
        # Some services date a position with the moment at which they are told.
        held, after = _undated(held), _undated(after)
    assert after == held


def _undated(held: Held) -> Held:
    """Return what an account holds without its dates."""
    return {name: replace(value, at=None) for name, value in held.items()}


@cases(updates)
async def test_changing(login: Login, feature: Feature) -> None:
    """What is changed is as it should be, and a repeated change changes nothing."""
    support, stage = login.support(feature), login.stage
    wanted = await fill(login, feature, 4)
    provider = login.provider()
    snapshot = await read(provider, feature)
    changed = {
        key: (item, made(feature, item, number, days=3))
        for number, (key, (item, _)) in enumerate(wanted.items())
    }
    operations = [
        updating(feature, record, *changed[name(record.item)])
        for record in snapshot.records.values()
    ]
    outcomes = await write(provider, feature, operations)
    assert kinds(outcomes) == [OutcomeKind.APPLIED] * len(operations)
    held = await stage.held(feature)
    assert held.keys() == wanted.keys()
    for item, value in changed.values():
        assert is_held(held, item, value, support, dated=stage.keeps_dates)
    if not support.plays:
        outcomes = await write(login.provider(), feature, operations)
        assert set(kinds(outcomes)) <= DONE
        assert await stage.held(feature) == held


@cases(removes)
async def test_removing(login: Login, feature: Feature) -> None:
    """What is removed is gone, and nothing else; a repeated removal does nothing."""
    wanted = await fill(login, feature, 6)
    provider = login.provider()
    snapshot = await read(provider, feature)
    doomed = list(snapshot.records.values())[::2]
    operations = [removing(feature, record) for record in doomed]
    outcomes = await write(provider, feature, operations)
    assert kinds(outcomes) == [OutcomeKind.APPLIED] * len(doomed)
    left = wanted.keys() - {name(record.item) for record in doomed}
    assert (await login.stage.held(feature)).keys() == left
    again = await write(login.provider(), feature, operations)
    assert set(kinds(again)) <= DONE | {OutcomeKind.UNRESOLVED}
    assert (await login.stage.held(feature)).keys() == left
    after = await read(login.provider(), feature, snapshot)
    assert {name(each.item) for each in after.records.values()} == left


@cases(needs_ids)
async def test_not_found(login: Login, feature: Feature) -> None:
    """What the service does not know is told so, and stops nothing else."""
    support = login.support(feature)
    known = some(support, 3)
    unknown = [item for kind, item in UNKNOWN.items() if kind in support.kinds]
    values = {
        Feature.PROGRESS: made(feature, known[0]),
    }
    operations = [
        adding(feature, item, values.get(feature) or made(feature, item))
        for item in (*unknown, *known)
    ]
    outcomes = await write(login.provider(), feature, operations)
    assert [(each.kind, each.reason) for each in outcomes[: len(unknown)]] == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    ] * len(unknown)
    assert kinds(outcomes[len(unknown) :]) == [OutcomeKind.APPLIED] * len(known)
    assert (await login.stage.held(feature)).keys() == set(map(name, known))


@cases(adds)
async def test_foreign_titles_and_specials(login: Login, feature: Feature) -> None:
    """What is written of a special is not written of another episode."""
    support = login.support(feature)
    items = [item for item in some(support, 99) if not item.label.isascii()][:4]
    if has_specials(support):
        items.append(SPECIALS[0])
    operations = [
        adding(feature, item, made(feature, item, number))
        for number, item in enumerate(items)
    ]
    outcomes = await write(login.provider(), feature, operations)
    assert kinds(outcomes) == [OutcomeKind.APPLIED] * len(items)
    assert (await login.stage.held(feature)).keys() == set(map(name, items))


@cases(adds, only=Feature.HISTORY)
async def test_second_episode_in_a_file(login: Login, feature: Feature) -> None:
    """The second episode in a file can be marked, and marking both is no more."""
    first, second = DOUBLE
    value = made(feature, second)
    outcomes = await write(login.provider(), feature, [adding(feature, second, value)])
    assert kinds(outcomes) == [OutcomeKind.APPLIED]
    found = await login.provider().read(feature, None)
    names = {name(each.item) for each in found.records.values()}
    assert name(second) in names
    assert names <= {name(first), name(second)}
    if not login.stage.shares_files:
        return
    assert name(first) in names
    held = await login.stage.held(feature)
    operations = [adding(feature, item, value) for item in DOUBLE]
    assert set(kinds(await write(login.provider(), feature, operations))) <= DONE
    assert await login.stage.held(feature) == held


@cases(cannot_write)
async def test_read_only(login: Login, feature: Feature) -> None:
    """An account that only can be read refuses each write, and is left alone."""
    await fill(login, feature, 3)
    held = await login.stage.held(feature)
    snapshot = await read(login.provider(), feature)
    login.forget_requests()
    operations = [removing(feature, record) for record in snapshot.records.values()]
    item = some(login.support(feature), 4)[3]
    operations.append(adding(feature, item, made(feature, item)))
    outcomes = await write(login.provider(), feature, operations)
    assert {(each.kind, each.reason) for each in outcomes} == {
        (OutcomeKind.FAILED, Reason.FEATURE_NOT_SUPPORTED)
    }
    assert await login.stage.held(feature) == held
    assert not login.requests()


@cases(adds)
async def test_own_writes_are_listed(login: Login, feature: Feature) -> None:
    """What is only known from our own writes gives way to what is listed then."""
    support = login.support(feature)
    wanted = dict(await fill(login, feature, 3))
    provider = login.provider()
    before = await read(provider, feature)
    added = {
        name(item): (item, made(feature, item, 20 + number))
        for number, item in enumerate(some(support, 6)[3:])
    }
    outcomes = await write(
        provider, feature, [adding(feature, *each) for each in added.values()]
    )
    noted = [
        Record(item, value, outcome.address, seen=False)
        for (item, value), outcome in zip(added.values(), outcomes, strict=True)
    ]
    for previous in (before.updated(noted), replace(before.updated(noted), marker="")):
        after = await read(login.provider(), feature, previous)
        check(after, wanted | added, support)
