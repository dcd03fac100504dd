"""What a person may choose for an account: which lists count as the watchlist."""

from typing import Final

from ...engine.model import Feature
from ..answer import JsonObject
from ..sign_in import FieldKind, FormField

type Lists = frozenset[str]

# Always the watchlist: what is added goes there.
PLANNED: Final = "plantowatch"
WATCHING: Final = "watching"
HOLD: Final = "hold"
COMPLETED: Final = "completed"
DROPPED: Final = "dropped"
# The lists that there are, for films and for all else.
OF_FILMS: Final = (PLANNED, COMPLETED, DROPPED)
STATUSES: Final = (*OF_FILMS, WATCHING, HOLD)

# What is finished or given up is nothing to be watched.
_CHOICES: Final = {"include_watching": WATCHING, "include_hold": HOLD}
OPTIONS: Final = tuple(
    FormField(name, FieldKind.SWITCH, default=False) for name in (*_CHOICES, DROPPED)
)
MOVED_BY: Final = dict.fromkeys(_CHOICES, Feature.WATCHLIST)


def lists_from(options: JsonObject) -> Lists:
    """Return the lists that count as the watchlist."""
    chosen = (status for name, status in _CHOICES.items() if options.get(name) is True)
    return frozenset({PLANNED, *chosen})
