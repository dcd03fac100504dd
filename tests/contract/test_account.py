"""What an account is apart from its records: markers, libraries, listening."""

import asyncio

import pytest

from custom_components.crosswatch.engine.model import Feature, Snapshot
from custom_components.crosswatch.engine.provider import FeatureSupport
from custom_components.crosswatch.providers.spec import Listener

from .account import check, fill, read, write
from .cases import cases, every_service, reads
from .stage import Login
from .stages import SERVICES

every_listener = pytest.mark.parametrize(
    "slug",
    [slug for slug, service in SERVICES.items() if service.listens],
)


def tells_places(support: FeatureSupport) -> bool:
    """Tell whether the account can say which library something is in."""
    return support.libraries


@every_service
async def test_capabilities(slug: str, login: Login) -> None:
    """An account can do what its provider can, and says who it is."""
    provider = login.provider()
    assert isinstance(provider, Listener) is SERVICES[slug].listens
    assert dict(provider.capabilities) == dict(login.stage.spec.load().capabilities)
    assert provider.slug == login.stage.spec.slug


@every_service
async def test_markers_of_what_was_asked_for(login: Login) -> None:
    """There are markers of nothing else, be it one feature, all or none."""
    provider = login.provider()
    features = list(provider.capabilities)
    assert await provider.activity([]) == {}
    for feature in features:
        assert (await provider.activity([feature])).keys() <= {feature}
    assert (await provider.activity(features)).keys() <= set(features)


@every_service
async def test_markers_of_all_features(login: Login) -> None:
    """A marker is the same whether it was asked for alone or with others."""
    features = list(login.stage.spec.load().capabilities)
    for feature in features:
        await fill(login, feature, 2)
    together = await login.provider().activity(features)
    for feature in features:
        alone = await login.provider().activity([feature])
        assert alone.get(feature) == together.get(feature)


@every_service
async def test_all_features_at_once(login: Login) -> None:
    """Features can be read at the same time."""
    provider = login.provider()
    features = [
        feature for feature, support in provider.capabilities.items() if support.read
    ]
    for feature in features:
        await fill(login, feature, 4)
    alone = [await login.provider().read(feature, None) for feature in features]
    at_once = await asyncio.gather(
        *(provider.read(feature, None) for feature in features)
    )
    assert [dict(each.records) for each in at_once] == [
        dict(each.records) for each in alone
    ]


@cases(reads)
async def test_nothing_to_write(login: Login, feature: Feature) -> None:
    """No operations have no outcomes."""
    assert await write(login.provider(), feature, []) == []


@cases(reads)
async def test_odd_snapshots_from_before(login: Login, feature: Feature) -> None:
    """A snapshot from before that has no marker, or another's, is no harm."""
    wanted = await fill(login, feature, 4)
    provider = login.provider()
    whole = await provider.read(feature, None)
    for marker in ("", "0", "odd", "1:2:abc"):
        empty = Snapshot(feature, {}, whole.full_read_at, marker)
        check(await read(provider, feature, empty), wanted, login.support(feature))


@cases(tells_places)
async def test_libraries(login: Login, feature: Feature) -> None:
    """Everything is in a library that the account has."""
    await fill(login, feature, 6)
    provider = login.provider()
    snapshot = await provider.read(feature, None)
    libraries = {library.library_id for library in await provider.libraries()}
    places = await provider.locate(list(snapshot.records))
    assert places.keys() == snapshot.records.keys()
    assert set(places.values()) <= libraries
    assert await provider.locate([]) == {}


@every_service
async def test_no_libraries(login: Login) -> None:
    """An account without libraries says so, and places nothing."""
    provider = login.provider()
    supports = provider.capabilities.values()
    if not any(support.libraries for support in supports):
        assert not list(await provider.libraries())
        assert not await provider.locate(["1"])


@every_listener
async def test_listening(login: Login) -> None:
    """An account that listens does so until it is told to stop, also when in vain."""
    provider = login.provider()
    assert isinstance(provider, Listener)
    for simulator in login.stage.simulators:
        simulator.faults.fail(status=503, times=1000, on_call=3)
    task = asyncio.create_task(provider.listen())
    await asyncio.sleep(0.1)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
