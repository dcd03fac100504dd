"""The person in front of the browser: whatever is clicked or typed goes through here."""

from dataclasses import dataclass
from re import Pattern
from typing import Literal

from playwright.async_api import Locator, Page, expect

type Words = str | Pattern[str]
type Role = Literal["button", "checkbox", "link", "menuitem", "radio", "switch"]

# A busy machine takes its time; who waits for something goes on as soon as it is there.
PATIENCE = 40_000

# A dialog is a step in the history of the page, which it takes back as it closes.
DIALOG_IS_CLOSED = "() => !window.history.state?.dialog"
# As the sidebar does it.
GO = """path => {
    window.history.pushState(null, "", path);
    window.dispatchEvent(new CustomEvent("location-changed"));
}"""


@dataclass(slots=True)
class Effort:
    """How much a person had to do: clicks, and fields that something was typed into."""

    clicks: int = 0
    fields: int = 0

    def __str__(self) -> str:
        """Return it as it is told."""
        return f"{self.clicks} clicks, {self.fields} typed fields"


class Person:
    """Reads, clicks and types, and counts what that takes."""

    def __init__(self, page: Page, url: str) -> None:
        """Sit down in front of a page."""
        self.effort = Effort()
        self.page = page
        self._url = url
        page.set_default_timeout(PATIENCE)

    async def arrives(self, path: str) -> None:
        """Open Home Assistant at a page."""
        await self.page.goto(f"{self._url}{path}")

    async def goes(self, path: str) -> None:
        """Go on to another page, once the dialog before it has closed."""
        await self.page.wait_for_function(DIALOG_IS_CLOSED)
        await self.page.evaluate(GO, path)

    async def clicks(self, what: Locator) -> None:
        """Click on something as soon as it is there."""
        await what.click()
        self.effort.clicks += 1

    async def presses(
        self, name: Words, role: Role = "button", *, within: Locator | None = None
    ) -> None:
        """Click on what has a role and a name."""
        place = within or self.page
        exact = isinstance(name, str)
        await self.clicks(place.get_by_role(role, name=name, exact=exact).first)

    async def picks(self, words: Words) -> None:
        """Click on a text."""
        exact = isinstance(words, str)
        await self.clicks(self.page.get_by_text(words, exact=exact).first)

    async def turns(self, label: str) -> None:
        """Click on the switch of a form that has a label."""
        row = self.page.locator("ha-selector-boolean").filter(has_text=label)
        # The switch that is drawn covers the one that a reader would name.
        await self.clicks(row.locator("ha-switch"))

    async def types(self, label: str, value: str) -> None:
        """Type into a field of a form."""
        await self._types(self.page.get_by_role("textbox", name=label).last, value)

    async def searches(self, hint: str, name: str) -> None:
        """Type a name into the field with a hint, and click on what is found."""
        await self._types(self.page.get_by_placeholder(hint).last, name)
        found = self.page.get_by_role("listitem").filter(has_text=name)
        await expect(found).to_have_count(1, timeout=PATIENCE)
        await self.clicks(found)

    async def sees(self, words: Words) -> Locator:
        """Wait for a text, and return where it is."""
        place = self.page.get_by_text(words).first
        await expect(place).to_be_visible(timeout=PATIENCE)
        return place

    async def reads(self, place: Locator, words: Words) -> None:
        """Wait until a text stands somewhere."""
        await expect(place).to_contain_text(words, timeout=PATIENCE)

    async def misses(self, place: Locator) -> None:
        """Wait until something is not there any more."""
        await expect(place).to_have_count(0, timeout=PATIENCE)

    async def _types(self, field: Locator, value: str) -> None:
        """Type into a field."""
        await field.fill(value)
        self.effort.fields += 1
