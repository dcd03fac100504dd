"""What lies about in a process: what an account leaves behind can be counted."""

import asyncio
from collections import Counter
import gc
from pathlib import Path
import re
import threading
from typing import Any

from custom_components.crosswatch.const import DOMAIN
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant

from .runs import settled

type Count = Counter[str]

FILES = Path("/proc/self/fd")
OURS = "custom_components.crosswatch"
SAVING = "Store._async_schedule_callback_delayed_write"
# Home Assistant's pool, which it fills up as it likes.
POOL = "SyncWorker"


async def left_behind(hass: HomeAssistant) -> dict[str, Count]:
    """Return how much there is of everything that does not go by itself."""
    await settled(hass)
    gc.collect()
    timers = _timers(hass)
    listeners = Counter(
        {str(kind): number for kind, number in hass.bus.async_listeners().items()}
    )
    # Home Assistant saves its registries a while later, or at its end.
    saving = timers.pop(SAVING, 0)
    listeners[str(EVENT_HOMEASSISTANT_FINAL_WRITE)] -= saving
    return {
        "tasks": _tasks(),
        "timers": timers,
        "listeners": listeners,
        "files": _files(hass),
        "threads": Counter(
            _plain(thread.name)
            for thread in threading.enumerate()
            if not thread.name.startswith(POOL)
        ),
        "data": _data(hass),
        "objects": Counter(
            f"{type(each).__module__}.{type(each).__qualname__}"
            for each in gc.get_objects()
            if str(getattr(type(each), "__module__", "")).startswith(OURS)
        ),
    }


def grown(before: dict[str, Count], after: dict[str, Count]) -> dict[str, Count]:
    """Return of what there is more than before."""
    more = {kind: after[kind] - before[kind] for kind in after}
    return {kind: count for kind, count in more.items() if count}


def _tasks() -> Count:
    """Return all tasks but this one, by what they do."""
    current = asyncio.current_task()
    return Counter(
        f"{_plain(task.get_name())} {_name(task.get_coro())}"
        for task in asyncio.all_tasks()
        if task is not current
    )


def _timers(hass: HomeAssistant) -> Count:
    """Return what is still to be called later, by what it is."""
    scheduled: list[asyncio.TimerHandle] = vars(hass.loop)["_scheduled"]
    return Counter(
        _name(getattr(handle, "_callback", None))
        for handle in scheduled
        if not handle.cancelled()
    )


def _files(hass: HomeAssistant) -> Count:
    """Return what is open: sockets, and files of the configuration's folder."""
    folder = hass.config.config_dir
    opened: Count = Counter()
    for link in FILES.iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            # It was opened to list the others.
            continue
        if target.startswith(folder):
            opened[target.removeprefix(folder)] += 1
        elif target.startswith("socket:"):
            opened["socket"] += 1
    return opened


def _data(hass: HomeAssistant) -> Count:
    """Return what Home Assistant keeps for us, and how much is in it."""
    kept: Count = Counter()
    for key, value in hass.data.items():
        if DOMAIN in str(key):
            kept[str(key)] += 1
            for name, inner in _inside(value).items():
                if isinstance(inner, dict | list | set):
                    kept[f"{key} {name}"] = len(inner)
    return kept


def _inside(value: Any) -> dict[str, Any]:
    """Return the attributes of an object."""
    return vars(value) if hasattr(value, "__dict__") else {"": value}


def _name(what: object) -> str:
    """Return what a function or a coroutine is called."""
    what = getattr(what, "func", what)
    return str(getattr(what, "__qualname__", type(what).__qualname__))


def _plain(name: str) -> str:
    """Return a name without the number in it."""
    return re.sub(r"\d+", "", name)
