"""The file of an account: how it is called, and its end."""

from hashlib import blake2b
from pathlib import Path
from typing import Final

from ..answer import JsonObject

# What SQLite puts beside a file, and the file itself.
COMPANIONS: Final = ("", "-wal", "-shm", "-journal")


def file_name(account: str) -> str:
    """Return the name of an account's file."""
    return f"plex_{blake2b(account.encode(), digest_size=8).hexdigest()}.db"


def forget(data: JsonObject, folder: Path) -> None:
    """Remove the file of an account that is removed."""
    path = folder / file_name(account_key(data))
    for companion in COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)


def account_key(data: JsonObject) -> str:
    """Return what an account's file is named by."""
    return f"{data.get('server_id')}_{data.get('user_id')}"
