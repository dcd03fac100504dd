"""The forms of a pair."""

from collections.abc import Container, Iterable
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

from .account import CrossWatchConfigEntry
from .const import (
    CONF_ADD,
    CONF_CONFIRM,
    CONF_CONFLICTS,
    CONF_DELETE_LIMIT,
    CONF_DELETE_PERCENT,
    CONF_DELTA_SECONDS,
    CONF_DRY_RUN,
    CONF_FEATURES,
    CONF_FROM_DATE,
    CONF_GUARDS,
    CONF_INTERVAL,
    CONF_KINDS,
    CONF_LIBRARIES,
    CONF_MAX_PERCENT,
    CONF_MIN_SECONDS,
    CONF_MODE,
    CONF_PREFER,
    CONF_REMOVE,
    CONF_REMOVE_MODE,
    CONF_REPLAY,
    CONF_REWATCHES,
    CONF_SHRINK_GUARD,
    CONF_SINCE,
    CONF_TARGET,
    CONF_TOLERANCE,
    MAX_DELETE_LIMIT,
    MAX_INTERVAL,
    MAX_SECONDS,
    SINCE_ALL,
    SINCE_FROM_DATE,
    SINCE_ONLY_NEW,
)
from .engine.model import Feature, MediaKind
from .engine.policy import Mode, Prefer, RemoveMode
from .pair_libraries import Shelves, library_options
from .pair_rules import accounts_with_libraries, in_order, shared_kinds
from .pair_served import unserved_settings
from .pair_settings import Settings

type Fields = dict[vol.Marker, object]


class JudgedSelector(SelectSelector):
    """A select whose answer the flow judges, as it can say why it refuses one.

    What is offered may have changed while the form was open.
    """

    @override
    def __call__(self, data: Any) -> Any:
        """Take any answer of the right shape."""
        return vol.Schema([str] if self.config["multiple"] else str)(data)


class ModeSelector(SelectSelector):
    """A select of the modes that accounts can have; the flow judges any mode."""

    @override
    def __call__(self, data: Any) -> Any:
        """Take any mode that there is."""
        return Mode(vol.In([mode.value for mode in Mode])(data)).value


class ServedSection(section):
    """A section of which only what makes a difference is shown.

    The rest keeps its value; an answer to it, from who knows its name, is judged.
    """

    def __init__(self, fields: Fields, hidden: Container[str]) -> None:
        """Show the fields that are not hidden."""
        shown = {name: fields[name] for name in fields if str(name) not in hidden}
        super().__init__(vol.Schema(shown), {"collapsed": True})
        self._fields = vol.Schema(fields)

    @override
    def __call__(self, value: Any) -> Any:
        """Check all fields."""
        return self._fields(value)


class ClampedSelector(NumberSelector):
    """A number that is brought into its range rather than refused.

    Home Assistant cannot show an error at a field of a section.
    """

    @override
    def __call__(self, data: Any) -> float:
        """Return the nearest number that makes sense."""
        number: float = vol.Coerce(float)(data)
        return min(max(number, self.config["min"]), self.config["max"])


def pair_fields(
    targets: Iterable[ConfigEntry],
    modes: Iterable[Mode],
    features: Iterable[Feature],
    settings: Settings,
) -> Fields:
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
        **_select(CONF_MODE, modes, settings, ModeSelector),
        vol.Required(CONF_FEATURES, default=settings[CONF_FEATURES]): JudgedSelector(
            SelectSelectorConfig(
                options=[feature.value for feature in features],
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="feature",
            )
        ),
        **_switch(CONF_DRY_RUN, settings),
        **_whole_number(
            CONF_INTERVAL, settings, MAX_INTERVAL, "minutes", NumberSelector
        ),
    }


def section_fields(
    source: CrossWatchConfigEntry,
    target: CrossWatchConfigEntry,
    settings: Settings,
    shelves: Shelves,
) -> dict[vol.Marker, object]:
    """Return collapsed sections for each chosen feature, guards and conflicts."""
    sections: dict[str, Fields] = {}
    for feature in in_order(settings[CONF_FEATURES]):
        known = settings[feature]
        accounts = accounts_with_libraries(
            source, target, Mode(settings[CONF_MODE]), feature
        )
        chosen = known.get(CONF_LIBRARIES, [])
        sections[feature] = {
            **_switch(CONF_ADD, known),
            **_switch(CONF_REMOVE, known),
            **_select(CONF_REMOVE_MODE, list(RemoveMode), known),
            **_libraries(library_options(source, accounts, shelves, chosen), chosen),
        }
    if (history := settings.get(Feature.HISTORY)) is not None:
        sections[Feature.HISTORY] |= _history_fields(history)
    if (ratings := settings.get(Feature.RATINGS)) is not None:
        kinds = shared_kinds(source, target, Feature.RATINGS)
        sections[Feature.RATINGS] |= _ratings_fields(kinds, ratings)
    if (progress := settings.get(Feature.PROGRESS)) is not None:
        sections[Feature.PROGRESS] |= _progress_fields(progress)
    sections[CONF_GUARDS] = _guards_fields(settings[CONF_GUARDS])
    if (conflicts := settings.get(CONF_CONFLICTS)) is not None:
        sections[CONF_CONFLICTS] = _select(CONF_PREFER, list(Prefer), conflicts)
    hidden: dict[str, frozenset[str]] = {
        feature: unserved_settings(source, target, settings, feature)
        for feature in in_order(settings[CONF_FEATURES])
    }
    return {
        vol.Optional(name): ServedSection(fields, hidden.get(name, frozenset()))
        for name, fields in sections.items()
    }


def confirm_fields() -> Fields:
    """Return the field of a step that explains a risk."""
    return {vol.Required(CONF_CONFIRM, default=False): BooleanSelector()}


def _libraries(options: list[SelectOptionDict], chosen: list[str]) -> Fields:
    """Return the field of libraries, where there are any to choose from."""
    if not options:
        return {}
    selector = SelectSelector(
        SelectSelectorConfig(
            options=options, multiple=True, mode=SelectSelectorMode.LIST
        )
    )
    return {vol.Required(CONF_LIBRARIES, default=chosen): selector}


def _history_fields(history: Settings) -> Fields:
    """Return what is asked for history beyond what all features have."""
    return {
        **_switch(CONF_REWATCHES, history),
        **_whole_number(CONF_TOLERANCE, history, MAX_SECONDS, "seconds"),
    }


def _ratings_fields(kinds: Iterable[MediaKind], ratings: Settings) -> Fields:
    """Return what is asked for ratings beyond what all features have."""
    from_date = ratings[CONF_FROM_DATE]
    return {
        vol.Required(CONF_KINDS, default=ratings[CONF_KINDS]): SelectSelector(
            SelectSelectorConfig(
                options=[kind.value for kind in kinds],
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="kind",
            )
        ),
        **_select(CONF_SINCE, [SINCE_ALL, SINCE_FROM_DATE, SINCE_ONLY_NEW], ratings),
        # Only suggested: a person must be able to empty it.
        vol.Optional(
            CONF_FROM_DATE,
            description=None if from_date is None else {"suggested_value": from_date},
        ): DateSelector(),
    }


def _progress_fields(progress: Settings) -> Fields:
    """Return what is asked for progress beyond what all features have."""
    return {
        **_whole_number(CONF_MIN_SECONDS, progress, MAX_SECONDS, "seconds"),
        **_whole_number(CONF_DELTA_SECONDS, progress, MAX_SECONDS, "seconds"),
        **_whole_number(CONF_MAX_PERCENT, progress, 100, "%"),
        **_switch(CONF_REPLAY, progress),
    }


def _guards_fields(guards: Settings) -> Fields:
    """Return what may hold a run back."""
    return {
        **_whole_number(CONF_DELETE_LIMIT, guards, MAX_DELETE_LIMIT, "records"),
        **_whole_number(CONF_DELETE_PERCENT, guards, 100, "%"),
        **_switch(CONF_SHRINK_GUARD, guards),
    }


def _switch(key: str, settings: Settings) -> Fields:
    """Return a field that is on or off, as it is set."""
    return {vol.Required(key, default=settings[key]): BooleanSelector()}


def _select(
    key: str,
    options: Iterable[str],
    settings: Settings,
    selector: type[SelectSelector] = SelectSelector,
) -> Fields:
    """Return a field for one of several options, whose texts are under its name."""
    config = SelectSelectorConfig(
        options=[str(option) for option in options],
        mode=SelectSelectorMode.DROPDOWN,
        translation_key=key,
    )
    return {vol.Required(key, default=settings[key]): selector(config)}


def _whole_number(
    key: str,
    settings: Settings,
    maximum: int,
    unit: str,
    selector: type[NumberSelector] = ClampedSelector,
) -> Fields:
    """Return a field for a whole number from 0 on."""
    config = NumberSelectorConfig(
        min=0,
        max=maximum,
        step=1,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=unit,
    )
    field = vol.All(selector(config), vol.Coerce(int))
    return {vol.Required(key, default=settings[key]): field}
