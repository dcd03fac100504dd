"""The time of the device: Kodi writes and reads dates in local time without a zone."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, override
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...engine.provider import ProtocolError, ProviderUnavailableError

# How wrong a clock may go before it is taken for one of another zone.
_DRIFT: Final = timedelta(minutes=7)
# All zones lie on this grid.
_GRID: Final = timedelta(minutes=15)
# No zone is further from UTC; a clock that is was never set.
_FURTHEST: Final = timedelta(hours=14)

_FORMAT: Final = "%Y-%m-%d %H:%M:%S"


class MachineZone(tzinfo):
    """The zone of the machine that this runs on, with its summer times."""

    @override
    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the offset at a moment on the wall."""
        return _naive(moment).astimezone().utcoffset()

    @override
    def dst(self, moment: datetime | None) -> timedelta | None:
        """Tell nothing of how much of the offset is summer time."""
        return None

    @override
    def tzname(self, moment: datetime | None) -> str:
        """Return a name."""
        return "local"

    @override
    def __repr__(self) -> str:
        """Return the same text for the same zone."""
        return "local"

    @override
    def fromutc(self, moment: datetime) -> datetime:
        """Return a moment as the clock on the wall shows it."""
        local = moment.replace(tzinfo=UTC).astimezone()
        return local.replace(tzinfo=self)


@dataclass(slots=True)
class HostTime:
    """Turns what Kodi writes into moments, and moments into what it reads.

    In the hour that comes twice when summer time ends, the first one is meant.
    """

    zone: tzinfo
    _moments: dict[str, datetime | None] = field(default_factory=dict, repr=False)

    def moment(self, text: str) -> datetime | None:
        """Return a date in UTC; None where there is none, or none that makes sense."""
        if not text:
            return None
        if text not in self._moments:
            self._moments[text] = self._read(text)
        return self._moments[text]

    def text(self, moment: datetime) -> str:
        """Return a moment as Kodi writes it."""
        return moment.astimezone(self.zone).strftime(_FORMAT)

    def _read(self, text: str) -> datetime | None:
        """Return a date in UTC."""
        try:
            local = datetime.fromisoformat(text).replace(tzinfo=self.zone)
            # Kodi's "never" of some releases is in 1601.
            return local.astimezone(UTC) if local.year >= 1970 else None
        except ValueError, OverflowError:
            return None


class Zones:
    """Finds out in which zone a device is, and remembers those it has loaded."""

    def __init__(self, chosen: str = "", machine: tzinfo | None = None) -> None:
        """Take the zone that a person has chosen, if any."""
        self._chosen = chosen
        self._machine = machine or MachineZone()
        self._loaded: dict[str, tzinfo | None] = {}
        self._times: dict[object, HostTime] = {}
        self._last: tzinfo | None = None

    async def host_time(
        self,
        named: str,
        clocks: Sequence[datetime],
        now: datetime,
        *,
        has_clock: bool = True,
    ) -> HostTime:
        """Return the time of a device.

        `named` is the zone that it says it is in, which only some do, and `clocks`
        what its clock shows at the moment `now`: one of these. A zone that the clock contradicts
        is not the one that the device uses; the clock alone does not know when
        summer time begins, but is right about the present. A device that `has_clock`
        may not have started it yet; one that has none is taken to be where it was, or
        else where this machine is.
        """
        if not has_clock and not self._chosen and await self._load(named) is None:
            zone = self._last or self._machine
        else:
            zone = await self._zone(named, clocks, now)
        self._last = zone
        key = zone.key if isinstance(zone, ZoneInfo) else zone
        return self._times.setdefault(key, HostTime(zone))

    async def _zone(
        self, named: str, clocks: Sequence[datetime], now: datetime
    ) -> tzinfo:
        """Return the zone of a device."""
        if self._chosen:
            if (chosen := await self._load(self._chosen)) is None:
                raise ProviderUnavailableError(
                    f"The time zone {self._chosen} is not known: correct it in the"
                    " options of the account, or leave it empty"
                )
            return chosen
        zone = await self._load(named)
        aheads = [
            ahead
            for clock in clocks
            if abs(ahead := clock - now.replace(tzinfo=None)) <= _FURTHEST + _DRIFT
        ]
        if not aheads:
            if zone is None:
                raise ProtocolError("Kodi does not tell the time of its device")
            return zone
        for known in filter(None, (zone, self._machine, self._last)):
            offset = now.astimezone(known).utcoffset()
            if offset is not None and _is_near(offset, aheads):
                return known
        if len(aheads) > 1:
            raise ProviderUnavailableError(
                "Kodi's clock does not tell morning from evening: choose the time zone"
                " of its device in the options of the account"
            )
        return timezone(round(aheads[0] / _GRID) * _GRID)

    async def _load(self, name: str) -> tzinfo | None:
        """Return a zone by its name; None where nobody knows it."""
        if name not in self._loaded:
            # From a file, for which the event loop must not wait.
            self._loaded[name] = await asyncio.to_thread(_zone_named, name)
        return self._loaded[name]


def _is_near(offset: timedelta, others: Iterable[timedelta]) -> bool:
    """Tell whether an offset is one of others, but for a clock that is a bit wrong."""
    return any(abs(offset - other) <= _DRIFT for other in others)


def _zone_named(name: str) -> tzinfo | None:
    """Return a zone by its name; None where nobody knows it."""
    try:
        return ZoneInfo(name) if name else None
    except ZoneInfoNotFoundError, ValueError, OSError:
        return None


def _naive(moment: datetime | None) -> datetime:
    """Return a moment without a zone."""
    return (moment or datetime.now(UTC)).replace(tzinfo=None)
