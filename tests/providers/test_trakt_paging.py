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
        reading = self.readings[0]
        if number <= len(reading):
            return reading[number - 1]
        return Page([], 0, len(reading), reading[0].total)


def pages(*texts: str, total: int, others: int = 0) -> list[Page[str]]:
    """Return pages with a letter a thing."""
    return [Page(list(text), others, len(texts), total) for text in texts]


GOOD = pages("abc", "de", total=5)


@pytest.mark.parametrize(
    ("reading", "fetched"),
    [
        pytest.param(GOOD, [1, 2], id="steady"),
        pytest.param(pages("abc", "cd", total=5), [1, 2, 1, 2], id="one moved"),
        # Pages that do not hold what is announced: is there another one?
        pytest.param(pages("abc", "d", total=5), [1, 2, 3, 1, 2], id="one gone"),
        pytest.param(pages("abc", "def", total=5), [1, 2, 3, 1, 2], id="one more"),
        pytest.param([*pages("abc", "de", total=6)], [1, 2, 3, 1, 2], id="one hidden"),
        pytest.param(
            [Page(list("abc"), 0, 1, 5), Page(list("de"), 0, 1, 5)],
            [1, 2, 1, 2],
            id="a page too few",
        ),
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
    if fetched.count(1) > 1:
        assert sorted(found.things) == list("abcde")
        assert found.unlisted == 0


async def test_first_page_that_is_known() -> None:
    """A page that was fetched already is not fetched again."""
    lists = Lists(GOOD)
    found = await collect(lists.fetch, str, GOOD[0])
    assert sorted(found.things) == list("abcde")
    assert lists.fetched == [2]


async def test_never_steady() -> None:
    """A list that never fits together is an error, not a part."""
    bad = pages("abc", "cd", total=5)
    with pytest.raises(ProtocolError, match="changed"):
        await collect(Lists(bad, bad).fetch, str)


def counted(listed: int, total: int, others: int = 0) -> list[Page[str]]:
    """Return two pages that hold fewer things than they announce."""
    names = [f"t{number}" for number in range(listed)]
    half = listed // 2
    return [Page(names[:half], others, 2, total), Page(names[half:], 0, 2, total)]


@pytest.mark.parametrize(
    ("listed", "total", "others", "accepted"),
    [
        # As reported of a real account: ten of its films count as adult by now.
        pytest.param(583, 593, 0, True, id="few are hidden"),
        pytest.param(583, 573, 0, True, id="few are not counted"),
        pytest.param(583, 600, 0, False, id="many are missing"),
        pytest.param(4, 6, 0, True, id="few of few"),
        pytest.param(4, 7, 0, False, id="many of few"),
        pytest.param(0, 1, 0, False, id="nothing is listed"),
        pytest.param(583, 604, 11, True, id="few are hidden, few are of other kinds"),
        pytest.param(10, 14, 4, False, id="many are of other kinds"),
        pytest.param(0, 250, 250, False, id="all are of other kinds"),
    ],
)
async def test_counted_but_not_listed(
    listed: int, total: int, others: int, accepted: bool
) -> None:
    """A little that is missing twice is hidden; more than that is a fault."""
    reading = counted(listed, total, others)
    lists = Lists(reading, reading)
    if not accepted:
        with pytest.raises(ProtocolError, match="lack"):
            await collect(lists.fetch, str)
        return
    found = await collect(lists.fetch, str)
    assert (len(found.things), found.unlisted) == (listed, total - listed)
    assert lists.fetched == [1, 2, 3, 1, 2, 3]
    # What is known to be hidden is not looked for again.
    lists = Lists(reading)
    assert await collect(lists.fetch, str, unlisted=found.unlisted) == found
    assert lists.fetched == [1, 2]


async def test_missing_things_that_differ() -> None:
    """If something else is missing each time, something is missing."""
    whole = [f"t{number}" for number in range(100)]
    first = [Page(whole[:99], 0, 1, 100)]
    second = [Page(whole[1:], 0, 1, 100)]
    with pytest.raises(ProtocolError, match="changed"):
        await collect(Lists(first, second).fetch, str)


async def test_repeated_things_are_no_hidden_ones() -> None:
    """Pages that repeat things leave out others, as often as they are read."""
    names = [f"t{number}" for number in range(99)]
    pages = [Page([*names, "t0"], 0, 1, 100)]
    with pytest.raises(ProtocolError, match="repeat"):
        await collect(Lists(pages, pages).fetch, str)


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
