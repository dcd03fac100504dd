"""The pairs that are measured, and what each of their runs may take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from custom_components.crosswatch.engine.policy import Mode

CPU_FIRST, CPU_NEW, CPU_UNCHANGED = 2.5, 0.3, 0.15
MEMORY_LIMIT: Final = 60.0
# What the services give at most at a time, and what is asked of them each time.
PAGE, KEYS, TRAKT_BATCH, PLEX_HEAD = 1_000, 100, 500, 100
# The newest films and the newest episodes.
PLEX_MARKER: Final = 2
# Both again, the log, and new shows; the newest of Jellyfin, more of it, its series.
PLEX_NEW, JELLYFIN_NEW = 4, 3
# What has changed, and what the history holds: on films, and on episodes.
TRAKT_LOOKS: Final = 3
# Of what is watched on a two-way route, one of so many is at each server alone.
LONELY_SHARE: Final = 20
NEW_PLAYS: Final = 100


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a pair: its limits, and what the rival needs for it."""

    name: str
    requests: int
    cpu: float
    rival_requests: str = ""
    rival_cpu: str = ""
    added: int = 0
    command: str = ""
    memory: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A pair of accounts, how it syncs, and its runs, each on from the one before.

    `quick` is the number of plays that is enough to count requests.
    """

    name: str
    title: str
    slugs: tuple[str, str]
    services: tuple[str, str]
    mode: Mode
    quick: int
    cases: Callable[[int], list[Case]]


def from_jellyfin_to_trakt(plays: int) -> list[Case]:
    """Return the runs from Jellyfin to Trakt."""
    return [
        Case(
            "first sync",
            60,
            CPU_FIRST,
            "244",
            "12.2 s",
            added=plays,
            memory=MEMORY_LIMIT,
        ),
        # Right after a sync the target lists what was written: that is looked at once.
        # What was written has to be seen before it can be missed: a full read, once.
        Case("sees what it wrote", 8, 1.5, "42", "6.6 s"),
        Case("nothing changed", 3, CPU_UNCHANGED, "42", "6.6 s"),
        Case(
            "100 new plays", 6, CPU_NEW, "45", "6.0 s", added=NEW_PLAYS, command="more"
        ),
    ]


def from_plex_to_trakt(plays: int) -> list[Case]:
    """Return the runs from Plex to Trakt."""
    return [
        Case(
            "first sync",
            plex_read(plays) + TRAKT_LOOKS + parts(plays, TRAKT_BATCH),
            CPU_FIRST,
            "20,626",
            "54.2 s",
            added=plays,
            memory=MEMORY_LIMIT,
        ),
        Case("sees what it wrote", PLEX_MARKER + TRAKT_LOOKS, CPU_NEW, "319", "8.8 s"),
        Case("nothing changed", PLEX_MARKER + 1, CPU_UNCHANGED, "319", "8.8 s"),
        Case(
            "100 new plays",
            PLEX_MARKER + PLEX_NEW + 2,
            CPU_NEW,
            "523",
            "8.2 s",
            added=NEW_PLAYS,
            command="more",
        ),
    ]


def between_plex_and_jellyfin(plays: int) -> list[Case]:
    """Return the runs between Plex and Jellyfin, either of which lacks some plays.

    Both take each play in a request of its own, and are asked for it by its address:
    which that is, lists of all films and of the series in question tell.
    """
    lonely = plays // LONELY_SHARE
    share = NEW_PLAYS // 2
    seen = plays - lonely
    plex, jellyfin = (write(lonely, plays, looks) for looks in (2, 1))
    new_plex, new_jellyfin = (write(share, plays, looks) for looks in (2, 1))
    # What was written comes first in Plex's lists, and a full read of Jellyfin has it.
    sees = PLEX_MARKER + 2 * (parts(lonely // 2, PLEX_HEAD) + 1) + 2
    # It dates by the second: what was written in the last one comes first once more.
    again = 2 * (parts(lonely // 2 + share, PLEX_HEAD) - 1)
    return [
        Case(
            "first sync",
            plex_read(seen) + plex + jellyfin_read(seen) + jellyfin,
            CPU_FIRST,
            added=2 * lonely,
            memory=MEMORY_LIMIT,
            note=f"{plays - 2 * lonely:,} watched at both, {lonely:,} at each alone",
        ),
        Case("sees what it wrote", sees + jellyfin_read(plays), 1.5),
        Case("nothing changed", PLEX_MARKER + 1, CPU_UNCHANGED),
        Case(
            "100 new plays",
            PLEX_MARKER + PLEX_NEW + again + new_plex + JELLYFIN_NEW + new_jellyfin,
            CPU_NEW,
            added=NEW_PLAYS,
            command="more",
            note=f"{share} watched at each",
        ),
    ]


def plex_read(plays: int) -> int:
    """Return the requests of a full read: films, episodes, the log, the shows."""
    lists = 2 * parts(plays // 2, PAGE) + parts(plays, PAGE)
    return PLEX_MARKER + lists + parts(series(plays), KEYS)


def jellyfin_read(plays: int) -> int:
    """Return the requests of a full read: what was watched, and its series."""
    return 1 + parts(plays, PAGE) + parts(series(plays), KEYS)


def write(plays: int, of: int, looks: int) -> int:
    """Return the requests of writing some plays into a library of so many.

    All films are listed, all shows, and the episodes of each show in question; each
    item is looked at so many times, as many at once as fit into an address.
    """
    listed = parts(of // 2 + series(of), PAGE) + 1 + series(plays)
    return plays + listed + looks * parts(plays, KEYS)


def series(plays: int) -> int:
    """Return how many series of 20 episodes half of the plays are from.

    The first and the last of them need not be whole.
    """
    return parts(plays // 2, 20) + 2


def parts(number: int, size: int) -> int:
    """Return how many parts of a size it takes."""
    return -(-number // size)


ROUTES: Final[Mapping[str, Route]] = {
    route.name: route
    for route in (
        Route(
            name="jellyfin>trakt",
            title="Jellyfin → Trakt",
            slugs=("jellyfin", "trakt"),
            services=("Jellyfin", "Trakt"),
            mode=Mode.ONE_WAY,
            quick=1_000,
            cases=from_jellyfin_to_trakt,
        ),
        Route(
            name="plex>trakt",
            title="Plex → Trakt",
            slugs=("plex", "trakt"),
            services=("Plex", "Trakt"),
            mode=Mode.ONE_WAY,
            quick=400,
            cases=from_plex_to_trakt,
        ),
        Route(
            name="plex<>jellyfin",
            title="Plex ↔ Jellyfin",
            slugs=("plex", "jellyfin"),
            services=("Plex", "Jellyfin"),
            mode=Mode.TWO_WAY,
            quick=400,
            cases=between_plex_and_jellyfin,
        ),
    )
}
