"""Repair issues that runs raise: what a person has to see to, until it is seen to.

They outlast a restart, as the next run may be far away.
"""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .account_limits import async_note_limits
from .const import DOMAIN
from .engine.model import Feature
from .engine.report import Report, RunStatus
from .engine.store import Store
from .go_live import async_note_dry_run
from .held_removals import held_features
from .issues import TARGET_MISSING, TARGET_NOT_LOADED
from .pair_issues import async_drop, async_tell, async_told, issue_id_of, noted_in
from .run_news import (
    async_unread_for_too_long,
    removals_held_by,
    shrunk_by,
    still_synced,
)
from .unresolved import async_note_unresolved

REMOVALS_HELD: Final = "removals_held"
SHRINK: Final = "shrink"
CANNOT_READ: Final = "cannot_read"


async def async_note_run_issues(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    report: Report,
    store: Store,
) -> None:
    """Tell what a person has to see to after a run, and drop what is seen to.

    A run that takes back another says nothing of this, and a dry run only what it
    would do.
    """
    if report.undo_of:
        return
    if report.dry_run:
        async_note_dry_run(hass, entry, subentry, report)
        return
    await _async_note_guards(hass, entry, subentry, report, store)
    await _async_note_items(hass, entry, subentry, report, store)


async def async_remind(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    report: Report,
    store: Store,
) -> None:
    """Tell again what the last run left to a person.

    Home Assistant saves its issues some seconds late, and a crash loses them. What
    cannot be read is found out anew: that may be over by now.
    """
    if report.dry_run or report.undo_of:
        return
    if report.status is RunStatus.BLOCKED:
        await _async_note_guards(hass, entry, subentry, report, store)
    await _async_note_items(hass, entry, subentry, report, store)


async def _async_note_items(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    report: Report,
    store: Store,
) -> None:
    """Tell of items that an account has no room for, or does not know."""
    async_note_limits(hass, entry, subentry, report)
    await async_note_unresolved(hass, entry, subentry, report, store)


async def _async_note_guards(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    report: Report,
    store: Store,
) -> None:
    """Tell what a guard holds, and what cannot be read."""
    pair_id = subentry.subentry_id
    held = still_synced(
        removals_held_by(report, noted_by_runs(hass, REMOVALS_HELD, pair_id)),
        subentry,
        removing=True,
    )
    if held:
        waiting = await hass.async_add_executor_job(held_features, store, pair_id, held)
        held = {feature: held[feature] for feature in waiting}
    shrunk = shrunk_by(report, noted_by_runs(hass, SHRINK, pair_id))
    unread = noted_by_runs(hass, CANNOT_READ, pair_id)
    if not _has_no_target(hass, pair_id):
        unread = async_unread_for_too_long(hass, report, unread, subentry)
    for kind, noted, fixable in (
        (REMOVALS_HELD, held, True),
        (SHRINK, still_synced(shrunk, subentry), True),
        (CANNOT_READ, still_synced(unread, subentry), False),
    ):
        _async_note(hass, kind, entry, subentry, noted, is_fixable=fixable)


@callback
def _async_note(
    hass: HomeAssistant,
    kind: str,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    noted: Mapping[Feature, str],
    *,
    is_fixable: bool,
) -> None:
    """Raise or refresh an issue, or drop it where there is nothing to note."""
    if not noted:
        async_drop(hass, kind, subentry.subentry_id)
        return
    problems = [f"- {feature}: {text}" for feature, text in noted.items()]
    async_tell(
        hass,
        kind,
        entry,
        subentry,
        data={feature.value: text for feature, text in noted.items()},
        placeholders={"problems": "\n".join(problems)},
        is_fixable=is_fixable,
    )


@callback
def async_clear_held_removals(hass: HomeAssistant, pair_id: str) -> None:
    """Drop the issue about removals that wait: it was decided on all of them."""
    async_drop(hass, REMOVALS_HELD, pair_id)


def noted_by_runs(hass: HomeAssistant, kind: str, pair_id: str) -> dict[Feature, str]:
    """Return what earlier runs noted of features in an issue that is still open."""
    return noted_in(async_told(hass, kind, pair_id) or {})


def _has_no_target(hass: HomeAssistant, pair_id: str) -> bool:
    """Tell whether a pair's target is gone or not loaded, of which is told already."""
    issues = ir.async_get(hass)
    return any(
        issues.async_get_issue(DOMAIN, issue_id_of(kind, pair_id))
        for kind in (TARGET_MISSING, TARGET_NOT_LOADED)
    )
