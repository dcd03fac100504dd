"""Whatever series there is: from entry to show and back is where it began."""

from hypothesis import given, settings, strategies as st

from custom_components.crosswatch.engine.model import MediaKind
from custom_components.crosswatch.engine.numbering import (
    Entry,
    Numbering,
    NumberingError,
    Span,
    entries_in,
)

from .numbering_world import episode

# Of each season the lengths of its cours; each cour is an entry of its own.
SERIES = st.lists(
    st.lists(st.integers(1, 30), min_size=1, max_size=3), min_size=1, max_size=5
)


def numbered(seasons: list[list[int]]) -> tuple[Numbering, list[tuple[str, int]]]:
    """Return the numbering of a series, and all of its episodes in order."""
    entries: list[Entry] = []
    episodes: list[tuple[str, int]] = []
    for season, cours in enumerate(seasons, 1):
        start = 1
        for length in cours:
            name = str(len(entries) + 1)
            span = Span(season, start, start + length - 1)
            entries.append(Entry({"mal": name}, {"tvdb": "7"}, {"tvdb": (span,)}))
            episodes += [(name, number) for number in range(1, length + 1)]
            start += length
    return Numbering(entries), episodes


@settings(max_examples=60, deadline=None)
@given(seasons=SERIES)
def test_there_and_back(seasons: list[list[int]]) -> None:
    """An episode of an entry has one place in the show, and that place is its own."""
    known, episodes = numbered(seasons)
    places = set()
    for name, number in episodes:
        found = known.to_show(episode(1, number, mal=name))
        assert found is not None
        assert found.season is not None
        places.add((found.season, found.number))
        back = known.to_entry(episode(found.season, found.number, tvdb="7"))
        assert back is not None
        assert (back[0].ids["mal"], back[1]) == (name, number)
    assert len(places) == len(episodes)


@settings(max_examples=60, deadline=None)
@given(seasons=SERIES)
def test_counted_through(seasons: list[list[int]]) -> None:
    """A number through all seasons is the episode with that number, or nothing."""
    known, episodes = numbered(seasons)
    for at, (name, number) in enumerate(episodes, 1):
        found = known.by_absolute(episode(None, at, tvdb="7"))
        if len(seasons) == 1:
            assert found is None
            continue
        assert found is not None
        assert found.season is not None
        back = known.to_entry(episode(found.season, found.number, tvdb="7"))
        assert back is not None
        assert (back[0].ids["mal"], back[1]) == (name, number)
        # What is in the first season already is left there.
        first = known.by_absolute(episode(1, at, tvdb="7"))
        if found.season == 1:
            assert first is None
        else:
            assert first is not None
            assert (first.season, first.number) == (found.season, found.number)
    beyond = len(episodes) + 1
    assert known.by_absolute(episode(None, beyond, tvdb="7")) is None


@settings(max_examples=60, deadline=None)
@given(seasons=SERIES)
def test_seats(seasons: list[list[int]]) -> None:
    """The first cour of each season stands for it, that of the first for the show."""
    known, _ = numbered(seasons)
    first = 1
    for season, cours in enumerate(seasons, 1):
        for cour in range(len(cours)):
            entry = known.entry_of({"mal": str(first + cour)})
            assert entry is not None
            item = known.item_of(entry)
            if cour:
                assert item is None
            else:
                assert item is not None
                expected = MediaKind.SHOW if season == 1 else MediaKind.SEASON
                assert item.kind is expected
                assert known.find(item) is entry
        first += len(cours)


@settings(max_examples=300, deadline=None)
@given(
    content=st.binary(max_size=60)
    | st.text('[]{}":,0123 asitlm', max_size=60).map(str.encode)
)
def test_any_content(content: bytes) -> None:
    """Whatever is in a file, it is read or refused, and nothing else happens."""
    entries, refusal = [], ""
    try:
        entries = entries_in(content)
    except NumberingError as err:
        refusal = str(err)
    assert bool(refusal) is not bool(entries)
