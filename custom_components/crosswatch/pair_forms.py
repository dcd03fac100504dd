"""The forms of a pair, and the data that their answers become."""

from collections.abc import Iterable, Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import (
    CONF_ADD,
    CONF_DRY_RUN,
    CONF_ENABLED,
    CONF_FEATURES,
    CONF_FROM_DATE,
    CONF_GUARDS,
    CONF_INTERVAL,
    CONF_KINDS,
    CONF_MODE,
    CONF_REWATCHES,
    CONF_SHRINK_GUARD,
    CONF_SINCE,
    CONF_TARGET,
    CONF_TOLERANCE,
    DEFAULT_INTERVAL,
    DEFAULT_TOLERANCE,
    MAX_INTERVAL,
    MAX_TOLERANCE,
    SINCE_ALL,
    SINCE_FROM_DATE,
    SINCE_ONLY_NEW,
)
from .engine.model import Feature
from .engine.policy import Mode
from .pair_rules import in_order, shared_kinds

type Settings = dict[str, Any]


class JudgedSelector(SelectSelector):
    """A select whose answer the flow judges, as it can say why it refuses one.

    What is offered may have changed while the form was open.
    """

    @override
    def __call__(self, data: Any) -> Any:
        """Take any answer of the right shape."""
        return vol.Schema([str] if self.config["multiple"] else str)(data)


def default_settings(target: ConfigEntry, features: Iterable[Feature]) -> Settings:
    """Return the settings that a new pair starts with."""
    return {
        CONF_TARGET: target.entry_id,
        CONF_MODE: Mode.ONE_WAY.value,
        CONF_FEATURES: [feature.value for feature in features],
        CONF_DRY_RUN: True,
        CONF_INTERVAL: DEFAULT_INTERVAL,
    }


def pair_fields(
    targets: Iterable[ConfigEntry], features: Iterable[Feature], settings: Settings
) -> dict[vol.Marker, object]:
    """Return the fields that every pair has, filled in with these settings."""
    return {
        vol.Required(CONF_TARGET, default=settings[CONF_TARGET]): JudgedSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=target.entry_id, label=target.title)
                    for target in targets
                ],
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Required(CONF_MODE, default=settings[CONF_MODE]): SelectSelector(
            SelectSelectorConfig(
                options=[mode.value for mode in Mode],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="mode",
            )
        ),
        vol.Required(CONF_FEATURES, default=settings[CONF_FEATURES]): JudgedSelector(
            SelectSelectorConfig(
                options=[feature.value for feature in features],
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="feature",
            )
        ),
        vol.Required(CONF_DRY_RUN, default=settings[CONF_DRY_RUN]): BooleanSelector(),
        vol.Required(CONF_INTERVAL, default=settings[CONF_INTERVAL]): _whole_number(
            MAX_INTERVAL, "minutes"
        ),
    }


def section_fields(
    source: ConfigEntry, target: ConfigEntry, settings: Settings
) -> dict[vol.Marker, object]:
    """Return a collapsed section for each chosen feature, and one for the guards."""
    sections: dict[str, dict[vol.Marker, object]] = {
        feature.value: {**_switch(CONF_ADD, settings[feature.value])}
        for feature in in_order(settings[CONF_FEATURES])
    }
    if (history := settings.get(Feature.HISTORY)) is not None:
        sections[Feature.HISTORY].update(_switch(CONF_REWATCHES, history))
        tolerance = vol.Required(CONF_TOLERANCE, default=history[CONF_TOLERANCE])
        sections[Feature.HISTORY][tolerance] = _whole_number(MAX_TOLERANCE, "seconds")
    if (ratings := settings.get(Feature.RATINGS)) is not None:
        kinds = shared_kinds(source, target, Feature.RATINGS)
        sections[Feature.RATINGS].update(_ratings_fields(kinds, ratings))
    sections[CONF_GUARDS] = _switch(CONF_SHRINK_GUARD, settings[CONF_GUARDS])
    return {
        vol.Optional(name): section(vol.Schema(fields), {"collapsed": True})
        for name, fields in sections.items()
    }


def settings_from(
    source: ConfigEntry,
    target: ConfigEntry,
    user_input: Mapping[str, Any],
    stored: Mapping[str, Any],
) -> Settings:
    """Return the data of a pair: what was answered, else was stored, else the default.

    It holds sections for the chosen features only.
    """
    features = in_order(user_input[CONF_FEATURES])
    settings: Settings = {
        CONF_TARGET: target.entry_id,
        CONF_MODE: user_input[CONF_MODE],
        CONF_FEATURES: [feature.value for feature in features],
        CONF_DRY_RUN: user_input[CONF_DRY_RUN],
        CONF_INTERVAL: user_input[CONF_INTERVAL],
        CONF_ENABLED: stored.get(CONF_ENABLED, True),
    }
    defaults = {
        feature.value: _section_defaults(source, target, feature)
        for feature in features
    }
    for name, section_defaults in (
        *defaults.items(),
        (CONF_GUARDS, {CONF_SHRINK_GUARD: True}),
    ):
        known = {**section_defaults, **stored.get(name, {})}
        if name in user_input:
            # A date that was emptied is not in the answer at all.
            known |= {CONF_FROM_DATE: None, **user_input[name]}
        settings[name] = {key: known[key] for key in section_defaults}
    if (ratings := settings.get(Feature.RATINGS)) is not None:
        _mend_ratings(ratings, defaults[Feature.RATINGS][CONF_KINDS])
    return settings


def stored_settings(
    source: ConfigEntry, target: ConfigEntry, stored: Mapping[str, Any]
) -> Settings:
    """Return the data of a pair with defaults for what it does not say."""
    return settings_from(
        source, target, {**default_settings(target, []), **stored}, stored
    )


def _mend_ratings(ratings: Settings, kinds: list[str]) -> None:
    """Drop what the accounts do not hold, and a date that nothing asks for."""
    ratings[CONF_KINDS] = [kind for kind in kinds if kind in ratings[CONF_KINDS]]
    if ratings[CONF_SINCE] != SINCE_FROM_DATE:
        ratings[CONF_FROM_DATE] = None


def _section_defaults(
    source: ConfigEntry, target: ConfigEntry, feature: Feature
) -> Settings:
    """Return the settings that a newly chosen feature starts with."""
    defaults: Settings = {CONF_ADD: True}
    if feature is Feature.HISTORY:
        defaults |= {CONF_REWATCHES: False, CONF_TOLERANCE: DEFAULT_TOLERANCE}
    elif feature is Feature.RATINGS:
        defaults |= {
            CONF_KINDS: [kind.value for kind in shared_kinds(source, target, feature)],
            CONF_SINCE: SINCE_ALL,
            CONF_FROM_DATE: None,
        }
    return defaults


def _ratings_fields(
    kinds: Iterable[str], ratings: Settings
) -> dict[vol.Marker, object]:
    """Return what is asked for ratings beyond whether to add them."""
    from_date = ratings[CONF_FROM_DATE]
    return {
        vol.Required(CONF_KINDS, default=ratings[CONF_KINDS]): SelectSelector(
            SelectSelectorConfig(
                options=[str(kind) for kind in kinds],
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="kind",
            )
        ),
        vol.Required(CONF_SINCE, default=ratings[CONF_SINCE]): SelectSelector(
            SelectSelectorConfig(
                options=[SINCE_ALL, SINCE_FROM_DATE, SINCE_ONLY_NEW],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="since",
            )
        ),
        # Only suggested: a person must be able to empty it.
        vol.Optional(
            CONF_FROM_DATE,
            description=None if from_date is None else {"suggested_value": from_date},
        ): DateSelector(),
    }


def _switch(key: str, settings: Settings) -> dict[vol.Marker, object]:
    """Return a field that is on or off, as it is set."""
    return {vol.Required(key, default=settings[key]): BooleanSelector()}


def _whole_number(maximum: int, unit: str) -> vol.All[int]:
    """Return a field for a whole number from 0 on."""
    selector = NumberSelector(
        NumberSelectorConfig(
            min=0,
            max=maximum,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=unit,
        )
    )
    return vol.All(selector, vol.Coerce(int))
