"""Worlds that hypothesis thinks up."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Side,
    Snapshot,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, Operation, Reason

from .worlds import READ_AT

# Few ids, so that items share them, also wrongly.
_NAMESPACES = ("imdb", "tmdb", "tvdb")
_numbers = st.integers(1, 4)
_titles = st.sampled_from(["Film 1", "Film 2", "Show 3", ""])


def moments() -> st.SearchStrategy[datetime]:
    """Moments to the microsecond, in UTC."""
    return st.integers(0, 4 * 10**15).map(
        lambda microseconds: (
            READ_AT - timedelta(days=20_000) + timedelta(microseconds=microseconds)
        )
    )


def _ids() -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(
        st.sampled_from(_NAMESPACES), _numbers.map(str), max_size=len(_NAMESPACES)
    )


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Items of all kinds, many of them alike, some contradicting others."""
    kind = draw(st.sampled_from(MediaKind))
    title, year = draw(_titles), draw(st.sampled_from([2000, 2001, None]))
    if kind in {MediaKind.MOVIE, MediaKind.SHOW}:
        return Item(kind, draw(_ids()), title, year)
    show = Item(MediaKind.SHOW, draw(_ids()), title, year)
    season = draw(st.sampled_from([0, 1, None]))
    number = draw(st.sampled_from([1, 2, None])) if kind is MediaKind.EPISODE else None
    return Item(kind, draw(_ids()), "", None, show, season, number)


def values(feature: Feature) -> st.SearchStrategy[Value]:
    """What a feature may say of an item."""
    at = st.none() | moments()
    match feature:
        case Feature.WATCHLIST:
            return st.builds(Listed, at)
        case Feature.RATINGS:
            tenths = st.integers(0, 100).map(lambda each: each / 10)
            return st.builds(Rated, tenths, at)
        case Feature.HISTORY:
            plays = st.builds(Play, moments(), st.sampled_from(["", "h1", "h2"]))
            return st.builds(
                lambda last, kept: Watched(
                    kept[-1].at if kept else last, tuple(kept), max(1, len(kept))
                ),
                at,
                st.lists(plays, max_size=3).map(
                    lambda each: sorted(each, key=lambda play: play.at)
                ),
            )
        case Feature.PROGRESS:
            return st.builds(
                Progress,
                st.none() | st.integers(0, 10**7),
                st.none() | st.integers(1, 10**7),
                st.none() | st.floats(0, 100),
                at,
            )


@st.composite
def snapshots(draw: st.DrawFn, feature: Feature) -> Snapshot:
    """Snapshots of up to eight records."""
    held = draw(st.lists(st.tuples(items(), values(feature)), max_size=8))
    return Snapshot.of(
        feature,
        [Record(item, value, f"n{at}") for at, (item, value) in enumerate(held)],
        READ_AT,
    )


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """Operations of all features."""
    feature = draw(st.sampled_from(Feature))

    names = st.lists(st.text(max_size=5), max_size=3).map(tuple)
    return Operation(
        feature=feature,
        side=draw(st.sampled_from(Side)),
        action=draw(st.sampled_from(Action)),
        item=draw(items()),
        reason=draw(st.sampled_from(Reason)),
        keys=draw(names),
        value=draw(st.none() | values(feature)),
        before=draw(st.none() | values(feature)),
        native_ids=draw(names),
    )


@st.composite
def clear_worlds(draw: st.DrawFn) -> str:
    """Worlds in the notation: honest ids, some left out, copies, and none at all."""
    tokens: list[str] = []
    for token in draw(
        st.lists(
            st.sampled_from(["m1", "m2", "m3", "s1", "s1x2", "s1e1", "s1e2", "s2x0e1"]),
            max_size=8,
        )
    ):
        within = "x" in token or "e" in token
        ids = draw(st.sampled_from(_IDS_WITHIN if within else _IDS))
        rating = draw(st.sampled_from(["", ":7", ":8.5"]))
        dates = draw(st.lists(st.sampled_from(_DAYS), unique=True, max_size=3))
        when = "@" + ",".join(sorted(dates)) if dates else ""
        tokens.append(token + ids + rating + when)
    return " ".join(tokens)


_IDS = ["", "", "", "{imdb}", "{tmdb}", "{}"]
_IDS_WITHIN = ["", "", "{|tmdb}", "{|imdb,tvdb}", "{|}"]
_DAYS = ["2024-01-01", "2024-02-01", "2024-02-01T00:00:40", "2024-03-01", "2025-01-01"]
