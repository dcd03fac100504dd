"""The issues of one pair: told, told again, and dropped."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import CONF_TARGET, DOMAIN, OFFERED_FEATURES
from .engine.model import Feature, Side

DATA_ENTRY_ID: Final = "entry_id"
DATA_PAIR_ID: Final = "pair_id"

type IssueData = dict[str, str | int | float | None]


def issue_id_of(kind: str, pair_id: str) -> str:
    """Return the id of an issue of one pair."""
    return f"{kind}_{pair_id}"


@callback
def async_tell(
    hass: HomeAssistant,
    kind: str,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    *,
    data: Mapping[str, str | int],
    placeholders: Mapping[str, str],
    is_fixable: bool = True,
    is_news: bool = False,
) -> None:
    """Raise or refresh an issue that outlasts a restart.

    One that a person has chosen to ignore stays so, unless there are news.
    """
    if subentry.subentry_id not in entry.subentries:
        # Deleted while its run was ending.
        return
    issue_id = issue_id_of(kind, subentry.subentry_id)
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=is_fixable,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders={"pair": subentry.title, **placeholders},
        data={
            DATA_ENTRY_ID: entry.entry_id,
            DATA_PAIR_ID: subentry.subentry_id,
            "pair": subentry.title,
            **data,
        },
    )
    if is_news:
        ir.async_ignore_issue(hass, DOMAIN, issue_id, False)


@callback
def async_drop(hass: HomeAssistant, kind: str, pair_id: str) -> None:
    """Drop an issue, if it was told at all."""
    ir.async_delete_issue(hass, DOMAIN, issue_id_of(kind, pair_id))


@callback
def async_withdraw(hass: HomeAssistant, kind: str, pair_id: str) -> None:
    """Drop an issue for the time being; one that a person ignores stays ignored."""
    issue_id = issue_id_of(kind, pair_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    if issue is not None and issue.dismissed_version is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_told(hass: HomeAssistant, kind: str, pair_id: str) -> IssueData | None:
    """Return what an issue holds that was told and not dropped, ignored or not."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id_of(kind, pair_id))
    return None if issue is None else issue.data or {}


@callback
def async_account_names(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
) -> dict[Side, str]:
    """Return the names of both accounts of a pair."""
    target = hass.config_entries.async_get_entry(subentry.data.get(CONF_TARGET, ""))
    return {
        Side.SOURCE: entry.title,
        Side.TARGET: target.title if target else subentry.title,
    }


def noted_in(data: IssueData) -> dict[Feature, str]:
    """Return what the data of an issue say of features."""
    return {
        feature: str(data[feature.value])
        for feature in OFFERED_FEATURES
        if feature.value in data
    }
