"""An account of every kind of service: connected, listed, and removed again."""

import pytest

from custom_components.crosswatch.providers.registry import PROVIDERS

from ..demo.browser import Screen
from ..demo.console import say, step
from . import pair
from .accounts import WAYS, add_integration, choose_provider, sign_in
from .house import House
from .screens import SCREENS
from .texts import pattern, text
from .visit import Visit, a_visit

# It can be paired with all others, so that their pair's form follows.
FIRST = "tracker"
OTHERS = sorted(PROVIDERS.keys() - {FIRST})


def test_all_are_there() -> None:
    """Test that a new kind of account is not forgotten here."""
    assert WAYS.keys() == PROVIDERS.keys()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("screen", SCREENS)
async def test_every_kind(
    screen: Screen, house: House, request: pytest.FixtureRequest
) -> None:
    """Add an account of each kind, see all of them, and remove them."""
    async with a_visit(request.node.name, screen, house) as visit:
        person, stages = visit.person, visit.house.stages
        await person.arrives("/config/integrations/dashboard")
        await add_integration(person)
        await choose_provider(person, FIRST)
        await sign_in(person, stages[FIRST])
        await person.sees(text("config.step.user.title"))
        await person.presses("Close")
        await person.goes(pair.PAGE)
        for slug in OTHERS:
            await add_another(visit, slug)
        entries = await visit.house.accounts()
        assert {entry["state"] for entry in entries} == {"loaded"}
        assert len(entries) == len(PROVIDERS)
        step("Everything deleted")
        for entry in entries:
            await pair.delete(person, "ha-config-entry-row", entry["title"])
        # It is a person's own, and is taken up again by a tracker of the same name.
        assert house.files() == ["tracker_home.db"]
        say(f"All kinds of accounts: {person.effort}")


async def add_another(visit: Visit, slug: str) -> None:
    """Add one more account, and leave the form of a pair that follows."""
    person = visit.person
    step(PROVIDERS[slug].name)
    await person.presses("Add service")
    await choose_provider(person, slug)
    await sign_in(person, visit.house.stages[slug])
    await person.sees(pattern("config_subentries.pair.step.user.description"))
    await person.presses("Close")
