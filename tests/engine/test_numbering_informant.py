"""Numbering as evidence of items."""

from dataclasses import replace

from custom_components.crosswatch.engine.evidence import Evidence, Origin, enriched
from custom_components.crosswatch.engine.model import Item, MediaKind
from custom_components.crosswatch.engine.numbering import Numbering, NumberingInformant

from .numbering_world import FORMATS, episode, movie, numbering, place, season, show


def informant(known: Numbering | None) -> NumberingInformant:
    """Return somebody who says what a numbering says."""

    async def load() -> Numbering | None:
        """Return the numbering."""
        return known

    return NumberingInformant("Anime numbering", load, "7")


async def ask(*items: Item, known: Numbering | None = None) -> list[Evidence | None]:
    """Return the answers, one for each item."""
    told = informant(known or numbering(FORMATS["anibridge"]))
    answers = [each async for each in told.look_up(items)]
    assert len(answers) == len(items)
    return answers


async def test_answers_come_in_order() -> None:
    """There is one answer for each item, in the order asked."""
    asked = [
        show(tvdb="999"),
        show(tvdb="700"),
        movie(mal="14"),
        season(2, tvdb="700"),
        episode(1, 26, tvdb="700"),
        episode(1, 3, anilist="2"),
        episode(1, 3, tvdb="700"),
        show(anilist="2"),
    ]
    told = [each.item if each else None for each in await ask(*asked)]
    assert told[0] is None
    assert told[1] is not None
    assert told[1].ids["anilist"] == "1"
    assert told[2] is not None
    assert told[2].ids["tmdb"] == "804"
    assert told[3] is not None
    assert dict(told[3].ids) == {"anilist": "2", "mal": "12"}
    assert place(told[4]) == "tvdb:700 s2e1"
    assert place(told[5]) == "tvdb:700 s2e3"
    assert told[6] is None
    # It is a season by what the mapping says, which is no show.
    assert told[7] is None


async def test_whose_word_it_is() -> None:
    """Evidence says that it comes from a mapping, and of whom."""
    [told] = await ask(show(tvdb="700"))
    assert told is not None
    assert (told.origin, told.informant) == (Origin.NUMBERING, "Anime numbering")
    assert informant(None).numbers
    assert informant(None).version == "7"


async def test_nothing_to_add() -> None:
    """What an item has already is no news."""
    [told] = await ask(show(tvdb="700"))
    assert told is not None
    whole = enriched(show(tvdb="700"), told)
    assert whole.ids["anilist"] == "1"
    assert await ask(whole) == [None]


async def test_a_season_gains_its_show() -> None:
    """A season that is known by an entry's id only learns of its show and place."""
    item = Item(MediaKind.SEASON, {"anilist": "2", "mal": "12"}, "A Series (2)")
    [told] = await ask(item)
    assert told is not None
    found = enriched(item, told)
    assert found.place == "s2"
    assert found.show is not None
    assert dict(found.show.ids) == {"tvdb": "700"}


async def test_an_episode_is_moved() -> None:
    """An item that is told where it belongs is there, and keeps what it had."""
    item = replace(episode(1, 26, tvdb="700"), title="The Wall", ids={"tvdb": "5"})
    [told] = await ask(item)
    assert told is not None
    moved = enriched(item, told)
    assert (moved.title, moved.place, moved.ids) == ("The Wall", "s2e1", item.ids)


async def test_without_files() -> None:
    """Without files nothing is known of anything."""
    items = [show(tvdb="700"), episode(1, 26, tvdb="700")]
    answers = [each async for each in informant(None).look_up(items)]
    assert answers == [None, None]
