"""The action that takes what a file says into an account."""

from functools import partial
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .const import DOMAIN
from .engine.model import Feature
from .engine.runner import supports
from .files.contents import Contents
from .files.reading import ReadOptions, read_file
from .import_run import ImportRun
from .service_fields import (
    ATTR_DRY_RUN,
    ATTR_FEATURES,
    ATTR_FORMAT,
    ATTR_INCLUDE_ITEMS,
    ATTR_LOGGED_DATES,
    ATTR_PATH,
)
from .service_files import MAX_LISTED, account_of, async_allowed_path, async_with_file


async def async_import(call: ServiceCall) -> ServiceResponse:
    """Add to an account what it lacks of a file; by default only show what that is.

    Answers with `runs`, which holds the report of the import in the shape of any other
    run, its `totals`, and `file`: what was read, and which rows were left out and why.
    """
    entry = account_of(call)
    asked = frozenset(call.data[ATTR_FEATURES]) if ATTR_FEATURES in call.data else None
    path = await async_allowed_path(call.hass, call.data[ATTR_PATH])
    options = ReadOptions(
        format=call.data.get(ATTR_FORMAT),
        features=asked,
        zone=dt_util.get_default_time_zone(),
        logged_dates=call.data[ATTR_LOGGED_DATES],
    )
    contents = await async_with_file(call.hass, partial(read_file, path, options))
    features = _features(entry, contents, asked, path.name)
    report = await ImportRun(
        hass=call.hass,
        entry=entry,
        name=path.name,
        contents=contents,
        features=features,
        dry_run=call.data[ATTR_DRY_RUN],
    ).async_execute()
    run: dict[str, Any] = await call.hass.async_add_executor_job(
        partial(report.as_dict, include_items=call.data[ATTR_INCLUDE_ITEMS])
    )
    return {
        "runs": [run],
        "totals": {**report.counts.as_dict()},
        "file": _told(path.name, contents, features),
    }


def _features(
    entry: CrossWatchConfigEntry,
    contents: Contents,
    asked: frozenset[Feature] | None,
    name: str,
) -> frozenset[Feature]:
    """Return what is to be imported: what is asked for, or else all that fits."""
    found = frozenset(contents.records)
    if asked is not None and (missing := asked - found):
        raise _refused("file_lacks_features", missing, file=name, found=_names(found))
    account = entry.runtime_data.account
    wanted = asked if asked is not None else found
    fitting = frozenset(
        feature for feature in wanted if supports(account, feature, writes=True)
    )
    if not fitting or (asked is not None and fitting != asked):
        unfit = wanted - fitting
        raise _refused("account_cannot_take", unfit, file=name, account=entry.title)
    return fitting


def _refused(
    key: str, features: frozenset[Feature], **placeholders: str
) -> ServiceValidationError:
    """Return the error for features that cannot be imported."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"features": _names(features), **placeholders},
    )


def _names(features: frozenset[Feature]) -> str:
    """Return features for a person to read."""
    return ", ".join(sorted(features)) or "–"


def _told(
    name: str, contents: Contents, features: frozenset[Feature]
) -> dict[str, Any]:
    """Return what is to be told of a file itself."""
    records = contents.records
    return {
        "name": name,
        "format": contents.format.value,
        "records": {feature.value: len(records[feature]) for feature in records},
        "features_left_out": sorted(
            feature.value for feature in records if feature not in features
        ),
        "rows_left_out": len(contents.faults),
        "rows": [
            {
                "file": each.where.file,
                "row": each.where.row,
                "reason": each.fault.value,
                "detail": each.detail,
            }
            for each in contents.faults[:MAX_LISTED]
        ],
        "files_not_read": list(contents.unread[:MAX_LISTED]),
    }
