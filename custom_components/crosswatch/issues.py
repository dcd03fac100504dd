"""Repair issues that the set-up of accounts and pairs raises; see also `run_issues`."""

from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .pair_issues import DATA_ENTRY_ID, DATA_PAIR_ID, async_drop, issue_id_of
from .unresolved_growth import async_forget_growth

STATE_DAMAGED: Final = "state_damaged"
TARGET_MISSING: Final = "target_missing"
TARGET_NOT_LOADED: Final = "target_not_loaded"
PAIR_BROKEN: Final = "pair_broken"

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
