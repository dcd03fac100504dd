"""A person's visit: everything runs meanwhile, and nothing may complain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ..demo.browser import Screen, open_browser
from ..demo.process import FOLDER
from .ears import Ears
from .house import House
from .person import Person

# Not under version control.
SCREENSHOTS = FOLDER / "browser"


@dataclass(frozen=True, slots=True)
class Visit:
    """A person, and the house in which everything happens."""

    person: Person
    house: House


@asynccontextmanager
async def a_visit(name: str, screen: Screen, house: House) -> AsyncIterator[Visit]:
    """Open the browser for the block; a picture is taken of where it failed."""
    assert await house.accounts() == [], "An earlier visit has failed"
    async with open_browser(house.client, screen) as page:
        ears = Ears(page)
        is_over = False
        try:
            yield Visit(Person(page, house.client.server.url), house)
            is_over = True
        finally:
            if not is_over:
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                await page.screenshot(path=SCREENSHOTS / f"{name}.png")
        # What is asked for while the page is closed is no longer heard.
        complaints = [*ears.complaints, *house.complaints()]
    if complaints:
        raise AssertionError("\n".join(complaints))
