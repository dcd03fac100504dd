"""Pages: 100 rows unless asked otherwise, and never more than 250."""

from collections.abc import Callable, Mapping, Sequence

from .wire import Answer

DEFAULT_LIMIT = 100
MAX_LIMIT = 250


def paged[T](
    rows: Sequence[T],
    query: Mapping[str, str],
    shape: Callable[[T], object],
    default: int = DEFAULT_LIMIT,
    is_hidden: Callable[[T], bool] = lambda row: False,
) -> Answer:
    """Return the page that a query asks for; beyond the end it is empty.

    A larger limit is clamped silently. An empty list has no pages: a guess. Hidden
    rows are counted and take their places, but are not shown.
    """
    page = positive(query.get("page"), 1)
    limit = min(positive(query.get("limit"), default), MAX_LIMIT)
    start = (page - 1) * limit
    return Answer(
        [shape(row) for row in rows[start : start + limit] if not is_hidden(row)],
        headers={
            "X-Pagination-Page": str(page),
            "X-Pagination-Limit": str(limit),
            "X-Pagination-Page-Count": str(-(-len(rows) // limit)),
            "X-Pagination-Item-Count": str(len(rows)),
        },
    )


def positive(text: str | None, default: int) -> int:
    """Return a number above zero, or the default for anything else."""
    if text is None or not text.isdecimal():
        return default
    return int(text) or default
