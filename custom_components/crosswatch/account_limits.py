"""Accounts that are full: what they refused for lack of room, or of a right.

The engine sends such items again after a day, and then all at once. Until then each
run lists them, so that its report says how many wait; only the run that was refused
has the service's own words.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from .engine.model import Feature, Side
from .engine.plan import Reason
from .engine.report import Report
from .item_list import escaped
from .pair_issues import (
    IssueData,
    async_account_names,
    async_drop,
    async_tell,
    async_told,
    noted_in,
)
from .run_news import is_recorded, still_synced

ACCOUNT_LIMIT: Final = "account_limit"


@dataclass(frozen=True, slots=True)
class Limit:
    """What was said of a limit of a feature, and how many items wait on each side."""

    message: str
    waiting: Mapping[Side, int]


@callback
def async_note_limits(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, report: Report
) -> None:
    """Tell of items that an account has no room for, and drop it once there are none.

    It is news only if more of them wait than before: fewer of them is what a person
    has seen to, and no reason to call again.
    """
    noted = limits_in(async_told(hass, ACCOUNT_LIMIT, subentry.subentry_id) or {})
    now = still_synced(limits_by(report, noted), subentry)
    if not now:
        async_drop(hass, ACCOUNT_LIMIT, subentry.subentry_id)
        return
    accounts = async_account_names(hass, entry, subentry)
    full = {side for limit in now.values() for side in limit.waiting}
    async_tell(
        hass,
        ACCOUNT_LIMIT,
        entry,
        subentry,
        data=_as_data(now),
        placeholders={
            "account": ", ".join(accounts[side] for side in Side if side in full),
            **limit_texts(now, accounts),
        },
        is_news=any(_is_more(now[feature], noted.get(feature)) for feature in now),
    )


def limits_by(report: Report, noted: Mapping[Feature, Limit]) -> dict[Feature, Limit]:
    """Return the limits that hold after a run; `noted` are those from before it.

    A feature that could not be compared keeps what it had. Where nothing was planned
    at all, the account cannot be read, which is told elsewhere.
    """
    now = dict(noted)
    for feature, each in report.features.items():
        if not is_recorded(each):
            continue
        before = now.pop(feature, None)
        waiting = Counter(
            item.side for item in each.items if item.reason is Reason.ACCOUNT_LIMIT
        )
        if not waiting:
            continue
        message = before.message if before else ""
        if each.failure and each.failure.reason is Reason.ACCOUNT_LIMIT:
            message = each.failure.message
        now[feature] = Limit(message, waiting)
    return now


def limits_in(data: IssueData) -> dict[Feature, Limit]:
    """Return the limits in the data of an issue."""
    return {
        feature: Limit(
            message,
            {
                side: int(count)
                for side in Side
                if (count := data.get(_count_of(feature, side)))
            },
        )
        for feature, message in noted_in(data).items()
    }


def limit_texts(
    limits: Mapping[Feature, Limit], accounts: Mapping[Side, str]
) -> dict[str, str]:
    """Return what stands in texts: how many items wait, and for what."""
    lines = [
        f"- **{escaped(accounts[side])}, {feature}: {count}**"
        + (f" – {escaped(limit.message)}" if limit.message else "")
        for feature, limit in limits.items()
        for side, count in limit.waiting.items()
    ]
    count = sum(sum(limit.waiting.values()) for limit in limits.values())
    return {"count": str(count), "problems": "\n".join(lines)}


def _as_data(limits: Mapping[Feature, Limit]) -> dict[str, str | int]:
    """Return limits as the data of an issue."""
    data: dict[str, str | int] = {}
    for feature, limit in limits.items():
        data[feature.value] = limit.message
        for side, count in limit.waiting.items():
            data[_count_of(feature, side)] = count
    return data


def _count_of(feature: Feature, side: Side) -> str:
    """Return the key under which it is kept how many items wait."""
    return f"{feature.value}_{side.value}"


def _is_more(now: Limit, before: Limit | None) -> bool:
    """Tell whether more items wait than before, on any side."""
    had = before.waiting if before else {}
    return any(count > had.get(side, 0) for side, count in now.waiting.items())
