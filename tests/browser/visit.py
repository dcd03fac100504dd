"""A person's visit: everything runs meanwhile, and nothing may complain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ..demo.browser import Screen, open_browser
from ..demo.process import FOLDER
from .ears import Ears
from .house import House, open_house
from .person import Person

# Not under version control.
SCREENSHOTS = FOLDER / "browser"


@dataclass(frozen=True, slots=True)
class Visit:
    """A person, and the house in which everything happens."""

    person: Person
    house: House


@asynccontextmanager
async def a_visit(name: str, screen: Screen, folder: Path) -> AsyncIterator[Visit]:
    """Open everything for the block; a picture is taken of where it failed."""
    async with open_house(folder) as house:
        async with open_browser(house.client, screen) as page:
            ears = Ears(page)
            try:
                yield Visit(Person(page, house.client.server.url), house)
            except BaseException:
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                await page.screenshot(path=SCREENSHOTS / f"{name}.png")
                raise
            # Errors may still be on their way.
            await page.evaluate("() => true")
        assert [*ears.complaints, *house.complaints()] == []
