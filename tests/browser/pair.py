"""What a person does with a pair in the browser."""

import re
from typing import Final

from playwright.async_api import Locator

from .person import Person
from .texts import pattern, text

PAGE: Final = "/config/integrations/integration/crosswatch"
REPAIRS: Final = "/config/repairs"
CHANGED: Final = "Reconfiguration was successful"


async def open_device(person: Person, name: str) -> None:
    """Open the page of a device, from that of the integration."""
    # The pair has a row of its own above it, of the same name.
    await person.presses(re.compile(rf"^{re.escape(name)}.* entities"))
    await person.sees(text("entity.button.sync.name"))


async def press(person: Person, key: str) -> None:
    """Press a button of the pair on its page."""
    row = person.page.locator("hui-button-entity-row").filter(
        has_text=text(f"entity.button.{key}.name")
    )
    await person.presses("Press", within=row)


def sensor(person: Person, key: str) -> Locator:
    """Return where a sensor of the pair is shown on its page."""
    name = text(f"entity.sensor.{key}.name")
    return person.page.locator("hui-sensor-entity-row, hui-simple-entity-row").filter(
        has_text=name
    )


async def open_repair(person: Person, key: str, **filled: object) -> None:
    """Open what Home Assistant asks about the pair."""
    await person.goes(REPAIRS)
    await person.picks(pattern(f"issues.{key}.title"))
    await person.sees(pattern(f"issues.{key}.fix_flow.step.init.title"))


async def decide(person: Person, key: str, option: str, *, told: str) -> None:
    """Choose what to do about a repair, and read what came of it."""
    step = f"issues.{key}.fix_flow"
    await person.picks(text(f"{step}.step.init.menu_options.{option}"))
    await person.sees(pattern(f"{step}.create_entry.{told}"))
    await person.presses("Finish")


async def allow_removals(person: Person, feature: str) -> None:
    """Change the pair, so that it may remove."""
    form = "config_subentries.pair.step"
    await person.goes(PAGE)
    await person.presses(text("config_subentries.pair.initiate_flow.reconfigure"))
    section = f"{form}.reconfigure.sections.{feature}"
    await person.presses(text(f"{section}.name"), "button")
    await person.turns(text(f"{section}.data.remove"))
    await person.presses("Submit")
    await person.sees(text(f"{form}.confirm_remove.title"))
    await person.turns(text(f"{form}.confirm_remove.data.confirm"))
    await person.presses("Submit")
    await person.sees(CHANGED)
    await person.presses("Close")


async def delete(person: Person, rows: str, name: str) -> None:
    """Delete a pair or an account by its menu."""
    row = person.page.locator(rows).filter(has_text=name)
    await person.presses("Menu", within=row)
    await person.presses("Delete", "menuitem")
    await person.presses("Delete")
    await person.misses(row)
