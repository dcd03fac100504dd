"""Repair issues: what a person has to see to, until it is seen to."""

from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

STATE_DAMAGED: Final = "state_damaged"
TARGET_MISSING: Final = "target_missing"
TARGET_NOT_LOADED: Final = "target_not_loaded"
PAIR_BROKEN: Final = "pair_broken"

DATA_ENTRY_ID: Final = "entry_id"
DATA_PAIR_ID: Final = "pair_id"

_OF_A_PAIR: Final = (TARGET_MISSING, TARGET_NOT_LOADED, PAIR_BROKEN)


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
    ir.async_delete_issue(hass, DOMAIN, _issue_id(TARGET_NOT_LOADED, pair.subentry_id))
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(TARGET_MISSING, pair.subentry_id),
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
        _issue_id(TARGET_NOT_LOADED, pair.subentry_id),
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
        _issue_id(PAIR_BROKEN, pair.subentry_id),
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
        ir.async_delete_issue(hass, DOMAIN, _issue_id(kind, pair_id))


@callback
def async_clear_pair_issues(hass: HomeAssistant, pair_id: str) -> None:
    """Drop all that was told of a pair."""
    for kind in _OF_A_PAIR:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(kind, pair_id))


def _issue_id(kind: str, pair_id: str) -> str:
    """Return the id of an issue of one pair."""
    return f"{kind}_{pair_id}"
