"""Forms made from what a provider says it needs to know."""

from collections.abc import Iterable, Mapping
from typing import Any

import voluptuous as vol

from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .providers.sign_in import Answers, FieldKind, FormField


def sign_in_schema(
    fields: Iterable[FormField], suggested: Mapping[str, Any]
) -> vol.Schema:
    """Return the form of these fields, filled in with what is known already."""
    schema: dict[vol.Marker, BooleanSelector | TextSelector] = {}
    for field in fields:
        marker = vol.Required if field.required else vol.Optional
        default = vol.UNDEFINED if field.default is None else field.default
        value = suggested.get(field.name)
        description = None if value is None else {"suggested_value": value}
        key = marker(field.name, default=default, description=description)
        schema[key] = _selector(field.kind)
    return vol.Schema(schema)


def known_values(
    fields: Iterable[FormField], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what an account's data says for these fields; secrets stay unsaid."""
    return {
        field.name: data[field.name]
        for field in fields
        if field.kind is not FieldKind.SECRET and data.get(field.name) is not None
    }


def answers_from(
    fields: Iterable[FormField], user_input: Mapping[str, Any]
) -> dict[str, str | bool]:
    """Return an answer for every field; spaces around pasted text are dropped."""
    answers: dict[str, str | bool] = {}
    for field in fields:
        value = user_input.get(field.name, field.default)
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


def _selector(kind: FieldKind) -> BooleanSelector | TextSelector:
    """Return how a field is asked for."""
    if kind is FieldKind.SWITCH:
        return BooleanSelector()
    if kind is FieldKind.SECRET:
        return TextSelector(
            TextSelectorConfig(
                type=TextSelectorType.PASSWORD, autocomplete="current-password"
            )
        )
    if kind is FieldKind.URL:
        return TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
    return TextSelector()
