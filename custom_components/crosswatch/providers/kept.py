"""What a sign-in kept of an account, as its provider finds it again."""

from ..engine.provider import AuthenticationError
from .http import JsonObject


def kept(data: JsonObject, name: str) -> str:
    """Return a text that the sign-in kept; raises AuthenticationError without it."""
    value = data.get(name)
    if isinstance(value, str) and value:
        return value
    raise AuthenticationError(f"The account's data lacks {name}: sign in again")
