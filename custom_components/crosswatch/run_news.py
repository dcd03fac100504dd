"""What a run says of a pair's features that a person may have to see to.

Each function takes what earlier runs noted, by feature, and returns what is to be
noted now: a feature of which the run could say nothing keeps what it had.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import CONF_FEATURES, CONF_REMOVE, DOMAIN
from .engine.model import Feature
from .engine.plan import Reason
from .engine.report import FeatureReport, Report

type Noted = Mapping[Feature, str]

# A server that is off for a night is no reason to call a person.
PATIENCE: Final = timedelta(days=1)

# Since when an account cannot be read. It need not outlast a restart: an account
# that was loaded has been reached.
_UNREAD: Final[HassKey[dict[tuple[str, Feature], datetime]]] = HassKey(
    f"{DOMAIN}.unread_since"
)

# What waiting does not help against.
_AT_ONCE: Final = frozenset({Reason.PROTOCOL_ERROR, Reason.ACCOUNT_LIMIT})
_UNREADABLE: Final = _AT_ONCE | {Reason.UNAVAILABLE}


def removals_held_by(report: Report, noted: Noted) -> dict[Feature, str]:
    """Return the features whose removals wait for a person, with the run that says so.

    What a run could not record has not changed what waits.
    """
    now = dict(noted)
    for feature, each in report.features.items():
        if not is_recorded(each):
            continue
        now.pop(feature, None)
        if any(item.reason is Reason.MASS_DELETE for item in each.items):
            now[feature] = report.run_id
    return now


def shrunk_by(report: Report, noted: Noted) -> dict[Feature, str]:
    """Return the features in which an account is not believed, and what was said."""
    now = dict(noted)
    for feature, each in report.features.items():
        if each.failure and each.failure.reason is Reason.SUSPICIOUS_SHRINK:
            now[feature] = each.failure.message
        elif is_recorded(each):
            now.pop(feature, None)
    return now


@callback
def async_unread_for_too_long(
    hass: HomeAssistant, report: Report, noted: Noted, subentry: ConfigSubentry
) -> dict[Feature, str]:
    """Return the features in which an account cannot be read, and what was said.

    While removals wait for a true picture, an answer that makes no sense is told at
    once. Anything else may pass by itself, and is told after a day.
    """
    since = hass.data.setdefault(_UNREAD, {})
    now = dict(noted)
    for feature, each in report.features.items():
        name = (report.pair_id, feature)
        if not _is_unread(each):
            since.pop(name, None)
            now.pop(feature, None)
        elif each.failure and each.failure.reason in _UNREADABLE:
            first = since.setdefault(name, report.finished)
            urgent = each.failure.reason in _AT_ONCE and removes(subentry, feature)
            if urgent or feature in now or report.finished - first >= PATIENCE:
                now[feature] = each.failure.message
    return now


def still_synced[Note](
    noted: Mapping[Feature, Note], subentry: ConfigSubentry, *, removing: bool = False
) -> dict[Feature, Note]:
    """Return what is noted of features that the pair is still set to sync."""
    return {
        feature: text
        for feature, text in noted.items()
        if feature in subentry.data.get(CONF_FEATURES, ())
        and (not removing or removes(subentry, feature))
    }


def is_recorded(report: FeatureReport) -> bool:
    """Tell whether both sides were read and believed, so that the ledger knows."""
    failure = report.failure
    if failure is None:
        return True
    return bool(report.items) and failure.reason is not Reason.SUSPICIOUS_SHRINK


def removes(subentry: ConfigSubentry, feature: Feature) -> bool:
    """Tell whether a pair is set to remove records of a feature."""
    return bool(subentry.data.get(feature.value, {}).get(CONF_REMOVE))


def _is_unread(report: FeatureReport) -> bool:
    """Tell whether a feature failed before there was anything to compare."""
    failure = report.failure
    if failure is None or report.items:
        return False
    return failure.reason is not Reason.SUSPICIOUS_SHRINK
