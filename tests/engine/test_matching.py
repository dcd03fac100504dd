"""The law of the join: guessing first comes to the same as linking key by key."""

from collections.abc import Iterable

from hypothesis import given, strategies as st

from custom_components.crosswatch.engine.codec import decode_records, encode_records
from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.linking import link
from custom_components.crosswatch.engine.matching import Match, join
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Record,
    Snapshot,
)

from .strategies import items, snapshots
from .worlds import READ_AT, records, snapshot

type Names = tuple[tuple[str, ...], tuple[str, ...], tuple[int | None, ...], list[str]]


def _names(match: Match) -> Names:
    """Return what a match is made of."""
    return (
        tuple(record.native_id for record in match.source),
        tuple(record.native_id for record in match.target),
        tuple(row.row_id for row in match.rows),
        sorted(match.doubtful),
    )


def _shown(matches: Iterable[Match]) -> list[Names]:
    """Return what matches are made of, in an order that does not matter."""
    return sorted(map(_names, matches), key=repr)


def _assert_law(source: Snapshot, target: Snapshot, rows: list[LedgerRow]) -> None:
    """Test that the join is what linking all of it, key by key, comes to."""
    linked = list(
        link(list(source.records.values()), list(target.records.values()), rows)
    )
    joined = join(source, target, rows)

    assert _shown(joined.matches) == _shown(each for each, sure in linked if sure)
    assert _shown(joined.ambiguous) == _shown(each for each, sure in linked if not sure)


@st.composite
def _ledgers(draw: st.DrawFn, source: Snapshot, target: Snapshot) -> list[LedgerRow]:
    """Ledgers that fit the sides, more or less."""
    natives = st.lists(
        st.sampled_from([f"n{number}" for number in range(9)]), max_size=2, unique=True
    ).map("\n".join)
    held = [*source.records.values(), *target.records.values()]
    anything = items().map(lambda item: Record(item, Listed(), "").keys)
    keys = st.sampled_from([record.keys for record in held]) if held else anything
    rows = draw(st.lists(st.tuples(keys | anything, natives, natives), max_size=6))
    return [
        LedgerRow(
            row_id=number, keys=" ".join(of), source_native=here, target_native=there
        )
        for number, (of, here, there) in enumerate(rows)
    ]


def _stored(side: Snapshot) -> Snapshot:
    """Return a snapshot as the store gives it back."""
    rows = list(encode_records(side.records.values()))
    return Snapshot(side.feature, decode_records(side.feature, rows), READ_AT)


@given(st.data(), snapshots(Feature.WATCHLIST), snapshots(Feature.WATCHLIST))
def test_join_is_what_linking_comes_to(
    data: st.DataObject, source: Snapshot, target: Snapshot
) -> None:
    """Whatever the sides and the ledger say, and however the records are kept."""
    rows = data.draw(_ledgers(source, target))
    kept, others_kept = data.draw(st.tuples(st.booleans(), st.booleans()))
    _assert_law(
        _stored(source) if kept else source,
        _stored(target) if others_kept else target,
        rows,
    )


@given(st.data())
def test_join_of_sides_that_mostly_agree(data: st.DataObject) -> None:
    """Also where most is plain: only some ids, copies and rows are out of the way."""
    numbers = range(data.draw(st.integers(1, 12)))
    odd = st.dictionaries(
        st.sampled_from(numbers),
        st.dictionaries(
            st.sampled_from(["imdb", "tmdb", "tvdb"]),
            st.sampled_from(numbers).map(str),
        ),
        max_size=3,
    )
    sides: list[Snapshot] = []
    for name, common in (("a", ("imdb", "tmdb")), ("b", ("tvdb", "tmdb", "imdb"))):
        ids = {number: dict.fromkeys(common, str(number)) for number in numbers}
        ids |= data.draw(odd)
        films = [
            Record(Item(MediaKind.MOVIE, of, f"Film {each}", 2000), Listed(), name + at)
            for each, of in ids.items()
            for at in data.draw(
                st.sampled_from([[str(each)], [], [f"{each}", f"{each}x"]])
            )
        ]
        sides.append(Snapshot.of(Feature.WATCHLIST, films, READ_AT))
    source, target = sides
    rows = [
        LedgerRow(
            row_id=number,
            keys=f"movie:imdb:{number} movie:tmdb:{number} movie:tvdb:{number}",
            source_native=f"a{number}",
            target_native=data.draw(st.sampled_from([f"b{number}", "", "b0", "own:b"])),
        )
        for number in numbers
        if data.draw(st.booleans())
    ]
    _assert_law(source, target, rows)


def test_matches_compare_by_what_is_known() -> None:
    """A match of one record is the same with and without a tuple around it."""
    (film,) = records("m1", Feature.WATCHLIST)
    row = LedgerRow(row_id=1)
    match = Match(film, (), row)

    assert match == Match((film,), (), (row,))
    assert match != Match((), (film,), (row,))
    assert match != film
    assert match._replace(rows=()).row == LedgerRow()
    assert match._replace(source=(), target=(film,)).target == (film,)
    assert match._replace(doubtful=frozenset({"movie:tmdb:1"})).keys == (
        "movie:imdb:tt0000001",
    )
    assert repr(match) == f"Match(({film!r},), (), ({row!r},), frozenset())"


def test_partners_are_found_whichever_side_knows_more_ids() -> None:
    """The side with fewer ids is filed, be it the source or the target."""
    poor, rich = "m1{tmdb} m2{tmdb} s1e1{|tmdb}", "m2{imdb,tmdb} m1{imdb,tmdb} s1e1"
    for source, target in ((poor, rich), (rich, poor)):
        joined = join(
            snapshot(source, Feature.WATCHLIST), snapshot(target, Feature.WATCHLIST), []
        )
        assert all(match.source and match.target for match in joined.matches)
        assert len(joined.matches) == 3
