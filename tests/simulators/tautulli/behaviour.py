"""What can be switched at the simulated Tautulli: its settings, its age, its faults."""

from dataclasses import dataclass


@dataclass(slots=True)
class Behaviour:
    """The switches of the server."""

    watched_percent: int = 85
    """From which part on a play counts as watched, as a person can set it."""
    groups_history: bool = True
    """Plays that go on with an earlier one share a row, unless a request says not."""
    shows_activity: bool = True
    """What runs right now is listed too, unless a request says not."""
    refusal_status: int = 400
    """The status for a wrong key: older servers answer 401."""
    api_enabled: bool = True
    """The API can be turned off in the settings."""
    plex_connected: bool = True
    """Without its Plex server it knows no metadata, and answers as if all were gone."""
    understands_lists: bool = True
    """Older servers take several types, separated by commas, for one type."""
    longest_page: int | None = None
    """How many rows it returns at most, however many are asked for."""
    database_fails: bool = False
    """A query that fails is answered with an empty history, as a success."""
    knows_status: bool = True
    """Older servers do not tell whether they are connected to their Plex server."""
