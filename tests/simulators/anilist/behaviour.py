"""How the simulated AniList is to behave where the real one varies."""

from dataclasses import dataclass


@dataclass(slots=True)
class Behaviour:
    """The switches of a simulator.

    `requests_a_minute` is what it allows a user, None without a limit. `at_once` is
    how many entries a list without chunks holds, None for all. `fails_as_a_whole` says
    that an answer in which anything fails has no data, though the rest may be done.
    `stops_at_a_failure` says that nothing after a part that fails is done.
    """

    requests_a_minute: int | None = 30
    at_once: int | None = None
    max_complexity: int = 500
    fails_as_a_whole: bool = True
    stops_at_a_failure: bool = False
    api_is_off: bool = False
