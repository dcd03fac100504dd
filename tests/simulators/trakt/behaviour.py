"""What can be switched at the simulated service, as nobody knows it or it varies."""

from dataclasses import dataclass, field
from enum import StrEnum

from .model import Title


class Repeats(StrEnum):
    """What comes of a play that the history holds already, to the minute."""

    PLAY = "play"
    """A second play is stored; the documentation warns of this."""
    EXISTING = "existing"
    """It is counted in a block `existing` and stored once."""
    CONFLICT = "conflict"
    """The whole request is refused with 409, nothing is stored."""


class NotFound(StrEnum):
    """How is told what was not found; all of it has been seen."""

    NAMED = "named"
    """By its ids, in the list that it was sent in."""
    NAMELESS = "nameless"
    """With all that was said of it, but without its ids."""
    AMONG_EPISODES = "among_episodes"
    """By its ids, but a show with episodes stands in the list of episodes."""


@dataclass(slots=True)
class Behaviour:
    """The switches of the service."""

    enforce_rate: bool = True
    """Answer 429 beyond one write a second and 1000 reads in five minutes."""
    read_lag: int = 0
    """How many reads of a feature still miss what was written before them."""
    repeats: Repeats = Repeats.PLAY
    not_found: NotFound = NotFound.NAMED
    undocumented_ids: int | None = None
    """The status, if any, that refuses a body with an episode of other ids only."""
    hidden: set[Title] = field(default_factory=set)
    """Titles whose plays are counted but not listed, as those of adult films."""
    empty_lists: bool = False
    """The watchlist, the ratings and the history are empty lists, and say so."""
    watched_leaves_watchlist: bool = True
    """A title that was watched (a show: wholly) goes from the watchlist."""
    block_empty_agent: bool = True
    """Answer 403, as Cloudflare may, to a client that does not say its name."""
    episode_ids: frozenset[str] = frozenset({"trakt", "tvdb", "imdb", "tmdb"})
    """Ids that an episode can be written by; only trakt and tvdb are documented."""
    refuses_late_pauses: bool = True
    """Answer 422 to a pause at 80 % and more; a guess, older servers took it."""
    pause_goes_on_watching: bool = False
    """A pause leaves its title being watched, as has been reported in 2026."""
    has_watching: bool = True
    """There is an address that tells what somebody watches."""
