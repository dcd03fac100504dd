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

# Between the names of a pair's accounts.
ARROW: Final = " → "

# Inside the sections of features.
CONF_ADD: Final = "add"
CONF_REWATCHES: Final = "rewatches"
CONF_TOLERANCE: Final = "tolerance"
CONF_KINDS: Final = "kinds"
CONF_SINCE: Final = "since"
CONF_FROM_DATE: Final = "from_date"

# Inside the section of guards.
CONF_SHRINK_GUARD: Final = "shrink_guard"

# What `since` may say.
SINCE_ALL: Final = "all"
SINCE_FROM_DATE: Final = "from_date"
SINCE_ONLY_NEW: Final = "only_new"

# What a pair can sync, in the order in which it is shown.
OFFERED_FEATURES: Final = (Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS)

# Minutes between two runs of a pair; 0 leaves it to be run by hand.
DEFAULT_INTERVAL: Final = 720
MIN_INTERVAL: Final = 5
MAX_INTERVAL: Final = 43200
BY_HAND: Final = 0

# Seconds within which two plays of an item are the same one.
DEFAULT_TOLERANCE: Final = 60
MAX_TOLERANCE: Final = 86400
