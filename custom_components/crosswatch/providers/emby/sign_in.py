"""Signs a person in to an Emby server with a username and a password."""

from typing import override

from ..http import JsonObject
from ..mediabrowser.sign_in import MediaBrowserSignIn
from .authorization import authorization


class EmbySignIn(MediaBrowserSignIn):
    """One attempt to sign in to an Emby server."""

    not_mine = "not_emby"
    # Older ones cannot be told how far something was played.
    oldest = (4, 8)

    @override
    def _headers(self) -> dict[str, str]:
        """Return the header by which the server knows who signs in."""
        return authorization(self._context.device_id)

    @override
    def _is_mine(self, info: JsonObject) -> bool:
        """Tell whether an Emby describes itself: it does not say so, others do."""
        product = str(info.get("productname") or "Emby")
        return bool(
            product.startswith("Emby") and info.get("id") and info.get("version")
        )
