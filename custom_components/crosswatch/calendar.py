"""Calendars: what an account has watched, and when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .account import AccountCoordinator, CrossWatchConfigEntry
from .engine.model import Feature, Item, MediaKind
from .late_imports import async_import
from .state_access import open_state
from .stored_entity import StoredEntity

if TYPE_CHECKING:
    from .engine.diary import Diary, DiaryEntry
    from .engine.store import Store

PARALLEL_UPDATES = 0

# A span of no time has nothing in it.
_NOW: Final = timedelta(seconds=1)

WATCHED: Final = CalendarEntityDescription(
    key="watched", translation_key="watched", entity_registry_enabled_default=False
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendar of an account that has a history."""
    data = entry.runtime_data
    if Feature.HISTORY in data.account.provider.capabilities:
        async_add_entities([WatchedCalendar(data.coordinator)])


class WatchedCalendar(StoredEntity, CalendarEntity):
    """What an account has watched, as events that begin when its plays are dated."""

    _diary: Diary

    def __init__(self, coordinator: AccountCoordinator) -> None:
        """Start without having read anything."""
        super().__init__(coordinator, WATCHED, Feature.HISTORY)
        self._recent: Sequence[CalendarEvent] = ()

    @override
    async def async_added_to_hass(self) -> None:
        """Begin with what is stored."""
        # Most calendars are disabled, and a start does without what reads them.
        await async_import(self.hass, "engine.diary")
        from .engine.diary import Diary  # noqa: PLC0415

        self._diary = Diary(self.coordinator.config_entry.entry_id)
        await super().async_added_to_hass()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return what is being watched, of several things the one begun last.

        There is nothing to come: nobody knows what will be watched.
        """
        now = dt_util.now()
        return next(
            (
                event
                for event in reversed(self._recent)
                if event.start_datetime_local <= now < event.end_datetime_local
            ),
            None,
        )

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what was watched within a span."""
        async with open_state(hass) as store:
            events = await hass.async_add_executor_job(
                self._events, store, start_date, end_date
            )
        return events or []

    @override
    async def _async_load(self) -> bool:
        """Take over what goes on right now."""
        now = dt_util.utcnow()
        async with open_state(self.hass) as store:
            events = await self.hass.async_add_executor_job(
                self._events, store, now, now + _NOW
            )
        self._recent = events or ()
        return events is not None

    def _events(
        self, store: Store, start: datetime, end: datetime
    ) -> list[CalendarEvent] | None:
        """Return what was watched within a span, None where nothing was ever read."""
        entries = self._diary.between(store, start, end)
        return None if entries is None else [_event(entry) for entry in entries]


def _event(entry: DiaryEntry) -> CalendarEvent:
    """Return a play as an event."""
    return CalendarEvent(
        start=dt_util.as_local(entry.at),
        end=dt_util.as_local(entry.at + entry.length),
        summary=_summary(entry.item) or entry.native_id,
        description="\n".join(_details(entry.item)),
        uid=f"{entry.native_id}@{entry.at.isoformat()}",
    )


def _summary(item: Item) -> str:
    """Return what was watched, with the title of an episode where it has one."""
    if item.kind is not MediaKind.EPISODE or item.show is None:
        return item.label
    if item.title in {"", item.show.title} or not item.show.title:
        return item.label
    return f"{item.label}: {item.title}"


def _details(item: Item) -> Iterator[str]:
    """Yield the place of an episode and all ids, as actions name them, too."""
    if item.season is not None:
        yield f"season: {item.season}"
    if item.number is not None:
        yield f"episode: {item.number}"
    yield from _ids(item.ids)
    if item.show is not None:
        yield from _ids(item.show.ids, "show_")


def _ids(ids: Mapping[str, str], prefix: str = "") -> Iterator[str]:
    """Yield ids, each with its namespace."""
    for namespace in sorted(ids):
        yield f"{prefix}{namespace}: {ids[namespace]}"
