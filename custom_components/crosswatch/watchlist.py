"""The watchlist of an account, as a person sees it and changes it by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .account_turn import account_turn
from .const import DOMAIN
from .engine.by_hand import take_away
from .engine.model import Feature, Item, Listed, MediaKind, Play, Record, Value, Watched
from .engine.pair import Account
from .engine.plan import OutcomeKind
from .engine.provider import ProviderError
from .engine.report import Report, Result
from .files.contents import Contents
from .files.formats import ImportFormat
from .import_run import ImportRun
from .named_titles import known_items, possible_items
from .state_access import open_state

_BY_HAND: Final = "By hand"
_DONE: Final = frozenset({Result.APPLIED, Result.ALREADY_THERE})


@dataclass(frozen=True, slots=True)
class Watchlist:
    """The watchlist of a loaded account."""

    hass: HomeAssistant
    entry: CrossWatchConfigEntry

    @property
    def _account(self) -> Account:
        """Return the account."""
        return self.entry.runtime_data.account

    async def async_stored(self) -> list[Record] | None:
        """Return what the account listed last, None where it was never read."""
        async with open_state(self.hass) as store:
            snapshot = await self.hass.async_add_executor_job(
                store.load_snapshot, self.entry.entry_id, Feature.WATCHLIST
            )
        return None if snapshot is None else list(snapshot.records.values())

    async def async_add(self, text: str) -> None:
        """Put what a person names on the watchlist; raises HomeAssistantError."""
        async with account_turn(self.hass, self.entry) as (_, snapshots):
            possible = possible_items(text)
            known = await known_items(possible, snapshots.lookups)
            asks = bool(snapshots.lookups.informants)
        if asks and not known:
            raise _refusal("title_not_known", title=text)
        if asks and len(known) > 1:
            raise _refusal("title_ambiguous", title=text)
        report = None
        for item in known:
            report = await self._async_write(
                item, Feature.WATCHLIST, Listed(dt_util.utcnow())
            )
            if _is_done(report):
                return
        raise _not_done(text, self.entry.title, report)

    async def async_take(self, native_ids: Sequence[str], *, watched: bool) -> None:
        """Take records off the watchlist; with `watched`, films were watched just now.

        Raises HomeAssistantError.
        """
        if watched:
            for record in await self.async_stored() or ():
                if record.native_id in native_ids:
                    await self._async_mark_watched(record.item)
        async with account_turn(self.hass, self.entry) as (store, snapshots):
            try:
                outcomes = await take_away(
                    self._account,
                    Feature.WATCHLIST,
                    native_ids,
                    store=store,
                    snapshots=snapshots,
                    now=dt_util.utcnow,
                )
            except ProviderError as err:
                raise _unreachable(self.entry.title, err) from err
        done = {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}
        for outcome in outcomes:
            if outcome.kind not in done:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="title_not_removed",
                    translation_placeholders={
                        "title": outcome.operation.item.label,
                        "account": self.entry.title,
                    },
                )

    async def _async_mark_watched(self, item: Item) -> None:
        """Note that a film was watched just now."""
        if item.kind is not MediaKind.MOVIE:
            raise _refusal("only_films_watched", title=item.label)
        at = dt_util.utcnow()
        value = Watched(at, (Play(at),))
        report = await self._async_write(item, Feature.HISTORY, value)
        if not _is_done(report):
            raise _not_done(item.label, self.entry.title, report)

    async def _async_write(self, item: Item, feature: Feature, value: Value) -> Report:
        """Write one record, as if it were a file to import."""
        record = Record(item, value, "by hand")
        return await ImportRun(
            hass=self.hass,
            entry=self.entry,
            name=_BY_HAND,
            contents=Contents(format=ImportFormat.JSON, records={feature: [record]}),
            features=frozenset({feature}),
            dry_run=False,
        ).async_execute()


def _is_done(report: Report) -> bool:
    """Tell whether the account has now what was to be written.

    What it had before, nothing is said of.
    """
    return not report.failures and all(item.result in _DONE for item in report.items)


def _not_done(
    title: str, account: str, report: Report | None = None
) -> HomeAssistantError:
    """Return the error for something that an account did not take, and why."""
    reasons = [failure.message for failure in report.failures] if report else []
    if report and not reasons:
        reasons = [str(item.reason) for item in report.items if item.reason]
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="title_not_added",
        translation_placeholders={
            "title": title,
            "account": account,
            "reason": "; ".join(dict.fromkeys(reasons)) or "not_found",
        },
    )


def _refusal(key: str, title: str) -> ServiceValidationError:
    """Return the error for a title that cannot be meant."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"title": title},
    )


def _unreachable(account: str, err: ProviderError) -> HomeAssistantError:
    """Return the error for an account that cannot be read or written now."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="watchlist_unreachable",
        translation_placeholders={"account": account, "error": str(err)},
    )
