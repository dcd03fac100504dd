"""Tests of the demo: what its services hold, and that its checks see faults."""

from collections.abc import Callable, Iterator
import socket

import pytest

from tests.demo.checks import check_runs, check_states, check_trakt, name_of
from tests.demo.client import Json
from tests.demo.process import HOST, DemoError, choose_port
from tests.demo.runs import COUNTS, FEATURES, Run, Traffic, label
from tests.demo.world import World, as_trakt_rates, make_world
from tests.simulators.trakt import Kind, Title


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""


@pytest.fixture
def world() -> World:
    """Return the services as they are before the first run."""
    return make_world()


@pytest.fixture
def synced(world: World) -> World:
    """Return the services with what a sync has to bring to Trakt."""
    expected, account = world.expected, world.account
    missing = [
        (title, at)
        for title, at in expected.plays.items()
        if not account.history.of(title)
    ]
    account.add_plays(missing)
    for title in expected.watchlist:
        account.put_on_watchlist(title)
    for title, rating in expected.ratings.items():
        account.rate(title, rating)
    return world


def make_run(world: World, name: str, **changes: int) -> Run:
    """Return a run with the expected counts, or with others."""
    counts = dict.fromkeys(COUNTS, 0)
    features: dict[str, dict[str, int]] = {}
    for feature in FEATURES:
        features[feature] = {**counts}
        if name != "again":
            features[feature]["added"] = world.expected.added[feature]
            features[feature]["updated"] = world.expected.updated[feature]
    items = [
        {"feature": "history", "outcome": "skipped", "reason": reason}
        for reason, number in (
            ("no_date", world.expected.undated),
            ("no_ids", world.expected.without_ids),
        )
        for _ in range(number)
    ]
    totals = {count: sum(each[count] for each in features.values()) for count in counts}
    report = {
        "status": "success",
        "features": features,
        "items": items,
        "run_id": name,
        **totals,
        **changes,
    }
    line = ", ".join(f"{count}: {report[count]}" for count in COUNTS)
    writes = 3 if name == "sync" else 0
    return Run(
        name, report, f"Done. Total {line}", Traffic(5, 0), Traffic(7 + writes, writes)
    )


def test_world_is_believable(world: World) -> None:
    """Test that the demo shows every kind of thing that a real library has."""
    watched, expected = world.watched, world.expected
    items = [*watched.films, *watched.episodes]

    assert len({(film.name, film.year) for film in world.seeded.films}) >= 300
    assert len(world.seeded.series) >= 40
    assert len(items) >= 500
    assert any(item.parent_index == 0 for item in watched.episodes)
    assert any(item.index_end for item in watched.episodes)
    assert any(not item.provider_ids for item in watched.films)
    assert expected.undated >= 1
    assert expected.without_ids >= 1
    assert sum(data.favourite for data in world.user.data.values()) >= 20
    assert sum(data.rating is not None for data in world.user.data.values()) >= 30


def test_world_is_not_all_new(world: World) -> None:
    """Test that each feature has something at both, and something at either side."""
    expected, account = world.expected, world.account
    for feature, held in (
        ("history", len(account.history)),
        ("watchlist", len(account.watchlist.live)),
        ("ratings", len(account.ratings.live)),
    ):
        assert held > 0
        assert expected.added[feature] > 0
    assert expected.updated["ratings"] > 0
    assert len(expected.plays) == len(account.history) + expected.added["history"]
    assert {title.kind for title in expected.plays} == {Kind.MOVIE, Kind.EPISODE}


def test_world_is_the_same_every_time(world: World) -> None:
    """Test that two demos show the same titles."""
    other = make_world()
    for mine, its in (
        (world.expected.plays, other.expected.plays),
        (world.expected.watchlist, other.expected.watchlist),
        (world.expected.ratings, other.expected.ratings),
    ):
        assert {name_of(title) for title in mine} == {name_of(title) for title in its}
    assert world.expected.added == other.expected.added


def test_trakt_is_right_after_a_sync(synced: World) -> None:
    """Test that nothing is wrong with what Trakt is expected to hold."""
    assert list(check_trakt(synced)) == []


def test_trakt_lacks_everything_before_a_sync(world: World) -> None:
    """Test that each record that is missing or different is told."""
    expected = world.expected
    changes = sum(expected.added.values()) + sum(expected.updated.values())

    assert len(list(check_trakt(world))) == changes


def play_twice(world: World) -> None:
    """Let a play come twice."""
    title, at = next(iter(world.expected.plays.items()))
    world.account.add_plays([(title, at)])


def play_another(world: World) -> None:
    """Let a film be watched at Trakt that nobody watched."""
    world.account.watch(next(_unknown(world)))


def list_another(world: World) -> None:
    """Let a film be on the watchlist that nobody put there."""
    world.account.put_on_watchlist(next(_unknown(world)))


def rate_another(world: World) -> None:
    """Let a film be rated that nobody rated."""
    world.account.rate(next(_unknown(world)), 5)


def _unknown(world: World) -> Iterator[Title]:
    """Return films that the person has nothing to do with."""
    expected = world.expected
    known = {*expected.plays, *expected.watchlist, *expected.ratings}
    return (
        title
        for title in world.trakt.library
        if title.kind is Kind.MOVIE and title not in known
    )


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(play_twice, "Plays of", id="a duplicate"),
        pytest.param(play_another, "is in the history", id="a play too many"),
        pytest.param(list_another, "is in the watchlist", id="a listing too many"),
        pytest.param(rate_another, "is in the ratings", id="a rating too many"),
    ],
)
def test_trakt_holds_too_much(
    synced: World, spoil: Callable[[World], None], told: str
) -> None:
    """Test that what should not be at Trakt is told."""
    spoil(synced)

    (fault,) = check_trakt(synced)
    assert told in fault


def test_runs_that_are_right(world: World) -> None:
    """Test that nothing is wrong with the expected runs."""
    dry, sync, again = (make_run(world, name) for name in ("dry", "sync", "again"))

    assert list(check_runs(dry, sync, again, world)) == []


@pytest.mark.parametrize(
    ("wrong", "changes", "told"),
    [
        pytest.param("dry", {"added": 1}, "the dry run told", id="counts differ"),
        pytest.param("dry", {"skipped": 9}, "the dry run told", id="skips differ"),
        pytest.param("again", {"added": 1}, "Second sync: 1 added", id="not idle"),
        pytest.param("again", {"updated": 2}, "2 updated", id="updates again"),
    ],
)
def test_runs_with_wrong_counts(
    world: World, wrong: str, changes: dict[str, int], told: str
) -> None:
    """Test that counts are told that do not fit."""
    dry, sync, again = (
        make_run(world, name, **(changes if name == wrong else {}))
        for name in ("dry", "sync", "again")
    )

    assert any(told in fault for fault in check_runs(dry, sync, again, world))


def test_runs_that_write_or_lie(world: World) -> None:
    """Test that writes where none may be are told, and a log that says otherwise."""
    dry = make_run(world, "dry")
    dry = Run("dry", dry.report, "Done. Total added: 0", Traffic(5, 1), Traffic(7, 2))
    faults = list(
        check_runs(dry, make_run(world, "sync"), make_run(world, "again"), world)
    )

    assert [fault.partition(":")[0] for fault in faults] == ["dry", "dry", "dry"]
    assert "the log says" in faults[0]
    assert "1 writes at Jellyfin" in faults[1]
    assert "2 writes at Trakt" in faults[2]


def states_of(run: Run) -> dict[str, Json]:
    """Return the entities of a pair after a run."""
    states: dict[str, Json] = {
        f"sensor.{name}": {
            "state": str(run.counts[name]),
            "attributes": {"run_id": run.report["run_id"]},
        }
        for name in ("added", "updated", "skipped")
    }
    states["sensor.status"] = {"state": "success", "attributes": {}}
    states["button.sync"] = states["button.dry_run_now"] = {"state": "unknown"}
    return states


@pytest.mark.parametrize(
    ("entity", "state", "told"),
    [
        pytest.param(None, None, "", id="all right"),
        pytest.param(
            "sensor.added", {"state": "1"}, "sensor added shows 1", id="count"
        ),
        pytest.param(
            "sensor.status", {"state": "failed"}, "status shows failed", id="status"
        ),
        pytest.param(
            "sensor.skipped",
            {"state": "0", "attributes": {"run_id": "old"}},
            "of another run",
            id="old run",
        ),
        pytest.param("button.sync", None, "no button.sync", id="no button"),
    ],
)
def test_states(
    world: World, entity: str | None, state: Json | None, told: str
) -> None:
    """Test that entities are told that do not show the run."""
    run = make_run(world, "sync")
    states = states_of(run)
    if entity is not None:
        states.pop(entity)
        if state is not None:
            states[entity] = state

    faults = list(check_states(run, states))

    assert len(faults) == (1 if told else 0)
    assert all(told in fault for fault in faults)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"title": "Dune", "year": 2021}, "Dune (2021)"),
        ({"title": "Dark", "year": None, "season": 1}, "Dark S01"),
        (
            {"title": "Lost", "year": 2004, "season": 0, "episode": 3},
            "Lost (2004) S00E03",
        ),
    ],
)
def test_label(item: dict[str, object], expected: str) -> None:
    """Test how an item of a report is shown."""
    assert label({"season": None, "episode": None, **item}) == expected


@pytest.mark.parametrize(
    ("rating", "expected"), [(6.5, 7), (7.4, 7), (0.2, 1), (10, 10)]
)
def test_rating_at_trakt(rating: float, expected: int) -> None:
    """Test that the demo itself rounds as it says."""
    assert as_trakt_rates(rating) == expected


def test_port_that_is_taken() -> None:
    """Test that a taken port is an error if it was asked for, else passed over."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(DemoError, match=f"Port {port} is taken"):
            choose_port(port)
    assert choose_port(port) == port
    assert choose_port(None) >= 8123


async def test_services_start_and_stop(world: World) -> None:
    """Test that both services answer, and let others in by themselves."""
    await world.start()
    try:
        assert world.jellyfin.url.startswith(f"http://{HOST}:")
        assert world.trakt.url != world.jellyfin.url
        world.approve_by_themselves()
        assert world.jellyfin.auto_approve is not None
        assert world.trakt.oauth.auto_approve == ("sam", 2)
    finally:
        await world.stop()


def test_one_more_film(world: World) -> None:
    """Test that another film is one that Trakt does not have, and is then watched."""
    title = world.watch_another()

    assert title not in world.expected.plays
    assert world.watch_another() is not title
