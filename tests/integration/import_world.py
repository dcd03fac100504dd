"""What tests of import and export need: accounts, an allowed folder, and refusals."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
import sqlite3
from typing import Any, Final

from custom_components.crosswatch.runtime import (
    async_get_runtime,
    file_scope,
    import_scope,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .runs import act, add_tracker, device_of, pair_data, set_up

_COUNTS: Final = {
    "ledger": "SELECT COUNT(*) FROM ledger WHERE pair_id IN (?, ?)",
    "planned": "SELECT COUNT(*) FROM planned WHERE pair_id IN (?, ?)",
    "report": "SELECT COUNT(*) FROM report WHERE pair_id IN (?, ?)",
    "snapshot": "SELECT COUNT(*) FROM snapshot WHERE account_id IN (?, ?)",
    "record": "SELECT COUNT(*) FROM record WHERE account_id IN (?, ?)",
}


class World:
    """The accounts Home and Cabin, the pair between them, and a folder for files."""

    def __init__(self, hass: HomeAssistant, *entries: ConfigEntry) -> None:
        """Take the accounts."""
        self.hass = hass
        self.home, self.cabin = entries
        (self.pair,) = self.home.subentries.values()
        self.folder = Path(hass.config.path("files"))
        self.device = device_of(hass, self.home)

    async def act(self, action: str, path: Path | str, **data: Any) -> dict[str, Any]:
        """Import a file into Home, or export Home to one."""
        return await act(
            self.hass, action, **{"device_id": self.device, "path": str(path), **data}
        )

    async def add(self, path: Path | str, **data: Any) -> dict[str, Any]:
        """Import a file into Home for good, and return the report."""
        response = await self.act("import", path, dry_run=False, **data)
        report: dict[str, Any] = response["runs"][0]
        return report

    def state_rows(self) -> dict[str, int]:
        """Return how much the state holds of imports into Home, table by table."""
        scopes = (import_scope(self.home.entry_id), file_scope(self.home.entry_id))
        held: dict[str, int] = {}
        with closing(sqlite3.connect(async_get_runtime(self.hass).path)) as state:
            for table, count in _COUNTS.items():
                held[table] = state.execute(count, scopes).fetchone()[0]
        return {table: rows for table, rows in held.items() if rows}


async def make_world(hass: HomeAssistant) -> World:
    """Return empty accounts, and a folder that Home Assistant may use."""
    home = await add_tracker(hass, "Home", pairs={"cabin": pair_data("Cabin")})
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    world = World(hass, home, cabin)
    world.folder.mkdir()
    hass.config.allowlist_external_dirs = {str(world.folder)}
    return world


def counts(report: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a report that are not zero."""
    names = (
        "added",
        "updated",
        "removed",
        "skipped",
        "unresolved",
        "errors",
        "blocked",
    )
    return {name: report[name] for name in names if report[name]}


def outcomes(report: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    """Return what became of each item."""
    return sorted(
        (each["title"], each["outcome"], each["reason"]) for each in report["items"]
    )
