"""From nothing to a pair that syncs and removes, and back to nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.crosswatch.engine.model import Feature

from ..contract.stage import Stage
from ..contract.stages.media_browser import MediaBrowserStage
from ..contract.titles import FILMS, name
from ..contract.values import made
from ..demo.browser import Screen
from ..demo.console import say, step
from . import pair
from .accounts import add_integration, choose_provider, fill_in, sign_in
from .house import House
from .person import Person
from .screens import SCREENS
from .texts import link, pattern, text
from .visit import Visit, a_visit

LISTED = FILMS[:9]
# More than a run may remove without being asked.
TAKEN_OFF = FILMS[:8]
MOST_CLICKS, MOST_FIELDS = 12, 5
PATIENCE = 60
PAUSE = 0.1


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("screen", SCREENS)
async def test_first_pair(
    screen: Screen, house: House, request: pytest.FixtureRequest
) -> None:
    """Add two accounts and a pair, look at it, let it go live, and remove it all."""
    kept = house.files()
    async with a_visit(request.node.name, screen, house) as visit:
        jellyfin, trakt = (visit.house.stages[each] for each in ("jellyfin", "trakt"))
        await list_films(jellyfin, trakt)
        person = visit.person
        await person.arrives("/config/integrations/dashboard")
        await person.sees("Add integration")

        await add_first_pair(visit)
        say(f"From “Add integration” to the first result: {person.effort}")
        assert person.effort.clicks <= MOST_CLICKS
        assert person.effort.fields <= MOST_FIELDS
        assert await trakt.held(Feature.WATCHLIST) == {}

        await go_live(person)
        await until(lambda: holds(trakt, len(LISTED)))

        await remove_many(visit)
        await until(lambda: holds(trakt, len(LISTED) - len(TAKEN_OFF)))

        await remove_everything(visit)
        assert house.files() == kept


async def list_films(source: Stage, target: Stage) -> None:
    """Let the source have films on its watchlist, and the target none."""
    for film in FILMS:
        if name(film) in await target.held(Feature.WATCHLIST):
            await target.put(Feature.WATCHLIST, film, None)
    for number, film in enumerate(LISTED):
        value = made(Feature.WATCHLIST, film, number)
        await source.put(Feature.WATCHLIST, film, value)


async def add_first_pair(visit: Visit) -> None:
    """Go the whole way to the result of a dry run."""
    person, stages = visit.person, visit.house.stages
    step("Trakt, from the list of all integrations")
    await add_integration(person)
    await choose_provider(person, "trakt")
    await sign_in(person, stages["trakt"])
    step("Jellyfin, with Quick Connect, whose form follows")
    await choose_provider(person, "jellyfin")
    await sign_in_quickly(person, stages["jellyfin"])
    step("The pair, whose form follows")
    await person.sees(text("config_subentries.pair.step.user.title"))
    await person.presses("Submit")
    # The way to its page is in what is told of it.
    await person.presses(link("config_subentries.pair.create_entry.default"), "link")
    step("A dry run, and what it tells")
    await pair.open_device(person, await pair_name(visit))
    await pair.press(person, "dry_run_now")
    await person.reads(pair.sensor(person, "added"), f"{len(LISTED)} items")


async def sign_in_quickly(person: Person, stage: Stage) -> None:
    """Sign in to Jellyfin with a code, so that only its address has to be typed."""
    assert isinstance(stage, MediaBrowserStage)
    await fill_in(person, "jellyfin", {"url": stage.server.url})
    shown = await person.sees(pattern("config.progress.jellyfin"))
    code = await shown.locator("strong").first.inner_text()
    stage.server.approve_quick_connect(code, stage.user)


async def go_live(person: Person) -> None:
    """Take the offer of Repairs to let the pair write."""
    step("Repairs: go live and run now")
    await pair.open_repair(person, "go_live")
    await person.sees(
        pattern(
            "issues.go_live.fix_flow.step.init.description",
            added=len(LISTED),
            updated=0,
            removed=0,
        )
    )
    await pair.decide(person, "go_live", "run_now", told="live_now")


async def remove_many(visit: Visit) -> None:
    """Take much off the watchlist, and approve in Repairs that it goes."""
    person, jellyfin = visit.person, visit.house.stages["jellyfin"]
    step("Removals: switched on, held, and approved in Repairs")
    await pair.allow_removals(person, "watchlist")
    for film in TAKEN_OFF:
        await jellyfin.put(Feature.WATCHLIST, film, None)
    await pair.open_device(person, await pair_name(visit))
    await pair.press(person, "sync")
    held = text("entity.sensor.status.state.blocked")
    await person.reads(pair.sensor(person, "status"), held)
    await pair.open_repair(person, "removals_held")
    for film in TAKEN_OFF:
        await person.sees(film.label)
    await pair.decide(person, "removals_held", "approve", told="approved")
    await person.goes(pair.PAGE)
    await pair.open_device(person, await pair_name(visit))
    await pair.press(person, "sync")
    await person.reads(pair.sensor(person, "removed"), f"{len(TAKEN_OFF)} items")


async def remove_everything(visit: Visit) -> None:
    """Delete the pair and both accounts, and find nothing left."""
    person, house = visit.person, visit.house
    step("Everything deleted")
    name = await pair_name(visit)
    await person.goes(pair.PAGE)
    await pair.delete(person, "ha-config-sub-entry-row", name)
    for entry in await house.accounts():
        await pair.delete(person, "ha-config-entry-row", entry["title"])
    assert await house.accounts() == []
    assert await house.repairs() == []


async def pair_name(visit: Visit) -> str:
    """Return the name of the only pair."""
    pairs = [
        each["title"]
        for entry in await visit.house.accounts()
        for each in await visit.house.client.ask(
            "config_entries/subentries/list", entry_id=entry["entry_id"]
        )
    ]
    (title,) = pairs
    return str(title)


async def holds(stage: Stage, number: int) -> bool:
    """Tell whether a watchlist has a number of titles."""
    return len(await stage.held(Feature.WATCHLIST)) == number


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not await is_so():
            await asyncio.sleep(PAUSE)
