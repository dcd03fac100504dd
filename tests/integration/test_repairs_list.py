"""The list of removals that wait: short enough to read, and just what was said."""

from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Side
from custom_components.crosswatch.engine.plan import Action, Reason
from custom_components.crosswatch.engine.report import ReportItem, Result
from custom_components.crosswatch.held_removals import HeldRemovals
from custom_components.crosswatch.item_list import (
    SHOWN_TITLES,
    ListWords,
    async_list_words,
    escaped,
    listed_titles,
)
from homeassistant.core import HomeAssistant

ACCOUNTS = {Side.SOURCE: "Home", Side.TARGET: "Cabin"}
SHOW = Item(MediaKind.SHOW, {"tvdb": "1"}, "Some Show", 2010)


@pytest.fixture
async def words(hass: HomeAssistant) -> ListWords:
    """Return the words of lists."""
    return await async_list_words(hass)


def removal(
    item: Item, side: Side = Side.TARGET, feature: Feature = Feature.HISTORY
) -> ReportItem:
    """Return an item whose removal was held."""
    return ReportItem(
        feature=feature,
        side=side,
        action=Action.REMOVE,
        result=Result.BLOCKED,
        reason=Reason.MASS_DELETE,
        item=item,
    )


def film(title: str) -> Item:
    """Return a film without a year."""
    return Item(MediaKind.MOVIE, {"imdb": "tt1", "tmdb": "2"}, title)


def held(*items: ReportItem) -> HeldRemovals:
    """Return what waits when the ledger knows one row for each item."""
    features = {item.feature for item in items}
    rows = {
        feature: frozenset(
            number for number, item in enumerate(items) if item.feature is feature
        )
        for feature in features
    }
    return HeldRemovals(rows, items)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Film", "Film"),
        ("*Batteries* [not] _included_", r"\*Batteries\* \[not\] \_included\_"),
        ("M*A*S*H <b>1</b>", r"M\*A\*S\*H \<b\>1\<\/b\>"),
        ("https://example.org", r"https\:\/\/example\.org"),
        ("One\n\n# Two  Three", r"One \# Two Three"),
        ("Amélie – 天気の子", "Amélie – 天気の子"),
    ],
)
def test_titles_stay_as_they_are(title: str, shown: str, words: ListWords) -> None:
    """Let no title be taken for Markdown."""
    assert escaped(title) == shown
    assert held(removal(film(title))).titles(ACCOUNTS, words).endswith(f"\n- {shown}")


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (Item(MediaKind.EPISODE, {}, "", None, SHOW, 1, 2), "Some Show S01E02"),
        (film(""), r"imdb tt1\, tmdb 2"),
    ],
)
def test_names(item: Item, shown: str, words: ListWords) -> None:
    """Name what has no title of its own."""
    assert held(removal(item)).titles(ACCOUNTS, words).endswith(f"\n- {shown}")


def test_in_order(words: ListWords) -> None:
    """List account by account and feature by feature, each in order of titles."""
    waiting = held(
        removal(film("C"), feature=Feature.WATCHLIST),
        removal(film("B")),
        removal(film("D"), Side.SOURCE),
        removal(film("A")),
    )
    assert waiting.count == 4
    lines = waiting.titles(ACCOUNTS, words).split("\n")
    assert [line for line in lines if line] == [
        "**Home, History: 1**",
        "- D",
        "**Cabin, History: 2**",
        "- A",
        "- B",
        "**Cabin, Watchlist: 1**",
        "- C",
    ]


def test_limit_is_for_the_whole_list(words: ListWords) -> None:
    """Count what is beyond the limit, where it belongs."""
    films = [removal(film(f"{number:03}")) for number in range(SHOWN_TITLES + 5)]
    waiting = held(*films, removal(film("Other"), feature=Feature.RATINGS))
    lines = waiting.titles(ACCOUNTS, words).split("\n")
    assert f"- {SHOWN_TITLES - 1:03}" in lines
    assert f"- {SHOWN_TITLES:03}" not in lines
    assert "- and 5 more" in lines
    after = lines[lines.index("**Cabin, Ratings: 1**") :]
    assert [line for line in after if line] == ["**Cabin, Ratings: 1**", "- and 1 more"]


def test_rows_without_a_title(words: ListWords) -> None:
    """Count what the ledger holds and no report knows."""
    waiting = HeldRemovals(
        {Feature.HISTORY: frozenset({1, 2, 3})}, [removal(film("A"))]
    )
    assert waiting.count == 3
    assert waiting.titles(ACCOUNTS, words).endswith("\n- A\n- and 2 more")


def test_why(words: ListWords) -> None:
    """Say once why, for all items with the same reason."""
    items = [
        replace(removal(film(title)), reason=reason)
        for title, reason in (
            ("A", Reason.NOT_FOUND),
            ("B", Reason.QUARANTINED),
            ("C", Reason.NOT_FOUND),
        )
    ]
    lines = listed_titles(items, ACCOUNTS, words, reasons=True).split("\n")
    assert [line for line in lines if line] == [
        "**Cabin, History: 1**",
        escaped(words.reason(Reason.QUARANTINED)),
        "- B",
        "**Cabin, History: 2**",
        escaped("The service does not know the item."),
        "- A",
        "- C",
    ]


async def test_in_another_language(hass: HomeAssistant) -> None:
    """Use the words of the language that Home Assistant runs in."""
    hass.config.language = "de"
    words = await async_list_words(hass)
    films = [removal(film(f"{number:03}")) for number in range(SHOWN_TITLES + 5)]
    lines = held(*films).titles(ACCOUNTS, words).split("\n")
    assert f"**Cabin, Verlauf: {SHOWN_TITLES + 5}**" in lines
    assert lines[-1] == "- und 5 weitere"
