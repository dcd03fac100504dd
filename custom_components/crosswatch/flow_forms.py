"""Forms made from what a provider says it needs to know."""

from collections.abc import Iterable, Mapping
from typing import Any

import voluptuous as vol

from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .providers.sign_in import Answers, FieldKind, FormField

type FieldSelector = BooleanSelector | SelectSelector | TextSelector


def form_schema(
    fields: Iterable[FormField], suggested: Mapping[str, Any]
) -> vol.Schema:
    """Return the form of these fields, filled in with what is known already."""
    schema: dict[vol.Marker, FieldSelector] = {}
    for field in fields:
        marker = vol.Required if field.required else vol.Optional
        default = vol.UNDEFINED if field.preset is None else field.preset
        value = suggested.get(field.name)
        description = None if value is None else {"suggested_value": value}
        key = marker(field.name, default=default, description=description)
        schema[key] = _selector(field)
    return vol.Schema(schema)


def known_values(
    fields: Iterable[FormField], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is known of an account for these fields; secrets stay unsaid."""
    return {
        field.name: data[field.name]
        for field in fields
        if data.get(field.name) is not None and _is_sayable(field, data[field.name])
    }


def answers_from(
    fields: Iterable[FormField], user_input: Mapping[str, Any]
) -> dict[str, str | bool]:
    """Return an answer for every field; spaces around pasted text are dropped."""
    answers: dict[str, str | bool] = {}
    for field in fields:
        value = user_input.get(field.name, field.preset)
        if field.kind is FieldKind.SWITCH:
            answers[field.name] = bool(value)
        elif field.kind is FieldKind.SECRET:
            answers[field.name] = value or ""
        else:
            answers[field.name] = (value or "").strip()
    return answers


def missing_answers(fields: Iterable[FormField], answers: Answers) -> dict[str, str]:
    """Return the errors of required fields that hold nothing."""
    return {
        field.name: "required"
        for field in fields
        if field.required and answers[field.name] == ""
    }


def _is_sayable(field: FormField, value: object) -> bool:
    """Tell whether a form may be filled in with a value."""
    if field.kind is FieldKind.SELECT:
        return value in field.options
    return field.kind is not FieldKind.SECRET


def _selector(field: FormField) -> FieldSelector:
    """Return how a field is asked for."""
    match field.kind:
        case FieldKind.SWITCH:
            return BooleanSelector()
        case FieldKind.SECRET:
            return TextSelector(
                TextSelectorConfig(
                    type=TextSelectorType.PASSWORD, autocomplete="current-password"
                )
            )
        case FieldKind.URL:
            return TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
        case FieldKind.SELECT:
            return _select(field)
    return TextSelector()


def _select(field: FormField) -> SelectSelector:
    """Return a choice; the texts of options without a name are looked up."""
    config = SelectSelectorConfig(
        options=[
            SelectOptionDict(value=value, label=name or value)
            for value, name in field.options.items()
        ],
        mode=SelectSelectorMode.LIST,
    )
    if not all(field.options.values()):
        config["translation_key"] = field.name
    return SelectSelector(config)
