"""When a pair runs next, and the timer that waits for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
import random
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

# Seconds that an overdue run waits, so that not all pairs start at once.
JITTER: Final = (5.0, 60.0)


class Schedule:
    """The timer of one pair; it never fires before Home Assistant has started."""

    def __init__(
        self,
        hass: HomeAssistant,
        run: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """Start without a moment to wait for.

        `run` is called when one has come, `changed` when it was put off.
        """
        self.due: datetime | None = None
        self._hass = hass
        self._job = HassJob(self._async_fire, "CrossWatch schedule")
        self._run = run
        self._changed = changed
        self._cancel_start: CALLBACK_TYPE | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_set(self, last: datetime, interval: timedelta | None) -> None:
        """Wait until the interval has passed since the last run."""
        self.async_cancel()
        if interval is None:
            return
        self.due = last + interval
        # Calls back at once if Home Assistant has started already.
        self._cancel_start = async_at_started(self._hass, self._async_wait)

    @callback
    def async_cancel(self) -> None:
        """Wait for nothing any more."""
        self.due = None
        if self._cancel_start is not None:
            self._cancel_start()
            self._cancel_start = None
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _async_wait(self, hass: HomeAssistant) -> None:
        """Set the timer, once Home Assistant has started."""
        soonest = dt_util.utcnow() + timedelta(seconds=random.uniform(*JITTER))
        before, self.due = self.due, max(self.due or soonest, soonest)
        self._cancel_timer = async_track_point_in_utc_time(hass, self._job, self.due)
        if self.due != before:
            self._changed()

    @callback
    def _async_fire(self, now: datetime) -> None:
        """Start the run that is due."""
        self._cancel_timer = None
        self.due = None
        self._run()
