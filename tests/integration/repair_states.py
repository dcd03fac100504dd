"""How pairs come to need a person: what each repair is about, made to happen."""

from homeassistant.core import HomeAssistant
from tests.simulators.trakt import TraktSimulator

from .repair_world import World, take
from .runs import listed, put
from .trakt_world import TraktWorld

# Films that the account of the pair does not know.
UNKNOWN = range(5)
# Films that the source has, and what it loses of them: more than a run may remove
# unasked, and more than is believed.
FILMS, TOO_MANY = 20, range(8)
MANY_FILMS, LOST = 30, range(28)


async def with_little_room(hass: HomeAssistant, trakt: TraktSimulator) -> TraktWorld:
    """Return a pair to an account with room for four films."""
    world = await TraktWorld.begin(hass, trakt)
    world.publish(*range(20))
    trakt.alice.limits.watchlist = 4
    return world


async def filled_up(world: TraktWorld) -> TraktWorld:
    """Return the pair after its account took four of ten films."""
    await put(world.home, listed(*range(10)))
    run = await world.sync()
    assert (run["added"], run["unresolved"]) == (4, 6)
    return world


async def with_unknown_films(hass: HomeAssistant, trakt: TraktSimulator) -> TraktWorld:
    """Return a pair to an account that knows the films from 100 on."""
    world = await TraktWorld.begin(hass, trakt)
    world.publish(*range(100, 110))
    return world


async def got_stuck(world: TraktWorld) -> TraktWorld:
    """Return the pair with five films in quarantine, of which a person was told."""
    await put(world.home, listed(*UNKNOWN, 100))
    for _ in range(4):
        assert (await world.sync())["unresolved"] == len(UNKNOWN)
    return world


async def lost_many(world: World) -> World:
    """Return the pair after it found eight of twenty films gone."""
    await take(world.home, *TOO_MANY)
    run = await world.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("blocked", 0, 8)
    return world


async def lost_nearly_all(hass: HomeAssistant) -> World:
    """Return a pair whose source has just lost all but two of its films."""
    world = await World.begin(hass, MANY_FILMS)
    await take(world.home, *LOST)
    run = await world.sync()
    assert (run["status"], run["removed"]) == ("blocked", 0)
    return world
