"""The options of an account: what a person has chosen, else the defaults."""

from homeassistant.config_entries import ConfigEntry

from .providers.sign_in import FieldKind, FormField
from .providers.spec import ProviderSpec


def options_of(spec: ProviderSpec, entry: ConfigEntry) -> dict[str, str | bool]:
    """Return a value for each option that has one; what else is stored is ignored."""
    options: dict[str, str | bool] = {}
    for field in spec.options:
        stored = entry.options.get(field.name)
        value = stored if _is_possible(field, stored) else field.preset
        if value is not None:
            options[field.name] = value
    return options


def _is_possible(field: FormField, value: object) -> bool:
    """Tell whether an option can have a value; another release may have stored it."""
    match field.kind:
        case FieldKind.SWITCH:
            return isinstance(value, bool)
        case FieldKind.SELECT:
            return value in field.options
        case _:
            return isinstance(value, str) and (bool(value) or not field.required)
