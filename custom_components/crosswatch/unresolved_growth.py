"""Whether ever more items of a pair are unresolved, from run to run."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.model import Feature

if TYPE_CHECKING:
    from .engine.report import Report

# So many items are no coincidence: a wrong agent, or a library without any ids.
MANY: Final = 10

# How often in a row there have to be more of them.
GROWN: Final = 2


class _Growth(NamedTuple):
    """How many items the last run left, and how often in a row there were more."""

    run_id: str
    left: int
    times: int = 0


# It need not outlast a restart: what goes on failing is in quarantine soon after.
_GROWTH: Final[HassKey[dict[tuple[str, Feature], _Growth]]] = HassKey(
    f"{DOMAIN}.unresolved_growth"
)


@callback
def async_grows(
    hass: HomeAssistant, report: Report, feature: Feature, count: int
) -> bool:
    """Tell whether many items are unresolved, and more of them with each run."""
    growth = hass.data.setdefault(_GROWTH, {})
    key = (report.pair_id, feature)
    last = growth.get(key)
    if last is not None and last.run_id == report.run_id:
        # Told again, as its account was loaded anew.
        return False
    times = last.times + 1 if last is not None and count > last.left else 0
    grows = times >= GROWN and count >= MANY
    growth[key] = _Growth(report.run_id, count, 0 if grows else times)
    return grows


@callback
def async_forget_growth(hass: HomeAssistant, alive: Collection[str]) -> None:
    """Forget what is known of pairs that are gone."""
    growth = hass.data.get(_GROWTH, {})
    for key in [key for key in growth if key[0] not in alive]:
        del growth[key]
