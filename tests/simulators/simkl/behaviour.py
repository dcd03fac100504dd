"""How the service behaves where that is not the same for everybody."""

from dataclasses import dataclass
from enum import StrEnum


class Empty(StrEnum):
    """What an empty library looks like: old and new apps see it differently."""

    NULL = "null"
    OBJECT = "{}"
    ARRAY = "[]"


@dataclass(slots=True)
class Behaviour:
    """The switches of the service."""

    enforce_rate: bool = True
    """Answer 429 beyond one write a second and ten reads a second."""
    read_lag: int = 0
    """How many reads still miss what was written before them."""
    empty: Empty = Empty.NULL
    one_session_per_title: bool = True
    """A place where somebody stopped takes the place of the title's former one."""
    empty_answers: bool = False
    """Removals are answered without a body, as they once were."""
    locked: int = 0
    """How many writes yet find that another one is under way: 400 RATE_LIMIT."""
    busy_status: int = 400
    """The status of that: 400 with RATE_LIMIT, or 423."""
    exhausted: bool = False
    """The app has made all requests that it may make: 412."""
    max_items: int | None = None
    """How many titles a part of the library may have to be listed as a whole."""
    deletes_with_body: bool = False
    """A deleted session is answered with 200 and a body instead of 204."""
    rewatch_apart: int = 2
    """How many days two viewings of a title have to be apart."""
