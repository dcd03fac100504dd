"""Several users of one Jellyfin server, and what each of them may see."""

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Library,
    Listed,
    Progress,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind, Reason
from custom_components.crosswatch.providers.jellyfin import SPEC
from custom_components.crosswatch.providers.jellyfin.provider import JellyfinProvider
from custom_components.crosswatch.providers.sign_in import SignedIn

from ..simulators.jellyfin import User
from .jellyfin_world import World, a_world, provider_for
from .mediabrowser_world import answers, as_item, context, moment
from .operating import operation, written
from .worlds import world_of

MINUTE = 60_000
VALUES: dict[Feature, Value] = {
    Feature.HISTORY: Watched(moment(3)),
    Feature.WATCHLIST: Listed(),
    Feature.RATINGS: Rated(8),
    Feature.PROGRESS: Progress(30 * MINUTE, at=moment(2)),
}
APPLIED = (OutcomeKind.APPLIED, None)
NOT_FOUND = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)

world = world_of(a_world)


async def account_of(world: World, user: User) -> JellyfinProvider:
    """Return the account of a further user of the server."""
    sign_in = SPEC.load_sign_in().sign_in(context(world.session, world.limiters))
    signed_in = await sign_in.begin(
        answers(world.server.url, username=user.name, password=user.password)
    )
    assert isinstance(signed_in, SignedIn)
    return provider_for(signed_in.data, world.session, world.limiters)


@pytest.mark.parametrize("feature", list(VALUES))
async def test_each_has_records_of_their_own(world: World, feature: Feature) -> None:
    """What one user writes is nobody else's."""
    ann = world.server.add_user("Ann", "secret")
    provider = await account_of(world, ann)
    film = world.seeded.films[0]
    known = await provider.identify()
    assert known.account_id != (await world.provider.identify()).account_id
    before = dict(await provider.activity([feature]))
    put = operation(as_item(film), VALUES[feature], feature=feature)
    assert await world.write(feature, put) == [APPLIED]
    assert set(await world.read(feature)) == {film.id}
    assert (await provider.read(feature, None)).records == {}
    assert dict(await provider.activity([feature])) == before
    assert not ann.data


@pytest.mark.parametrize("feature", list(VALUES))
async def test_what_a_user_may_not_see(world: World, feature: Feature) -> None:
    """A library that is not shared with a user is neither read nor written."""
    seeded = world.seeded
    ann = world.server.add_user("Ann", "secret", libraries=[seeded.movies])
    provider = await account_of(world, ann)
    episode, film = seeded.episodes[0], seeded.films[0]
    hidden = seeded.series[0] if feature is Feature.WATCHLIST else episode
    operations = [
        operation(as_item(item), VALUES[feature], feature=feature)
        for item in (hidden, film)
    ]
    outcomes = await written(provider, feature, operations)
    told = {id(one.operation): (one.kind, one.reason) for one in outcomes}
    assert [told[id(one)] for one in operations] == [NOT_FOUND, APPLIED]
    snapshot = await provider.read(feature, None)
    assert set(snapshot.records) == {film.id}
    # What had been shared before was not taken away by the user.
    world.server.state.data(ann, hidden).favourite = True
    world.server.state.data(ann, hidden).played = True
    assert set((await provider.read(feature, snapshot)).records) == {film.id}


async def test_a_library_that_the_user_hides(world: World) -> None:
    """Who hides a library at home can choose it all the same."""
    seeded = world.seeded
    world.user.hides = frozenset({seeded.movies.id})
    assert Library(seeded.movies.id, "Movies") in await world.provider.libraries()
    film = seeded.films[0]
    assert await world.provider.locate([film.id]) == {film.id: seeded.movies.id}
