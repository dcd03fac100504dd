"""Worlds that hypothesis thinks up."""

from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta
from itertools import combinations, product
from typing import Final

from hypothesis import strategies as st

from custom_components.crosswatch.engine.block_lists import BlockList, Blocks
from custom_components.crosswatch.engine.blocks import Block
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
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    Prefer,
    ProgressPolicy,
    RemoveMode,
)
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from .fake_account import FakeAccount, Fault
from .worlds import READ_AT

features = st.sampled_from(Feature)

# Few ids, so that items share them, also wrongly.
_NAMESPACES = ("imdb", "tmdb", "tvdb")
_ALL_IDS = [
    {name: str(value) for name, value in zip(_NAMESPACES, values, strict=True) if value}
    for values in product(range(5), repeat=len(_NAMESPACES))
]
_titles = st.sampled_from(["Film 1", "Film 2", "Show 3", ""])


def moments() -> st.SearchStrategy[datetime]:
    """Moments to the microsecond, in UTC."""
    return st.integers(0, 4 * 10**15).map(
        lambda microseconds: (
            READ_AT - timedelta(days=20_000) + timedelta(microseconds=microseconds)
        )
    )


def _ids() -> st.SearchStrategy[dict[str, str]]:
    return st.sampled_from(_ALL_IDS).map(dict)


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
def snapshots(draw: st.DrawFn, feature: Feature, names: str = "n") -> Snapshot:
    """Snapshots of up to four records, some of which nobody has listed yet."""
    held = draw(
        st.lists(
            st.tuples(
                items(),
                values(feature),
                st.sampled_from([True, True, True, False]),
                st.sampled_from(["", "kids", "-"]),
            ),
            max_size=4,
        )
    )
    return Snapshot.of(
        feature,
        [
            Record(item, value, f"{names}{at}", seen, library)
            for at, (item, value, seen, library) in enumerate(held)
        ],
        READ_AT,
    )


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """Operations of all features."""
    feature = draw(features)

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


# What a pair is set to do

_some_kinds = st.sampled_from(
    [None, None, None, frozenset({MediaKind.MOVIE}), frozenset({MediaKind.EPISODE})]
)
_mostly = st.sampled_from([True, True, True, False])


_POLICIES: Final[Sequence[FeaturePolicy]] = (
    *[FeaturePolicy()] * 4,
    FeaturePolicy(add=False),
    FeaturePolicy(kinds=frozenset({MediaKind.MOVIE})),
    FeaturePolicy(kinds=frozenset({MediaKind.EPISODE, MediaKind.SHOW})),
    FeaturePolicy(libraries=frozenset({"kids"})),
    FeaturePolicy(target_libraries=frozenset({"kids"})),
    FeaturePolicy(since=READ_AT - timedelta(days=1000)),
    FeaturePolicy(
        progress=ProgressPolicy(min_position=timedelta(), step=timedelta(), replay=True)
    ),
)


@st.composite
def feature_policies(draw: st.DrawFn) -> FeaturePolicy:
    """What a feature may be set to do, most often with removals."""
    return replace(
        draw(st.sampled_from(_POLICIES)),
        remove=draw(_mostly),
        remove_mode=draw(st.sampled_from(RemoveMode)),
        rewatches=draw(st.booleans()),
    )


_ABLE: Final = FeatureSupport(kinds=ALL_KINDS, plays=True)
supports = st.sampled_from(
    [
        *[_ABLE] * 4,
        replace(_ABLE, plays=False),
        replace(_ABLE, kinds=frozenset({MediaKind.MOVIE})),
        replace(_ABLE, remove=False),
        replace(_ABLE, update=False),
        replace(_ABLE, by_title=True),
        replace(_ABLE, libraries=True),
        replace(_ABLE, rating_step=0.1),
        replace(_ABLE, rating_step=2.0),
        replace(_ABLE, completes_at=90.0),
    ]
)
"""What an account may be able to do, most often all."""


@st.composite
def rules(
    draw: st.DrawFn,
    mode: Mode | None = None,
    prefer: st.SearchStrategy[Prefer] | None = None,
) -> Rules:
    """Return rules of all features, of a given mode or of either."""
    return Rules(
        feature=draw(features),
        policy=draw(feature_policies()),
        source=draw(supports),
        target=draw(supports),
        mode=mode or draw(st.sampled_from(Mode)),
        prefer=draw(st.sampled_from(Prefer) if prefer is None else prefer),
        delete_limit=draw(st.sampled_from([0, 1, 5, 5])),
        blocks=draw(st.builds(Blocks, _block_lists(), _block_lists())),
    )


def _block_lists() -> st.SearchStrategy[BlockList]:
    blocks = st.builds(
        Block,
        scope=st.just("pair"),
        kind=st.sampled_from([None, MediaKind.MOVIE, MediaKind.SHOW]),
        ids=st.sampled_from([{name: "1"} for name in _NAMESPACES]),
    )
    lists = blocks.map(lambda each: BlockList((each,)))
    return st.just(BlockList()) | st.just(BlockList()) | lists


# Worlds in the notation, and accounts that hold them


_WITHIN_SHOWS: Final = ("s1x2", "s1e1", "s1e2", "s2x0e1")
_DAYS: Final = (
    "2024-01-01",
    "2024-02-01",
    "2024-02-01T00:00:40",
    "2024-03-01",
    "2025-01-01",
)
_DATES: Final = [
    "@" + ",".join(days) if days else ""
    for number in range(4)
    for days in combinations(_DAYS, number)
]
# One draw an item: worlds are drawn very often.
_TOKENS: Final = [
    "".join(parts)
    for names, ids in (
        (("m1", "m2", "m3", "s1"), ("", "{imdb}", "{tmdb}", "{}")),
        (_WITHIN_SHOWS, ("", "{|tmdb}", "{|imdb,tvdb}", "{|}")),
    )
    for parts in product(
        names,
        ids,
        ("", ":7", ":8.5"),
        ("+600", "+1800", "+10", "+5900", "+0", "%50"),
        _DATES,
    )
]
_PLAIN_TOKENS: Final = [
    "".join(parts)
    for parts in product(
        ("m1", "m2", "m3", "s1e1", "s1e2"),
        [f":{rating}" for rating in range(1, 9)],
        [f"+{600 * times}" for times in range(1, 9)],
        # Plays of one minute are the same one to many services.
        [each for each in _DATES if each and each.count(",") < 2 and ":" not in each],
    )
]


def clear_worlds() -> st.SearchStrategy[str]:
    """Worlds in the notation: honest ids, some left out, copies, and none at all."""
    return st.lists(st.sampled_from(_TOKENS), max_size=4).map(" ".join)


def plain_worlds() -> st.SearchStrategy[str]:
    """Worlds in the notation that hold each item once, by all its ids."""
    return st.lists(
        st.sampled_from(_PLAIN_TOKENS),
        max_size=5,
        unique_by=lambda token: token.partition(":")[0],
    ).map(" ".join)


_listings = st.sampled_from([None, frozenset({"imdb"}), frozenset({"tmdb", "tvdb"})])


@st.composite
def accounts(
    draw: st.DrawFn,
    name: str,
    listings: st.SearchStrategy[frozenset[str] | None] = _listings,
) -> FakeAccount:
    """Accounts that are honest, each in its own way."""
    lists = draw(listings)
    support = FeatureSupport(
        kinds=ALL_KINDS,
        plays=draw(st.booleans()),
        batch_size=draw(st.sampled_from([1, 3, 100])),
        rating_step=draw(st.sampled_from([0.5, 1.0])),
        ids=lists or FeatureSupport(kinds=ALL_KINDS).ids,
    )
    return FakeAccount(
        name=name,
        support=support,
        lists=lists,
        has_marker=draw(st.booleans()),
        has_delta=draw(st.booleans()),
        tells_native_ids=draw(st.booleans()),
    )


@st.composite
def policies(
    draw: st.DrawFn,
    feature: Feature,
    mode: Mode | None = None,
    prefer: st.SearchStrategy[Prefer] | None = None,
) -> Policy:
    """What a pair of honest accounts may be set to do with one feature."""
    return Policy(
        mode=mode or draw(st.sampled_from(Mode)),
        prefer=draw(st.sampled_from(Prefer) if prefer is None else prefer),
        delete_limit=draw(st.sampled_from([0, 1, 100])),
        features={
            feature: FeaturePolicy(
                add=draw(_mostly),
                remove=draw(_mostly),
                remove_mode=draw(st.sampled_from(RemoveMode)),
                kinds=draw(_some_kinds),
                rewatches=draw(st.booleans()),
            )
        },
    )


some_faults = st.dictionaries(
    st.tuples(st.sampled_from(["activity", "read", "write"]), st.integers(1, 3)),
    st.sampled_from(
        [
            Fault.CUT_BEFORE,
            Fault.CUT_AFTER,
            Fault.CUT_HALFWAY,
            Fault.SILENT,
            Fault.FOREIGN,
            Fault.NONSENSE,
            Fault.RATE_LIMIT,
            Fault.SIGNED_OUT,
            Fault.PART,
            Fault.EMPTY,
        ]
    ),
    min_size=1,
    max_size=3,
)
"""Faults of the next few requests, by their kind and number."""
