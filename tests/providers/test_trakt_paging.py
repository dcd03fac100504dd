"""Lists that change while they are read."""

from collections.abc import Sequence

import pytest

from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.trakt.paging import Page, collect, together


class Lists:
    """A list whose pages are told one reading after the other."""

    def __init__(self, *readings: Sequence[Page[str]]) -> None:
        """Take the pages of each reading."""
        self.readings = list(readings)
        self.fetched: list[int] = []

    async def fetch(self, number: int) -> Page[str]:
        """Return a page; the first one begins a reading."""
        if number == 1 and self.fetched:
            self.readings.pop(0)
        self.fetched.append(number)
        return self.readings[0][number - 1]


def pages(*texts: str, total: int, others: int = 0) -> list[Page[str]]:
    """Return pages with a letter a thing."""
    return [Page(list(text), others, len(texts), total) for text in texts]


GOOD = pages("abc", "de", total=5)


@pytest.mark.parametrize(
    ("reading", "fetched"),
    [
        pytest.param(GOOD, [1, 2], id="steady"),
        pytest.param(pages("abc", "cd", total=5), [1, 2, 1, 2], id="one moved"),
        pytest.param(pages("abc", "d", total=5), [1, 2, 1, 2], id="one gone"),
        pytest.param(pages("abc", "def", total=5), [1, 2, 1, 2], id="one more"),
        pytest.param(
            [GOOD[0], Page(["d", "x"], 0, 2, 6)], [1, 2, 1, 2], id="another total"
        ),
        pytest.param(
            [Page(["a"], 2, 2, 5), Page(["d", "e"], 0, 2, 5)], [1, 2], id="others count"
        ),
    ],
)
async def test_reading_again(reading: list[Page[str]], fetched: list[int]) -> None:
    """What does not fit together is read once more."""
    lists = Lists(reading, GOOD)
    found = await collect(lists.fetch, str)
    assert lists.fetched == fetched
    if len(fetched) > 2:
        assert sorted(found) == list("abcde")


async def test_first_page_that_is_known() -> None:
    """A page that was fetched already is not fetched again."""
    lists = Lists(GOOD)
    assert sorted(await collect(lists.fetch, str, GOOD[0])) == list("abcde")
    assert lists.fetched == [2]


async def test_never_steady() -> None:
    """A list that never fits together is an error, not a part."""
    bad = pages("abc", "cd", total=5)
    with pytest.raises(ProtocolError, match="changed"):
        await collect(Lists(bad, bad).fetch, str)


async def test_endless_pages() -> None:
    """Pages without end are given up at the first that is empty."""
    first = Page(["a"], 0, 1_000_000, 1_000_000)
    fetched = 0

    async def fetch(number: int) -> Page[str]:
        """Return nothing after the first page."""
        nonlocal fetched
        fetched += 1
        return first if number == 1 else Page([], 0, 1_000_000, 1_000_000)

    with pytest.raises(ProtocolError):
        await collect(fetch, str)
    assert fetched < 20


async def test_one_error_speaks_for_all() -> None:
    """Of several errors the first is told, as itself."""

    async def fail(text: str) -> None:
        """Fail."""
        raise ProviderUnavailableError(text)

    with pytest.raises(ProviderUnavailableError, match="one"):
        await together(fail("one"), fail("two"))


async def test_results_come_in_order() -> None:
    """Work done side by side returns its results in order."""

    async def one(number: int) -> int:
        """Return a number."""
        return number

    assert await together(one(1), one(2)) == [1, 2]
