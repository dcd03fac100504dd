"""What the browser complains of."""

from typing import Final

from playwright.async_api import ConsoleMessage, Error, Page

# What Home Assistant's own frontend says when a long list, such as that of all
# integrations, is left while it is drawn.
HARMLESS: Final = frozenset({"disconnected", 'Rejected: "disconnected"'})


class Ears:
    """Listens to the console of a page, and to errors that nothing has caught."""

    def __init__(self, page: Page) -> None:
        """Listen from now on."""
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", self._hear_error)

    def _hear(self, message: ConsoleMessage) -> None:
        """Remember an error that is told on the console."""
        if message.type == "error" and message.text not in HARMLESS:
            place = message.location.get("url", "")
            self.complaints.append(f"The browser's console: {message.text} ({place})")

    def _hear_error(self, error: Error) -> None:
        """Remember an error that nothing has caught."""
        if str(error) not in HARMLESS:
            self.complaints.append(f"The page: {error}")
