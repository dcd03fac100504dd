"""Faults of two services that look as if a person had deleted something."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .viewers import Stage

PLAYS: Final = 200
FOREVER: Final = 100_000
LISTS: Final = r"/Items|/Users/[^/]*/Items"
HISTORY: Final = r"/sync/history.*"

type Break = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: how it begins, what a run says of it, and which issue a person finds.

    `rival` is how many of the 200 plays another product removes because of it, as far
    as that was measured.
    """

    side: str
    name: str
    begin: Break
    status: str = "failed"
    told: str = "cannot_read"
    rival: int | None = None

    def __str__(self) -> str:
        """Return the name of the test."""
        return f"{self.side}: {self.name}"


def jellyfin_answers(status: int) -> Break:
    """Return what lets all lists of Jellyfin fail, while the server is well."""

    def begin(stage: Stage) -> None:
        """Let them fail from now on."""
        stage.jellyfin.faults.fail(path=LISTS, status=status, times=FOREVER)

    return begin


def trakt_answers(status: int) -> Break:
    """Return what lets the history of Trakt fail, while the service is well."""

    def begin(stage: Stage) -> None:
        """Let it fail from now on."""
        stage.trakt.faults.fail(path=HISTORY, status=status, times=FOREVER)

    return begin


def cut_off(stage: Stage) -> None:
    """Answer with the first sixty rows, and with the true number of them."""
    stage.jellyfin.behaviour.cut_lists = 60


def cut_off_in_secret(stage: Stage) -> None:
    """Answer with the first sixty rows, as if these were all."""
    cut_off(stage)
    stage.jellyfin.behaviour.honest_total = False


def jellyfin_is_empty(stage: Stage) -> None:
    """Answer with lists of nothing."""
    stage.jellyfin.behaviour.empty_lists = True


def trakt_is_empty(stage: Stage) -> None:
    """Answer with lists of nothing."""
    stage.trakt.behaviour.empty_lists = True


def lists_of_ben(stage: Stage) -> None:
    """Answer anna with what ben has watched."""
    stage.jellyfin.behaviour.lists_of = stage.ben.user


def swap_users(stage: Stage) -> None:
    """Take ben's data for anna's everywhere, as after a restore that went wrong."""
    anna, ben = stage.anna.user, stage.ben.user
    anna.data, ben.data = ben.data, anna.data
    stage.jellyfin.state.touch()


def mend(stage: Stage) -> None:
    """End all faults."""
    for server in (stage.jellyfin, stage.trakt):
        server.faults.clear()
        server.behaviour.empty_lists = False
    stage.jellyfin.behaviour.cut_lists = None
    stage.jellyfin.behaviour.honest_total = True
    stage.jellyfin.behaviour.lists_of = None
    if not stage.anna.watched & set(range(PLAYS)):
        swap_users(stage)


FAULTS = (
    # A server that is off is a matter for a person after a day only; see below.
    Fault("Jellyfin", "500", jellyfin_answers(500), told="", rival=200),
    Fault("Jellyfin", "404", jellyfin_answers(404), rival=200),
    Fault("Jellyfin", "60 of 200 rows", cut_off, rival=140),
    Fault("Jellyfin", "60 rows, says 60", cut_off_in_secret, rival=140),
    Fault("Jellyfin", "empty", jellyfin_is_empty),
    Fault("Jellyfin", "lists of another user", lists_of_ben),
    Fault("Jellyfin", "is another user", swap_users, "blocked", "shrink"),
    Fault("Trakt", "500", trakt_answers(500), told=""),
    Fault("Trakt", "404", trakt_answers(404)),
    Fault("Trakt", "empty", trakt_is_empty, "blocked", "shrink"),
)
