"""What is kept of a sign-in at Plex."""

from typing import NamedTuple, override

from ...engine.provider import AccountInfo
from ..answer import JsonObject
from ..kept import kept

# Every server calls its owner so; others have the number that they have at plex.tv.
OWNER: str = "1"


class PlexLogin(NamedTuple):
    """A user of a server; `account_token` is empty where plex.tv is not used."""

    url: str
    token: str
    server_id: str
    server_name: str
    user_id: str
    user_name: str
    device_id: str
    account_token: str = ""
    verify_ssl: bool = True

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it holds secrets."""
        return "<PlexLogin>"

    @property
    def is_owner(self) -> bool:
        """Return whether the server is this user's own."""
        return self.user_id == OWNER

    @property
    def account_id(self) -> str:
        """Return what tells this account from any other, however it was signed in."""
        return f"{self.server_id}_{self.user_id}"

    def info(self, version: str = "") -> AccountInfo:
        """Return who this is."""
        return AccountInfo(
            account_id=self.account_id,
            name=f"{self.user_name} ({self.server_name})",
            version=version,
        )

    def moved(self, url: str, token: str) -> PlexLogin:
        """Return the login at another address, or with another token."""
        return self._replace(url=url, token=token)

    def to_data(self) -> JsonObject:
        """Return what to keep."""
        return {
            "url": self.url,
            "token": self.token,
            "account_token": self.account_token,
            "server_id": self.server_id,
            "server_name": self.server_name,
            "user_id": self.user_id,
            "user_name": self.user_name,
            "device_id": self.device_id,
            "verify_ssl": self.verify_ssl,
        }


def login_from(data: JsonObject) -> PlexLogin:
    """Return the login that a sign-in has kept."""
    return PlexLogin(
        url=kept(data, "url"),
        token=kept(data, "token"),
        account_token=str(data.get("account_token") or ""),
        server_id=kept(data, "server_id"),
        server_name=str(data.get("server_name") or "Plex"),
        user_id=kept(data, "user_id"),
        user_name=str(data.get("user_name") or "Plex"),
        device_id=kept(data, "device_id"),
        verify_ssl=data.get("verify_ssl") is not False,
    )
