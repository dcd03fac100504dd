"""Items that a service could not place: when a person hears of them, and which.

A service that does not know a film is nobody's emergency, and the next run tries once
more. After three times nothing is sent for a month: that is when a person should know.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from .engine.block_lists import BlockList
from .engine.ids import item_keys
from .engine.model import Feature
from .engine.plan import Reason
from .engine.report import Report, ReportItem, Result
from .engine.store import Store
from .pair_issues import IssueData, async_drop, async_tell, async_told, noted_in
from .run_news import is_recorded, still_synced
from .unresolved_growth import async_grows

UNRESOLVED: Final = "unresolved"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a run left unresolved in a feature.

    `count` includes those in quarantine. `quarantined` is how many of these a person
    was told of.
    """

    run_id: str
    count: int
    quarantined: int


async def async_note_unresolved(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    report: Report,
    store: Store,
) -> None:
    """Tell of items that went into quarantine, or of ever more that are unresolved.

    Once told, it stays until a run leaves none of the feature. It is news when more
    are in quarantine than a person was told of; that one took the place of another
    is not noticed, and no reason to call again.
    """
    found = await hass.async_add_executor_job(unresolved_by, store, report)
    noted = noted_unresolved(async_told(hass, UNRESOLVED, subentry.subentry_id) or {})
    now, is_news = dict(noted), False
    for feature, items in found.items():
        before = now.pop(feature, None)
        grows = async_grows(hass, report, feature, len(items))
        if not items:
            continue
        told = before.quarantined if before else 0
        quarantined = sum(item.reason is Reason.QUARANTINED for item in items)
        news = quarantined > told or grows
        if before or news:
            # Those that were let out for another try are not new when they are back.
            kept = max(quarantined, min(told, len(items)))
            now[feature] = Noted(report.run_id, len(items), kept)
        is_news |= news
    now = still_synced(now, subentry)
    if not now:
        async_drop(hass, UNRESOLVED, subentry.subentry_id)
        return
    async_tell(
        hass,
        UNRESOLVED,
        entry,
        subentry,
        data=_as_data(now),
        placeholders={"count": str(sum(each.count for each in now.values()))},
        is_news=is_news,
    )


def unresolved_by(store: Store, report: Report) -> dict[Feature, list[ReportItem]]:
    """Return what a run left unresolved, of all features that it could compare.

    Leaves out what is blocked by now, and what only lacks room in an account.
    """
    features = {
        feature: [
            item
            for item in each.items
            if item.result is Result.UNRESOLVED
            and item.reason is not Reason.ACCOUNT_LIMIT
        ]
        for feature, each in report.features.items()
        if is_recorded(each)
    }
    if not any(features.values()):
        return features
    blocks = store.blocks([report.pair_id])
    return {
        feature: _unblocked(
            items, BlockList(tuple([b for b in blocks if b.feature in {None, feature}]))
        )
        for feature, items in features.items()
    }


def load_unresolved(
    store: Store, pair_id: str, runs: Mapping[Feature, str]
) -> list[ReportItem]:
    """Return what the given runs left unresolved, each item with what it failed for.

    Dry runs may have taken the place of a run's report: they know what is in
    quarantine as well.
    """
    items: list[ReportItem] = []
    for feature, run_id in runs.items():
        report = store.report(pair_id, run_id) or store.last_report(pair_id)
        left = unresolved_by(store, report).get(feature) if report else None
        if left:
            items += _with_failures(store, pair_id, feature, left)
    return items


def noted_unresolved(data: IssueData) -> dict[Feature, Noted]:
    """Return what the data of an issue say of features."""
    return {
        feature: Noted(
            run_id,
            int(data.get(f"{feature.value}_count") or 0),
            int(data.get(f"{feature.value}_quarantined") or 0),
        )
        for feature, run_id in noted_in(data).items()
    }


def _as_data(noted: Mapping[Feature, Noted]) -> dict[str, str | int]:
    """Return what is noted as the data of an issue."""
    data: dict[str, str | int] = {}
    for feature, each in noted.items():
        data[feature.value] = each.run_id
        data[f"{feature.value}_count"] = each.count
        data[f"{feature.value}_quarantined"] = each.quarantined
    return data


def _unblocked(items: Iterable[ReportItem], blocks: BlockList) -> list[ReportItem]:
    """Return the items that no block holds."""
    return [item for item in items if not blocks.holds(item.item)]


def _with_failures(
    store: Store, pair_id: str, feature: Feature, items: Sequence[ReportItem]
) -> list[ReportItem]:
    """Return items, of which those in quarantine say what brought them there."""
    failures = {
        key: Reason(row.failure)
        for row in store.load_ledger(pair_id, feature)
        if row.failure
        for key in row.keys.split(" ")
    }
    return [
        replace(
            item,
            reason=next(
                (failures[key] for key in item_keys(item.item) if key in failures),
                item.reason,
            ),
        )
        if item.reason is Reason.QUARANTINED
        else item
        for item in items
    ]
