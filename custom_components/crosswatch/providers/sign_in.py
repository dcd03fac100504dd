"""How a person signs in to a provider, told without any user interface."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol, override

from ..engine.provider import AccountInfo
from .http import JsonObject

type Answers = Mapping[str, str | bool]


class FieldKind(StrEnum):
    """What a field of a form takes.

    A `PATH` is that of a file which Home Assistant is allowed to read, and is kept
    from the root on; only options have such fields.
    """

    TEXT = "text"
    SECRET = "secret"
    URL = "url"
    SWITCH = "switch"
    SELECT = "select"
    PATH = "path"


class FormField(NamedTuple):
    """One field of a form; its texts are found by the name of the form and its own.

    `options` are the values to choose from, with the names that a person knows them
    by; where they have none, their texts are found by the name of the field.
    """

    name: str
    kind: FieldKind
    required: bool = True
    default: str | bool | None = None
    options: Mapping[str, str] = MappingProxyType({})

    @property
    def preset(self) -> str | bool | None:
        """Return what the field holds before anybody has answered."""
        if self.default is None and self.kind is FieldKind.SWITCH:
            return False
        if self.default is None and self.kind is FieldKind.SELECT and self.required:
            return next(iter(self.options), None)
        return self.default


class DeviceCode(NamedTuple):
    """A code that the person enters elsewhere, at `url` where there is a page for it.

    `secret` is what the provider polls with. Times are in seconds.
    """

    code: str
    url: str
    secret: str
    expires_in: float
    interval: float

    @override
    def __repr__(self) -> str:
        """Return it without the secret."""
        return f"DeviceCode(code={self.code!r}, url={self.url!r})"


class SignedIn(NamedTuple):
    """A finished sign-in: what to keep, and whose account it is."""

    data: JsonObject
    info: AccountInfo

    @override
    def __repr__(self) -> str:
        """Return it without the data, which holds secrets."""
        return f"SignedIn(info={self.info!r})"


type Progress = SignedIn | DeviceCode | Question
"""How far a sign-in has come."""


class Question(NamedTuple):
    """A further form, named `step`, that an answer so far leads to.

    `answer` goes on with what the person enters there; it raises SignInError.
    """

    step: str
    fields: tuple[FormField, ...]
    answer: Callable[[Answers], Awaitable[Progress]]
    placeholders: Mapping[str, str] = MappingProxyType({})


class SignInError(Exception):
    """The sign-in failed; `key` names the text that says why and what to do."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Remember the key of the text and what stands in it."""
        super().__init__(key)
        self.key = key
        self.placeholders = placeholders


class SignIn(Protocol):
    """One attempt to sign in.

    `fields` are asked first. `begin` finishes, asks more, or returns a code for the
    person to enter; `finish` then waits until that is done.
    """

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Return the fields of the form."""

    async def begin(self, answers: Answers) -> Progress:
        """Start with the person's answers; raises SignInError."""

    async def finish(self, code: DeviceCode) -> Progress:
        """Wait until the person has entered the code; raises SignInError."""
