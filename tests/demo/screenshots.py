"""A person's browser: screenshots of the demo, and clicks on the buttons of its pair."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from PIL import Image
from playwright.async_api import ConsoleMessage, Error, Locator, Page

from custom_components.crosswatch.const import DOMAIN

from .browser import Screen, open_browser
from .checks import name_of
from .client import Client, Json
from .console import detail, step
from .process import DemoError
from .world import World

WIDTH, HEIGHT = 1280, 900
PHONE_WIDTH = 390
# What is to be seen of the page above the response of an action.
SHOWN_ABOVE = 260
COLOURS = 256
PATIENCE = 30
# Home Assistant's animations take a moment, and nothing tells when they are over.
STILL = 1200


class Camera:
    """Looks at the demo with a browser that is logged in."""

    def __init__(self, client: Client, page: Page, folder: Path) -> None:
        """Take a page on which nothing is shown yet."""
        self.complaints: list[str] = []
        self._client = client
        self._page = page
        self._folder = folder
        page.on("console", self._note)

    @classmethod
    @asynccontextmanager
    async def open(cls, client: Client, folder: Path) -> AsyncIterator[Self]:
        """Open a browser for the block; screenshots go to the folder."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        async with open_browser(client, Screen(WIDTH, HEIGHT)) as page:
            try:
                yield cls(client, page, folder)
            except Error as error:
                raise DemoError(f"The browser did not get on: {error}") from error

    async def pair_form(self, source: str) -> None:
        """Show the form of a new pair, filled in, and leave it without adding one."""
        page = self._page
        await self._go(f"/config/integrations/integration/{DOMAIN}", height=1000)
        await page.locator("ha-button").filter(has_text="Add pair").click()
        await (
            page.locator("dialog-pick-config-entry")
            .get_by_text(await self._title(source), exact=True)
            .click()
        )
        for feature in ("Watchlist", "History", "Ratings"):
            box = page.get_by_role("checkbox", name=feature)
            if not await box.is_checked():
                # The box that is drawn covers the one that a reader would name.
                await box.dispatch_event("click")
        await self._shoot("pair-form")
        await page.keyboard.press("Escape")

    async def dry_run_action(self) -> None:
        """Show the response of the action that only tells what would be done."""
        page = self._page
        await self._go(f"/config/tools/action?service={DOMAIN}.dry_run", height=1000)
        await page.get_by_text("Perform action").click()
        response = page.get_by_text("pair_id").first
        await response.wait_for(timeout=PATIENCE * 1000)
        await response.evaluate("line => line.scrollIntoView({block: 'start'})")
        await page.mouse.move(WIDTH / 2, HEIGHT / 2)
        await page.mouse.wheel(0, -SHOWN_ABOVE)
        await page.wait_for_timeout(STILL)
        await self._fold("features:")
        await self._shoot("dry-run-action")

    async def go_live_offer(self) -> None:
        """Show what Repairs asks after the first dry run, and leave it unanswered."""
        page = self._page
        await self._go("/config/repairs", height=760)
        await page.locator("ha-config-repairs").get_by_text("dry run").click()
        await self._shoot("repair-go-live")
        await page.keyboard.press("Escape")

    async def accounts(self) -> None:
        """Show the list of all accounts with their pairs."""
        await self._go(f"/config/integrations/integration/{DOMAIN}")
        await self._shoot("accounts")

    async def pair_device(self, device: str) -> None:
        """Show the page of the pair."""
        await self._go(f"/config/devices/device/{device}", height=1275)
        await self._shoot("pair-device")
        await self._page.set_viewport_size({"width": PHONE_WIDTH, "height": HEIGHT})
        await self._shoot("pair-device-phone")

    async def press_buttons(self, device: str, world: World) -> list[str]:
        """Press both buttons after one more film was seen; return what was wrong."""
        title = world.watch_another()
        step(f"{name_of(title)} was seen: the buttons on the page of the pair")
        page = self._page
        await self._go(f"/config/devices/device/{device}", height=1400)

        async def dry_run() -> None:
            await self._row("Dry run").get_by_text("Press").click()

        async def sync() -> None:
            await (
                page.locator("hui-toggle-entity-row")
                .filter(has_text="Dry runs only")
                .locator("ha-entity-toggle")
                .click()
            )
            await page.wait_for_timeout(STILL)
            await self._row("Sync now").get_by_text("Press").click()

        faults: list[str] = []
        for press, name, dry in ((dry_run, "Dry run", True), (sync, "Sync now", False)):
            before = await self._added(device)
            try:
                await press()
                added = await self._until_another(device, before)
            except (Error, TimeoutError) as error:
                faults.append(f"Button {name}: nothing came of it ({error})")
                continue
            shown = (added["state"], added["attributes"]["dry_run"])
            detail(f"{name}: Added shows {shown[0]}, dry run {shown[1]}")
            if shown != ("1", dry):
                faults.append(f"Button {name}: sensor Added shows {shown}")
        if world.account.history.of(title) == []:
            faults.append(f"Button Sync now: {name_of(title)} is not at Trakt")
        return faults

    async def _fold(self, text: str) -> None:
        """Fold a part of the response, so that the items below come into sight."""
        page = self._page
        line = await page.locator(".cm-line", has_text=text).first.bounding_box()
        gutter = await page.locator(".cm-foldGutter").first.bounding_box()
        if line is None or gutter is None:
            raise DemoError("The response of the action is not to be seen")
        await page.mouse.click(
            gutter["x"] + gutter["width"] / 2, line["y"] + line["height"] / 2
        )

    def _row(self, name: str) -> Locator:
        return self._page.locator("hui-button-entity-row").filter(has_text=name)

    async def _added(self, device: str) -> Json:
        """Return the sensor that a run changes."""
        return (await self._client.states(device))["sensor.added"]

    async def _until_another(self, device: str, before: Json) -> Json:
        """Return the sensor once it is of another run."""
        async with asyncio.timeout(PATIENCE):
            while True:
                added = await self._added(device)
                if added["attributes"]["run_id"] != before["attributes"]["run_id"]:
                    return added
                await asyncio.sleep(0.2)

    async def _title(self, entry_id: str) -> str:
        """Return the title of an account."""
        entry = await self._client.ask("config_entries/get_single", entry_id=entry_id)
        title: str = entry["config_entry"]["title"]
        return title

    async def _go(self, path: str, *, height: int = HEIGHT) -> None:
        """Open a page and wait until it has settled."""
        await self._page.set_viewport_size({"width": WIDTH, "height": height})
        await self._page.goto(f"{self._client.server.url}{path}")
        await self._page.wait_for_load_state("networkidle")
        await self._page.wait_for_timeout(STILL)

    async def _shoot(self, name: str) -> None:
        """Save what is to be seen, as small as it gets without looking different."""
        # The pointer would leave its mark on what it is on.
        size = self._page.viewport_size
        assert size is not None
        await self._page.mouse.move(size["width"] - 2, HEIGHT / 2)
        await self._page.wait_for_timeout(STILL)
        path = self._folder / f"{name}.png"
        await self._page.screenshot(path=path)
        await asyncio.to_thread(shrink, path)
        detail(f"Screenshot {path.name}, {path.stat().st_size // 1000} kB")

    def _note(self, message: ConsoleMessage) -> None:
        """Remember an error that the browser tells of, if it is about us."""
        told = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and DOMAIN in told.lower():
            self.complaints.append(f"The browser's console: {told[:300]}")


def shrink(path: Path) -> None:
    """Reduce a picture to as many colours as it needs."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
