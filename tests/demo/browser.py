"""The browser of the demo: the Chromium of this machine, logged in to Home Assistant."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
import json
import shutil
from tempfile import TemporaryDirectory

from playwright.async_api import Page, async_playwright

from .client import Client
from .process import HOST, DemoError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # It is to reach this machine only.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
)


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person looks at, and whether with fingers."""

    width: int
    height: int
    is_phone: bool = False


def find_browser() -> str | None:
    """Return where the browser of this machine is, None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@asynccontextmanager
async def open_browser(client: Client, screen: Screen) -> AsyncIterator[Page]:
    """Open an empty page for the block, which reaches this machine only."""
    if (executable := find_browser()) is None:
        raise DemoError(
            "A browser is needed. On Debian: apt-get install chromium "
            "fonts-roboto-unhinted"
        )
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        context = await playwright.chromium.launch_persistent_context(
            stack.enter_context(TemporaryDirectory(prefix="crosswatch-browser-")),
            executable_path=executable,
            args=FLAGS,
            viewport={"width": screen.width, "height": screen.height},
            is_mobile=screen.is_phone,
            has_touch=screen.is_phone,
            reduced_motion="reduce",
            color_scheme="light",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        stack.push_async_callback(context.close)
        await context.add_init_script(log_in(client))
        yield context.pages[0]


def log_in(client: Client) -> str:
    """Return the script that logs the browser in, and that names lost errors."""
    url = client.server.url
    tokens = {
        **client.tokens,
        "hassUrl": url,
        "clientId": f"{url}/",
        # In milliseconds, long after the demo.
        "expires": 32_503_680_000_000,
    }
    text = json.dumps(json.dumps(tokens))
    return f"""
        localStorage.setItem("hassTokens", {text});
        window.addEventListener("unhandledrejection", (event) =>
            console.error("Rejected:", JSON.stringify(event.reason)));
    """
