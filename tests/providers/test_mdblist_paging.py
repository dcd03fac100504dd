"""Lists read page by page: what is believed, and what is read again."""

from collections.abc import Mapping, Sequence

import pytest

from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.mdblist.paging import Page, collect

type Params = Mapping[str, str | int]


class Server:
    """Answers with one page after the other, whatever is asked for."""

    def __init__(self, *pages: Page[str]) -> None:
        """Take the answers."""
        self.pages = list(pages)
        self.asked: list[Params] = []

    async def fetch(self, params: Params) -> Page[str]:
        """Return the next answer."""
        self.asked.append(params)
        return self.pages.pop(0)


def page(text: str, *, more: bool | None = False, cursor: str = "") -> Page[str]:
    """Return a page with some things."""
    return Page({name: name for name in text.split()}, len(text.split()), more, cursor)


NOTHING = page("")


async def read(
    *pages: Page[str], is_part: bool = False
) -> tuple[str, Sequence[Params]]:
    """Return what is on a list, and what it took; all answers are asked for."""
    server = Server(*pages)
    things = await collect(server.fetch, is_part=is_part)
    assert not server.pages
    return " ".join(things), server.asked


async def test_one_page() -> None:
    """It is asked whether more comes after it."""
    assert await read(page("a b"), NOTHING) == ("a b", [{}, {"offset": 2, "limit": 1}])
    assert await read(page("a b"), is_part=True) == ("a b", [{}])
    whole = Page({"a": "a"}, 1, False, "", 1)
    assert await read(whole) == ("a", [{}])


async def test_several_pages() -> None:
    """They are found by cursors, else by how much was read."""
    pages = page("a", more=True, cursor="x"), page("b", more=True), page("c")
    assert await read(*pages, NOTHING) == (
        "a b c",
        [{}, {"cursor": "x"}, {"offset": 2}, {"offset": 3, "limit": 1}],
    )
    unsaid = page("a", more=None), page("b", more=None), page("", more=None)
    assert (await read(*unsaid, NOTHING))[0] == "a b"


async def test_a_page_that_lacks_something() -> None:
    """What comes after it tells, be it new or not: then all is read again."""
    for probe in (page("c"), page("b")):
        again = page("a b c"), NOTHING
        assert (await read(page("a b"), probe, *again))[0] == "a b c"


async def test_something_on_two_pages() -> None:
    """What moved from one page to the next has made another thing move, too."""
    moved = page("a b", more=True, cursor="x"), page("b c")
    again = page("a b", more=True, cursor="x"), page("c d")
    assert (await read(*moved, *again, NOTHING))[0] == "a b c d"


async def test_a_server_that_counts_in_its_own_way() -> None:
    """What comes out the same twice is all that there is."""
    assert (await read(page("a b"), page("a"), page("a b"), page("a")))[0] == "a b"
    total = Page({"a": "a"}, 1, False, "", 7)
    assert (await read(total, total))[0] == "a"


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page("a"), page("b")] * 2, id="more and more"),
        pytest.param([page("a"), page("a"), page("b"), page("b")], id="changing"),
        pytest.param([page("a", more=True), page("a")], id="the same page again"),
        pytest.param(
            [page("a", more=True, cursor="x"), page("b", more=True, cursor="x")],
            id="the same cursor again",
        ),
        pytest.param([page("", more=True)], id="goes on with nothing"),
    ],
)
async def test_lists_that_are_not_believed(pages: list[Page[str]]) -> None:
    """A list that cannot be read as a whole is not read at all."""
    with pytest.raises(ProtocolError):
        await read(*pages)
