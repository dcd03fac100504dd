"""Signs a person in to the built-in tracker, which only needs a name."""

import asyncio
from pathlib import Path
from typing import override

from ...engine.provider import ProviderError
from ..sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    SignedIn,
    SignIn,
    SignInError,
)
from ..spec import SignInContext
from .database import DamagedError, NewerError, check, create
from .naming import account_slug, file_name
from .provider import account_info


class TrackerSignIn(SignIn):
    """One attempt to sign in: makes the tracker's file, or takes the one there is."""

    fields = (FormField("name", FieldKind.TEXT),)

    def __init__(self, context: SignInContext) -> None:
        """Take the folder that the file is in, and the name of an account that exists."""
        self._folder = context.folder
        self._known = account_slug(str(context.known.get("name") or ""))

    @override
    async def begin(self, answers: Answers) -> SignedIn | DeviceCode:
        """Make or check the file of this name."""
        name = str(answers.get("name") or "").strip()
        if not account_slug(name):
            raise SignInError("invalid_name")
        # Another tracker cannot take the place of one that exists: it needs no file.
        if self._known in {"", account_slug(name)}:
            await asyncio.to_thread(_make_ready, self._folder / file_name(name))
        return SignedIn(data={"name": name}, info=account_info(name))

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Refuse: there never is a code to wait for."""
        raise SignInError("code_expired")


def _make_ready(path: Path) -> None:
    """Make the file, or look through one that is there from an earlier account."""
    try:
        if path.exists():
            check(path)
        else:
            create(path)
    except DamagedError as err:
        raise SignInError("file_damaged", file=err.aside.name) from err
    except NewerError as err:
        raise SignInError("file_too_new", file=path.name) from err
    except ProviderError as err:
        raise SignInError("file_unusable", file=path.name) from err
