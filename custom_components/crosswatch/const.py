"""Names that the modules of the Home Assistant part share."""

import logging
from typing import Final

from .engine.model import Feature

DOMAIN: Final = "crosswatch"
LOGGER: Final = logging.getLogger(__package__)

SUBENTRY_TYPE_PAIR: Final = "pair"

# Data of an account's config entry; the rest of it is the provider's own.
CONF_PROVIDER: Final = "provider"
CONF_DEVICE_ID: Final = "device_id"
CONF_VERIFY_SSL: Final = "verify_ssl"

# Data of a pair's subentry. Beside these it holds one section a chosen feature,
# under the feature's own name.
CONF_TARGET: Final = "target"
CONF_MODE: Final = "mode"
CONF_FEATURES: Final = "features"
CONF_DRY_RUN: Final = "dry_run"
CONF_INTERVAL: Final = "interval"
CONF_ENABLED: Final = "enabled"
CONF_GUARDS: Final = "guards"
CONF_CONFLICTS: Final = "conflicts"

# Between the names of a pair's accounts.
ARROW: Final = " → "

# Inside the sections of features.
CONF_ADD: Final = "add"
CONF_REMOVE: Final = "remove"
CONF_REMOVE_MODE: Final = "remove_mode"
CONF_LIBRARIES: Final = "libraries"
# Before the id of a library of the target, in a pair that goes both ways.
OF_TARGET: Final = "target:"
CONF_REWATCHES: Final = "rewatches"
CONF_TOLERANCE: Final = "tolerance"
CONF_KINDS: Final = "kinds"
CONF_SINCE: Final = "since"
CONF_FROM_DATE: Final = "from_date"
CONF_MIN_SECONDS: Final = "min_seconds"
CONF_DELTA_SECONDS: Final = "delta_seconds"
CONF_MAX_PERCENT: Final = "max_percent"
CONF_REPLAY: Final = "replay"

# Inside the section of guards.
CONF_DELETE_LIMIT: Final = "delete_limit"
CONF_DELETE_PERCENT: Final = "delete_percent"
CONF_SHRINK_GUARD: Final = "shrink_guard"

# Inside the section of conflicts, which only a two-way pair has.
CONF_PREFER: Final = "prefer"

# The one field of the steps that explain a risk; not stored.
CONF_CONFIRM: Final = "confirm"

# What `since` may say.
SINCE_ALL: Final = "all"
SINCE_FROM_DATE: Final = "from_date"
SINCE_ONLY_NEW: Final = "only_new"

# What a pair can sync, in the order in which it is shown.
OFFERED_FEATURES: Final = (
    Feature.WATCHLIST,
    Feature.HISTORY,
    Feature.RATINGS,
    Feature.PROGRESS,
)

# Minutes between two runs of a pair; 0 leaves it to be run by hand.
DEFAULT_INTERVAL: Final = 720
MIN_INTERVAL: Final = 5
MAX_INTERVAL: Final = 43200
BY_HAND: Final = 0

# Seconds within which two plays of an item are the same one.
DEFAULT_TOLERANCE: Final = 60

# Positions before the first of these seconds are left alone, as are steps smaller
# than the second number, and positions from this percentage on.
DEFAULT_MIN_SECONDS: Final = 60
DEFAULT_DELTA_SECONDS: Final = 30
DEFAULT_MAX_PERCENT: Final = 95

# The most that any setting in seconds may be: a day.
MAX_SECONDS: Final = 86400

# A run that would remove more than both waits for approval.
DEFAULT_DELETE_LIMIT: Final = 5
DEFAULT_DELETE_PERCENT: Final = 10
MAX_DELETE_LIMIT: Final = 1_000_000
