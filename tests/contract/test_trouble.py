"""Services that are busy, down, cut off or talk nonsense, at any request."""

import pytest

from custom_components.crosswatch.engine.model import Feature, Snapshot, Watched
from custom_components.crosswatch.engine.plan import Operation, Outcome, OutcomeKind
from custom_components.crosswatch.engine.provider import (
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)

from .account import DONE, adding, check, fill, read
from .cases import adds, cases, reads, some
from .stage import Login
from .titles import name
from .trouble import (
    BROKEN,
    BUSY,
    BUSY_FOR_A_SECOND,
    BUSY_FOR_HOURS,
    CUT,
    CUT_AFTER,
    DOWN,
    HALF,
    NONSENSE,
    PAGE,
    Trouble,
    befall,
    places,
    relieve,
)
from .values import made, moment


@cases(reads, login=True)
async def test_three_pages(
    login: Login, feature: Feature, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that comes in pages is read to its end."""
    wanted = await fill(login, feature, 99)
    # Some ask for the ids of a title only once.
    await login.provider().read(feature, None)
    login.forget_requests()
    snapshot = await login.provider().read(feature, None)
    at_once = login.requests()
    login.forget_requests()
    login.stage.small_pages(monkeypatch)
    in_pages = await login.provider().read(feature, None)
    check(in_pages, wanted, login.support(feature))
    assert dict(in_pages.records) == dict(snapshot.records)
    if login.stage.has_pages(feature):
        assert login.requests() >= at_once + 2


@cases(reads, login=True)
@pytest.mark.parametrize("trouble", [BROKEN, NONSENSE], ids=["broken", "nonsense"])
async def test_no_part_of_a_list(
    login: Login, feature: Feature, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever request fails for good: there is the whole list, or an error."""
    login.stage.small_pages(monkeypatch)
    wanted = await fill(login, feature, 9)
    before = await read(login.provider(), feature)
    failed = 0
    for simulator, number in await places(
        login.stage, lambda: login.provider().read(feature, None)
    ):
        trouble.befall(simulator, number)
        try:
            snapshot = await login.provider().read(feature, None)
        except ProviderError:
            failed += 1
        else:
            check(snapshot, wanted, login.support(feature))
        relieve(login.stage)
    assert failed
    after = await read(login.provider(), feature, before)
    check(after, wanted, login.support(feature))


@cases(reads, login=True)
@pytest.mark.parametrize(
    "trouble",
    [BUSY, BUSY_FOR_A_SECOND, HALF],
    ids=["busy", "busy_for_a_second", "half"],
)
async def test_short_trouble(
    login: Login, feature: Feature, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever request of a read fails once is made again."""
    login.stage.small_pages(monkeypatch)
    wanted = await fill(login, feature, 5)
    for simulator, number in await places(
        login.stage, lambda: login.provider().read(feature, None)
    ):
        trouble.befall(simulator, number)
        snapshot = await login.provider().read(feature, None)
        check(snapshot, wanted, login.support(feature))
        relieve(login.stage)


@cases(reads, login=True)
async def test_down(login: Login, feature: Feature) -> None:
    """A service that is down says so, and is no empty account."""
    await fill(login, feature, 2)
    befall(login.stage, DOWN)
    provider = login.provider()
    for previous in (None, Snapshot.of(feature, (), moment(0))):
        with pytest.raises(ProviderUnavailableError):
            await provider.read(feature, previous)
    with pytest.raises(ProviderUnavailableError):
        await provider.identify()


@cases(reads, login=True)
async def test_asked_to_wait(login: Login, feature: Feature) -> None:
    """A service that asks to wait for long is not asked again."""
    await fill(login, feature, 2)
    befall(login.stage, BUSY_FOR_HOURS)
    with pytest.raises(RateLimitedError) as error:
        await login.provider().read(feature, None)
    assert error.value.retry_after == 7200


@cases(adds, login=True)
async def test_write_to_what_is_down(login: Login, feature: Feature) -> None:
    """Nothing is claimed of a service that is down."""
    item, *_ = some(login.support(feature), 1)
    operation = adding(feature, item, made(feature, item))
    for trouble in (DOWN, BUSY_FOR_HOURS):
        befall(login.stage, trouble)
        outcomes, error = await try_to_write(login, feature, [operation])
        assert error or outcomes
        assert not {each.kind for each in outcomes} & DONE
        assert error is None or not error.maybe_sent or trouble is DOWN
        relieve(login.stage)
        assert not await login.stage.held(feature)


@cases(adds, login=True)
@pytest.mark.parametrize(
    "trouble",
    [BUSY, BUSY_FOR_A_SECOND, CUT, CUT_AFTER, BROKEN, PAGE],
    ids=["busy", "busy_for_a_second", "cut", "cut_after", "broken", "page"],
)
async def test_trouble_while_writing(
    login: Login, feature: Feature, trouble: Trouble
) -> None:
    """Whichever request of a write fails: what is claimed is so, and nothing twice."""
    operations = [
        adding(feature, item, made(feature, item, number))
        for number, item in enumerate(some(login.support(feature), 3))
    ]
    for simulator, number in await places(
        login.stage, lambda: try_to_write(login, feature, operations)
    ):
        await clear(login, feature)
        relieve(login.stage)
        trouble.befall(simulator, number)
        outcomes, error = await try_to_write(login, feature, operations)
        relieve(login.stage)
        await agrees(login, feature, operations, outcomes, error)


async def try_to_write(
    login: Login, feature: Feature, operations: list[Operation]
) -> tuple[list[Outcome], ProviderError | None]:
    """Write, and return the outcomes until there was an error."""
    outcomes: list[Outcome] = []
    try:
        async for outcome in login.provider().write(feature, operations):
            outcomes.append(outcome)  # noqa: PERF401
    except ProviderError as err:
        return outcomes, err
    return outcomes, None


async def agrees(
    login: Login,
    feature: Feature,
    operations: list[Operation],
    outcomes: list[Outcome],
    error: ProviderError | None,
) -> None:
    """Check that the service holds what was claimed, and nothing twice."""
    held = await login.stage.held(feature)
    told = {id(outcome.operation): outcome.kind for outcome in outcomes}
    assert len(told) == len(outcomes)
    assert error is not None or len(told) == len(operations)
    for operation in operations:
        is_there = name(operation.item) in held
        kind = told.get(id(operation))
        if kind in DONE:
            assert is_there, operation
        elif kind is OutcomeKind.FAILED or (
            kind is None and error is not None and not error.maybe_sent
        ):
            assert not is_there, operation
        assert kind is not OutcomeKind.UNRESOLVED
    for value in held.values():
        assert not isinstance(value, Watched) or value.count == 1


async def clear(login: Login, feature: Feature) -> None:
    """Undo all that the service holds."""
    for item in some(login.support(feature), 3):
        if name(item) in await login.stage.held(feature):
            await login.stage.put(feature, item, None)
    assert not await login.stage.held(feature)
