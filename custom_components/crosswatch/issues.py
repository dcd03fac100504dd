"""Repair issues: what a person has to see to, until it is seen to."""

from collections.abc import Mapping
from pathlib import Path
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
from .pair_issues import (
    DATA_ENTRY_ID,
    DATA_PAIR_ID,
    async_drop,
    async_tell,
    async_told,
    issue_id_of,
    noted_in,
)
from .run_news import (
    async_unread_for_too_long,
    removals_held_by,
    shrunk_by,
    still_synced,
)
from .unresolved import async_forget_growth, async_note_unresolved

STATE_DAMAGED: Final = "state_damaged"
TARGET_MISSING: Final = "target_missing"
TARGET_NOT_LOADED: Final = "target_not_loaded"
PAIR_BROKEN: Final = "pair_broken"
REMOVALS_HELD: Final = "removals_held"
SHRINK: Final = "shrink"
CANNOT_READ: Final = "cannot_read"

# What is found out anew whenever a pair is set up.
_OF_SET_UP: Final = (TARGET_MISSING, TARGET_NOT_LOADED, PAIR_BROKEN)


@callback
def async_report_damaged_state(hass: HomeAssistant, set_aside: Path) -> None:
    """Tell that the state could not be read, and where it was put."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        STATE_DAMAGED,
        # Stays until it is read; nothing else tells of it after a restart.
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="state_damaged",
        translation_placeholders={"file": str(set_aside)},
    )


@callback
def async_report_target_missing(
    hass: HomeAssistant, entry: ConfigEntry, pair: ConfigSubentry
) -> None:
    """Tell that the account a pair writes to was removed."""
    async_drop(hass, TARGET_NOT_LOADED, pair.subentry_id)
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id_of(TARGET_MISSING, pair.subentry_id),
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="target_missing",
        translation_placeholders={"pair": pair.title, "account": entry.title},
        data={
            DATA_ENTRY_ID: entry.entry_id,
            DATA_PAIR_ID: pair.subentry_id,
            "pair": pair.title,
            "account": entry.title,
        },
    )


@callback
def async_report_target_not_loaded(
    hass: HomeAssistant, pair: ConfigSubentry, target: ConfigEntry
) -> None:
    """Tell that the account a pair writes to is there, but does not work."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id_of(TARGET_NOT_LOADED, pair.subentry_id),
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="target_not_loaded",
        translation_placeholders={"pair": pair.title, "account": target.title},
    )


@callback
def async_report_broken_pair(
    hass: HomeAssistant, entry: ConfigEntry, pair: ConfigSubentry, problem: str
) -> None:
    """Tell that the settings of a pair cannot be understood."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id_of(PAIR_BROKEN, pair.subentry_id),
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="pair_broken",
        translation_placeholders={
            "pair": pair.title,
            "account": entry.title,
            "problem": problem,
        },
    )


@callback
def async_clear_target_issues(hass: HomeAssistant, pair_id: str) -> None:
    """Drop what was told of a pair's target, once it is there again."""
    for kind in (TARGET_MISSING, TARGET_NOT_LOADED):
        async_drop(hass, kind, pair_id)


@callback
def async_clear_pair_issues(hass: HomeAssistant, pair_id: str) -> None:
    """Drop all that was told of a pair; what its runs told, once it is gone.

    That of pairs which were deleted while nothing was loaded goes with it.
    """
    for kind in _OF_SET_UP:
        async_drop(hass, kind, pair_id)
    alive = {
        pair_id
        for entry in hass.config_entries.async_entries(DOMAIN)
        for pair_id in entry.subentries
    }
    async_forget_growth(hass, alive)
    for issue in list(ir.async_get(hass).issues.values()):
        named = issue.data.get(DATA_PAIR_ID) if issue.data else None
        if issue.domain == DOMAIN and named is not None and named not in alive:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


# What a run tells. These issues outlast a restart, as the next run may be far away.


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
    """Tell again what the last run left to a person, as its pair is set up.

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
