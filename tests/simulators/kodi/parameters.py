"""The parameters of a call, checked as the description of the API demands."""

from collections.abc import Collection
from dataclasses import dataclass

from .errors import INVALID_PARAMS, RpcError, invalid

# The order of parameters for those who do not name them.
ORDER = {
    "Application.GetProperties": ("properties",),
    "Player.GetProperties": ("playerid", "properties"),
    "Player.GetItem": ("playerid", "properties"),
}


def named(method: str, given: object) -> dict[str, object]:
    """Return the parameters of a call by their names."""
    if isinstance(given, list):
        if method not in ORDER or len(given) > len(ORDER[method]):
            raise RpcError(INVALID_PARAMS)
        return dict(zip(ORDER[method], given, strict=False))
    return given if isinstance(given, dict) else {}


@dataclass(frozen=True, slots=True)
class Params:
    """The named parameters of one call; null stands for one that is not given."""

    method: str
    values: dict[str, object]

    def only(self, *names: str) -> None:
        """Refuse any other parameter."""
        if too_many := set(self.values) - set(names):
            data = {"message": "Too many parameters", "method": self.method}
            raise RpcError(INVALID_PARAMS, {**data, "stack": {"name": min(too_many)}})

    def integer(self, name: str) -> int | None:
        """Return a whole number, if it is given."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise invalid(self.method, name, "Invalid type received")

    def needed(self, name: str) -> int:
        """Return a whole number that has to be given."""
        if (value := self.integer(name)) is None:
            raise invalid(self.method, name, "Missing parameter")
        return value

    def text(self, name: str) -> str | None:
        """Return a text, if it is given."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        raise invalid(self.method, name, "Invalid type received")

    def object(self, name: str) -> dict[str, object] | None:
        """Return an object, if it is given."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return {str(key): each for key, each in value.items()}
        raise invalid(self.method, name, "Invalid type received")

    def texts(self, name: str, allowed: Collection[str] | None = None) -> list[str]:
        """Return a list of texts, empty if it is not given."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(
            isinstance(each, str) for each in value
        ):
            raise invalid(self.method, name, "Invalid type received")
        if allowed is not None and not set(value) <= set(allowed):
            message = "Received value does not match any of the defined enum values"
            raise invalid(self.method, name, message)
        return [str(each) for each in value]


def number(method: str, values: dict[str, object], name: str) -> float | None:
    """Return a number in an object, if it is given."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise invalid(method, name, "Invalid type received")
