"""What Home Assistant's own Jellyfin integration knows of a server."""

from ..http import JsonObject
from ..sign_in import Answers


def answers_known(data: JsonObject) -> Answers:
    """Return the answers in the data of its entries, but for the password."""
    return {"url": str(data["url"]), "username": str(data.get("username") or "")}
