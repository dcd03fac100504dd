"""What a simulator can be told to show, or to do, on its n-th matching request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re

from .request_log import Request


class FaultKind(StrEnum):
    """What goes wrong."""

    STATUS = "status"
    """The given status is answered; the request is not processed."""
    CUT = "cut"
    """The connection is reset before any answer; the request is not processed."""
    CUT_AFTER = "cut_after"
    """The request is processed, then the connection is reset without an answer."""
    HALF_BODY = "half_body"
    """The request is processed, then half of the true body is sent and cut off."""
    NONSENSE = "nonsense"
    """200 with a body that is no JSON; the request is not processed."""
    SLOW = "slow"
    """The true answer comes after some seconds."""
    STATUS_AFTER = "status_after"
    """The request is processed, but the given status is answered."""
    MEANWHILE = "meanwhile"
    """Something else happens first; then the request is processed as ever."""


@dataclass(slots=True)
class Fault:
    """One rule: which requests it counts, on which of them it shows, and how."""

    path: re.Pattern[str]
    method: str | None
    on_call: int
    times: int
    status: int
    headers: Mapping[str, str]
    body: bytes
    kind: FaultKind
    seconds: float
    calls: int = 0
    happens: Callable[[], object] = lambda: None

    def counts(self, request: Request) -> bool:
        """Return whether the rule is about this request."""
        return (
            self.method is None or self.method == request.method
        ) and self.path.fullmatch(request.path) is not None

    @property
    def due(self) -> bool:
        """Return whether the request that was counted last is to go wrong."""
        return self.on_call <= self.calls < self.on_call + self.times


NONSENSE = b"<!doctype html><title>Welcome</title><p>This is not an API."


@dataclass(slots=True)
class Faults:
    """The rules of one simulator, in the order in which they were given."""

    rules: list[Fault] = field(default_factory=list)
    fired: int = 0

    def fail(
        self,
        *,
        path: str = ".*",
        method: str | None = None,
        on_call: int = 1,
        times: int = 1,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        kind: FaultKind = FaultKind.STATUS,
        seconds: float = 1.0,
    ) -> None:
        """Let the `on_call`-th matching request from now on, and the next ones, fail.

        `path` is a regular expression for the whole path. Every rule counts the
        matching requests for itself, also while another rule is the one that shows.
        """
        if on_call < 1 or times < 1:
            raise ValueError("on_call and times start at 1")
        if body is None:
            body = NONSENSE if kind is FaultKind.NONSENSE else b""
        self.rules.append(
            Fault(
                path=re.compile(path),
                method=method.upper() if method else None,
                on_call=on_call,
                times=times,
                status=status or 500,
                headers=dict(headers or {}),
                body=body.encode() if isinstance(body, str) else body,
                kind=kind,
                seconds=seconds,
            )
        )

    def meanwhile(
        self,
        happens: Callable[[], object],
        *,
        path: str = ".*",
        method: str | None = None,
        on_call: int = 1,
    ) -> None:
        """Let somebody do something just before the `on_call`-th matching request."""
        self.fail(path=path, method=method, on_call=on_call, kind=FaultKind.MEANWHILE)
        self.rules[-1].happens = happens

    def clear(self) -> None:
        """Forget all rules."""
        self.rules.clear()

    def take(self, request: Request) -> Fault | None:
        """Count a request and return the fault that it is to show, if any."""
        shown: Fault | None = None
        for rule in self.rules:
            if not rule.counts(request):
                continue
            rule.calls += 1
            if shown is None and rule.due:
                shown = rule
        if shown is not None:
            self.fired += 1
        return shown
