"""Lists in pages."""

from collections.abc import Sequence

from .model import Behaviour
from .wire import Answer, Call, Json, Refusal

LAST_PAGE = 500


def page_number(call: Call) -> int:
    """Return the page that is asked for."""
    text = call.query.get("page", "1")
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PAGE:
        raise Refusal(400, 22)
    return int(text)


def paged(rows: Sequence[Json | None], number: int, behaviour: Behaviour) -> Answer:
    """Return one page of rows; of some only the place is taken."""
    size = behaviour.page_size
    start = (number - 1) * size
    return Answer(
        {
            "page": number,
            "results": [row for row in rows[start : start + size] if row is not None],
            "total_pages": -(-len(rows) // size),
            "total_results": len(rows),
        }
    )
