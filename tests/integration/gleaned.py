"""All that CrossWatch lets anybody see, gathered in one place."""

from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.crosswatch.const import DOMAIN
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component

from .planted import Secrets
from .runs import act

# Where Home Assistant keeps the entries: the one place for secrets.
ENTRIES = "core.config_entries"
LONG = 2000


class Gleaned:
    """Whatever was seen, by where; `check` looks for secrets in all of it."""

    def __init__(
        self,
        hass: HomeAssistant,
        hass_client: ClientSessionGenerator,
        caplog: pytest.LogCaptureFixture,
        secrets: Secrets,
    ) -> None:
        """Listen to everything from now on."""
        self.hass = hass
        self._hass_client = hass_client
        self._caplog = caplog
        self.secrets = secrets
        self._seen: dict[str, list[str]] = {}
        self._stop = hass.bus.async_listen(MATCH_ALL, self._hear)

    def _hear(self, event: Event) -> None:
        """Keep an event."""
        self.keep("event", event.as_dict())

    def keep(self, where: str, what: object) -> None:
        """Keep something that somebody sees."""
        self._seen.setdefault(where, []).append(str(what))

    async def act(self, action: str, **data: Any) -> dict[str, Any]:
        """Call an action, and keep its response or why it refuses."""
        try:
            response = await act(self.hass, action, **data)
        except HomeAssistantError as err:
            self.keep(action, [str(err), repr(err), err.translation_placeholders])
            return {}
        self.keep(action, response)
        return response

    async def look(self) -> None:
        """Look at everything that can be looked at right now."""
        hass = self.hass
        for component in ("diagnostics", "system_health"):
            assert await async_setup_component(hass, component, {})
        for name, value in (await get_system_health_info(hass, DOMAIN)).items():
            self.keep("health", [name, await value if isawaitable(value) else value])
        for state in hass.states.async_all():
            self.keep("state", state.as_dict())
        for issue in ir.async_get(hass).issues.values():
            self.keep("issue", issue)
        entities, devices = er.async_get(hass), dr.async_get(hass)
        for entry in hass.config_entries.async_entries(DOMAIN):
            self.keep("entry", [entry.title, entry.unique_id, entry.reason])
            self.keep("entry", entry.error_reason_translation_placeholders)
            self.keep("entry", [pair.as_dict() for pair in entry.subentries.values()])
            owned = er.async_entries_for_config_entry(entities, entry.entry_id)
            self.keep("entities", owned)
            await self._diagnose(f"config_entry/{entry.entry_id}")
            for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
                self.keep("device", device)
                path = f"config_entry/{entry.entry_id}/device/{device.id}"
                await self._diagnose(path)
        for flow in hass.config_entries.flow.async_progress():
            self.keep("flow", flow)

    async def _diagnose(self, path: str) -> None:
        """Download the diagnostics of an account, or of one of its devices."""
        client = await self._hass_client()
        response = await client.get(f"/api/diagnostics/{path}")
        assert response.status == HTTPStatus.OK, await response.text()
        self.keep("diagnostics", await response.text())

    def _files(self) -> Iterator[tuple[str, str]]:
        """Yield all files that are there, but for the entries themselves."""
        for path in sorted(Path(self.hass.config.config_dir).rglob("*")):
            # SQLite deletes some of its own while nobody looks.
            with suppress(FileNotFoundError):
                if path.is_file() and path.name != ENTRIES:
                    yield path.name, path.read_bytes().decode(errors="replace")

    async def leaks(self) -> list[tuple[str, str, str]]:
        """Return each secret that was seen: where, what it is, and around it."""
        seen = [(where, text) for where, all_ in self._seen.items() for text in all_]
        seen += [("log", line) for line in self._caplog.text.splitlines()]
        files = await self.hass.async_add_executor_job(lambda: list(self._files()))
        assert {"state.db"} <= {name for name, _ in files}
        return sorted(
            {
                (where, what, text if len(text) < LONG else f"{text[:LONG]}…")
                for where, text in (*seen, *files)
                for what in self.secrets.found_in(text)
            }
        )
