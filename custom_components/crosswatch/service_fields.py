"""The fields of the actions: all that has to be known of them before one is called."""

from typing import Final

import voluptuous as vol

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.helpers import config_validation as cv

from .const import OFFERED_FEATURES
from .engine.ledger import Decision
from .engine.model import Feature, MediaKind
from .files.formats import ExportFormat, ImportFormat

type Fields = dict[vol.Marker, object]

ATTR_BLOCK_ID: Final = "block_id"
ATTR_DECISION: Final = "decision"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_EPISODE: Final = "episode"
ATTR_FEATURE: Final = "feature"
ATTR_FEATURES: Final = "features"
ATTR_FORMAT: Final = "format"
ATTR_FULL_REFRESH: Final = "full_refresh"
ATTR_ID: Final = "id"
ATTR_INCLUDE_ITEMS: Final = "include_items"
ATTR_ITEM: Final = "item"
ATTR_KIND: Final = "kind"
ATTR_LOGGED_DATES: Final = "logged_dates"
ATTR_OVERWRITE: Final = "overwrite"
ATTR_PATH: Final = "path"
ATTR_QUERY: Final = "query"
ATTR_RUN_ID: Final = "run_id"
ATTR_SEASON: Final = "season"
ATTR_TITLE: Final = "title"
ATTR_YEAR: Final = "year"

DECISIONS: Final = {"approve": Decision.APPROVED, "keep": Decision.DISMISSED}

_FEATURE: Final = vol.All(
    vol.In([feature.value for feature in OFFERED_FEATURES]), vol.Coerce(Feature)
)
_FEATURES: Final = vol.All(cv.ensure_list, [_FEATURE], vol.Length(1))
_TEXT: Final = vol.All(cv.string, str.strip, vol.Length(1))
_RUN_ID: Final = vol.All(cv.string, vol.Length(1))
_KIND: Final = vol.Coerce(MediaKind)
_YEAR: Final = vol.All(vol.Coerce(int), vol.Range(min=1, max=9999))
_NUMBER: Final = vol.All(vol.Coerce(int), vol.Range(min=0))

# A report says more of an item than what it is.
_ITEM: Final = vol.Schema(
    {
        vol.Required(ATTR_KIND): _KIND,
        vol.Optional(ATTR_TITLE, default=""): vol.Any(None, cv.string),
        vol.Optional(ATTR_YEAR, default=None): vol.Maybe(_YEAR),
        vol.Optional(ATTR_SEASON, default=None): vol.Maybe(_NUMBER),
        vol.Optional(ATTR_EPISODE, default=None): vol.Maybe(_NUMBER),
        vol.Optional("ids", default=dict): {cv.string: vol.Any(str, int)},
    },
    extra=vol.ALLOW_EXTRA,
)

_ONE_DEVICE: Final[Fields] = {vol.Required(ATTR_DEVICE_ID): cv.string}
DEVICES: Final[Fields] = {
    vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string], vol.Length(1))
}

DRY_RUN_FIELDS: Final[Fields] = {
    **DEVICES,
    vol.Optional(ATTR_FEATURES): _FEATURES,
    vol.Optional(ATTR_FULL_REFRESH, default=False): cv.boolean,
}
SYNC_FIELDS: Final[Fields] = {
    **DRY_RUN_FIELDS,
    vol.Optional(ATTR_DRY_RUN): cv.boolean,
    vol.Optional(ATTR_INCLUDE_ITEMS, default=False): cv.boolean,
}
UNDO_FIELDS: Final[Fields] = {
    **_ONE_DEVICE,
    vol.Required(ATTR_RUN_ID): _RUN_ID,
    vol.Optional(ATTR_DRY_RUN): cv.boolean,
}
DECIDE_FIELDS: Final[Fields] = {
    **_ONE_DEVICE,
    vol.Required(ATTR_RUN_ID): _RUN_ID,
    vol.Required(ATTR_DECISION): vol.In(DECISIONS),
    vol.Optional(ATTR_FEATURES): _FEATURES,
}
EXPLAIN_FIELDS: Final[Fields] = {
    **_ONE_DEVICE,
    vol.Required(ATTR_FEATURE): _FEATURE,
    vol.Required(ATTR_QUERY): _TEXT,
}
BLOCK_FIELDS: Final[Fields] = {
    **_ONE_DEVICE,
    vol.Optional(ATTR_FEATURE): _FEATURES,
    vol.Optional(ATTR_ID): cv.string,
    vol.Optional(ATTR_TITLE): cv.string,
    vol.Optional(ATTR_YEAR): _YEAR,
    vol.Optional(ATTR_KIND): _KIND,
    vol.Optional(ATTR_SEASON): _NUMBER,
    vol.Optional(ATTR_EPISODE): _NUMBER,
    vol.Optional(ATTR_ITEM): _ITEM,
}
UNBLOCK_FIELDS: Final[Fields] = {
    **BLOCK_FIELDS,
    vol.Optional(ATTR_BLOCK_ID): vol.Coerce(int),
}
EXPORT_FIELDS: Final[Fields] = {
    **_ONE_DEVICE,
    vol.Required(ATTR_PATH): _TEXT,
    vol.Optional(ATTR_FORMAT, default=ExportFormat.JSON): vol.Coerce(ExportFormat),
    vol.Optional(ATTR_FEATURES): _FEATURES,
    vol.Optional(ATTR_OVERWRITE, default=False): cv.boolean,
}
IMPORT_FIELDS: Final[Fields] = {
    **_ONE_DEVICE,
    vol.Required(ATTR_PATH): _TEXT,
    vol.Optional(ATTR_FORMAT): vol.Coerce(ImportFormat),
    vol.Optional(ATTR_FEATURES): _FEATURES,
    vol.Optional(ATTR_DRY_RUN, default=True): cv.boolean,
    vol.Optional(ATTR_INCLUDE_ITEMS, default=True): cv.boolean,
    vol.Optional(ATTR_LOGGED_DATES, default=False): cv.boolean,
}
