"""What can be switched at the simulated service, as nobody knows it or it varies."""

from dataclasses import dataclass
from enum import StrEnum


class Repeats(StrEnum):
    """What comes of a play that the history holds already, to the minute."""

    PLAY = "play"
    """A second play is stored; the documentation warns of this."""
    EXISTING = "existing"
    """It is counted in a block `existing` and stored once."""
    CONFLICT = "conflict"
    """The whole request is refused with 409, nothing is stored."""


@dataclass(slots=True)
class Behaviour:
    """The switches of the service."""

    enforce_rate: bool = True
    """Answer 429 beyond one write a second and 1000 reads in five minutes."""
    read_lag: int = 0
    """How many reads of a feature still miss what was written before them."""
    repeats: Repeats = Repeats.PLAY
    watched_leaves_watchlist: bool = True
    """A title that was watched (a show: wholly) goes from the watchlist."""
    block_empty_agent: bool = True
    """Answer 403, as Cloudflare may, to a client that does not say its name."""
    episode_ids: frozenset[str] = frozenset({"trakt", "tvdb", "imdb", "tmdb"})
    """Ids that an episode can be written by; only trakt and tvdb are documented."""
