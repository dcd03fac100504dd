"""The action that writes what an account holds to files."""

from collections import Counter
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util, slugify

from .account import CrossWatchConfigEntry
from .const import DOMAIN
from .engine.model import Feature, Record
from .engine.provider import AuthenticationError, ProviderError
from .engine.reading import Snapshots
from .engine.report import describe_item
from .files.exporting import LeftOut, WriteOptions
from .files.formats import ExportFormat
from .files.writing import Written, write_files
from .runtime import async_get_runtime
from .service_fields import ATTR_FEATURES, ATTR_FORMAT, ATTR_OVERWRITE, ATTR_PATH
from .service_files import MAX_LISTED, account_of, async_allowed_path, async_with_file
from .state_access import open_state


async def async_export(call: ServiceCall) -> ServiceResponse:
    """Write what an account holds to a file, or to files in a folder.

    Answers with `files`, each with how many records of a feature are in it, and
    `left_out`: how much could not be put in the format, by reason, and the first items.
    """
    hass = call.hass
    entry = account_of(call)
    features = _features(entry, call.data.get(ATTR_FEATURES))
    path = await async_allowed_path(hass, call.data[ATTR_PATH])
    format_: ExportFormat = call.data[ATTR_FORMAT]
    records = await _async_records(hass, entry, features)
    work = partial(
        write_files,
        records,
        format_,
        path,
        WriteOptions(
            account=entry.title,
            now=dt_util.utcnow(),
            zone=dt_util.get_default_time_zone(),
        ),
        stem=f"crosswatch-{slugify(entry.title, separator='-')}-{format_.value}",
        overwrite=call.data[ATTR_OVERWRITE],
    )
    written = await async_with_file(hass, work)
    return await hass.async_add_executor_job(_answer, written)


def _features(
    entry: CrossWatchConfigEntry, asked: list[Feature] | None
) -> list[Feature]:
    """Return what is to be written: what is asked for, or else all that there is."""
    capabilities = entry.runtime_data.account.provider.capabilities
    readable = [
        feature
        for feature in Feature
        if (support := capabilities.get(feature)) is not None and support.read
    ]
    if asked is None:
        return readable
    if missing := frozenset(asked).difference(readable):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="account_lacks_features",
            translation_placeholders={
                "account": entry.title,
                "features": ", ".join(sorted(missing)),
            },
        )
    return list(dict.fromkeys(asked))


async def _async_records(
    hass: HomeAssistant, entry: CrossWatchConfigEntry, features: list[Feature]
) -> dict[Feature, list[Record]]:
    """Wait for the account's turn, and return what it holds."""
    account = entry.runtime_data.account
    records: dict[Feature, list[Record]] = {}
    async with (
        open_state(hass) as store,
        async_get_runtime(hass).queue.turn([entry.entry_id]),
    ):
        snapshots = Snapshots(store, dt_util.utcnow)
        try:
            await snapshots.fetch_markers(account, features)
            for feature in features:
                reading = await snapshots.read(account, feature, keep=False)
                snapshot = await reading.snapshot()
                records[feature] = list(snapshot.records.values())
        except ProviderError as err:
            if isinstance(err, AuthenticationError):
                entry.async_start_reauth(hass)
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="account_not_readable",
                translation_placeholders={"account": entry.title, "error": str(err)},
            ) from err
    return records


def _answer(written: list[Written]) -> dict[str, Any]:
    """Return what was written, and what was not."""
    left_out = [each for file in written for each in file.tally.left_out]
    return {
        "files": [
            {
                "path": str(file.path),
                "records": {
                    feature.value: count
                    for feature, count in file.tally.written.items()
                },
            }
            for file in written
        ],
        "left_out": {
            "total": len(left_out),
            "reasons": dict(Counter(each.reason.value for each in left_out)),
            "items": [_told(each) for each in left_out[:MAX_LISTED]],
        },
    }


def _told(left_out: LeftOut) -> dict[str, Any]:
    """Return what is to be told of something that was left out."""
    return {
        "feature": left_out.feature.value,
        "reason": left_out.reason.value,
        **describe_item(left_out.item),
    }
