"""Tests of the state file: opening, damage, versions, threads and forgetting."""

from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import timedelta
from pathlib import Path
import sqlite3

import pytest

from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode
from custom_components.crosswatch.engine.report import Report, RunStatus
from custom_components.crosswatch.engine.state import schema
from custom_components.crosswatch.engine.store import (
    KEPT_RUNS,
    Change,
    Planned,
    SnapshotState,
    Store,
)

from .arena import moves
from .conftest import MakeArena
from .worlds import READ_AT, parse, snapshot

WATCHLIST = Feature.WATCHLIST
PLANNED = Planned(
    rules="r",
    source_version=1,
    target_version=2,
    source_count=3,
    target_count=4,
    valid_until=5.5,
    items="[]",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the state file is to be."""
    return tmp_path / "state.db"


def _operation(world: str = "m1") -> Operation:
    return Operation(
        feature=WATCHLIST,
        side=Side.TARGET,
        action=Action.ADD,
        item=parse(world)[0].item,
        reason=Reason.MISSING,
        keys=("movie:tmdb:1",),
        value=parse(world)[0].value(WATCHLIST),
    )


def _report(run_id: str, minutes: int = 0) -> Report:
    at = READ_AT + timedelta(minutes=minutes)
    return Report(
        pair="A → B",
        pair_id="p",
        run_id=run_id,
        status=RunStatus.SUCCESS,
        dry_run=False,
        started=at,
        finished=at,
        features={},
    )


def test_a_new_file_is_empty(path: Path) -> None:
    """A new state knows nothing, and is opened again as it was left."""
    store = Store.open(path)
    assert store.set_aside is None
    assert store.load_snapshot("a", WATCHLIST) is None
    assert store.snapshot_state("a", WATCHLIST) is None
    assert store.load_planned("p", WATCHLIST) is None
    assert store.load_ledger("p", WATCHLIST) == []
    assert store.last_report("p") is None
    assert store.record_counts("a") == {}
    assert store.remember_pair("p", READ_AT) == READ_AT
    assert store.pair_ids() == {"p"}
    store.close()
    again = Store.open(path)
    assert again.remember_pair("p", READ_AT + timedelta(days=1)) == READ_AT
    again.close()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"This is no state file." * 100, id="garbage"),
        pytest.param(lambda whole: whole[:100], id="cut within the header"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut in half"),
        pytest.param(
            lambda whole: whole[:4096] + b"\xff" * 4096 + whole[8192:], id="overwritten"
        ),
    ],
)
async def test_a_damaged_file_is_set_aside(arena: MakeArena, damage) -> None:  # type: ignore[no-untyped-def]
    """Nothing of it is deleted, and the next run is a first run."""
    world = arena()
    world.hold(" ".join(f"m{number}" for number in range(1, 200)), "m900")
    await world.run()
    world.close()
    damaged = damage(world.path.read_bytes())
    world.path.write_bytes(damaged)
    store = world.store
    store.check()
    assert store.set_aside is not None
    assert store.set_aside.read_bytes() == damaged
    assert store.set_aside.name.startswith("state.db.damaged-")
    report = await world.run()
    assert (report.status, report.counts.added) == (RunStatus.SUCCESS, 0)
    world.close()
    assert world.store.set_aside is None


def test_a_sound_file_is_left_alone(path: Path) -> None:
    """To look through it changes nothing, however often that is done."""
    store = Store.open(path)
    store.save_report(_report("r1"))
    for _ in range(2):
        store.check()
        assert (store.checked, store.set_aside) == (True, None)
        assert store.last_report("p") == _report("r1")
    store.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_damage_is_looked_for_once(path: Path) -> None:
    """What begins anew is not set aside again, and works at once."""
    store = Store.open(path)
    store.save_snapshot(
        "a", snapshot(" ".join(f"m{n}" for n in range(500)), WATCHLIST), None
    )
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    store = Store.open(path)
    store.check()
    aside = store.set_aside
    assert aside is not None
    store.check()
    assert store.set_aside == aside
    assert store.remember_pair("p", READ_AT) == READ_AT
    store.close()


def test_a_new_file_that_cannot_be_made_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What damages a file may keep a new one from being made; that is tried again."""
    Store.open(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    store = Store.open(path)
    with monkeypatch.context() as full:
        full.setattr(sqlite3, "connect", _full)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            store.check()
    aside = store.set_aside
    assert aside is not None
    assert not store.checked
    store.check()
    assert (store.checked, store.set_aside) == (True, aside)
    assert store.remember_pair("p", READ_AT) == READ_AT
    store.close()


def _full(*args: object, **kwargs: object) -> sqlite3.Connection:
    """Fail as SQLite does where there is no room."""
    raise sqlite3.OperationalError("database or disk is full")


def test_what_cannot_be_looked_through_is_no_damage(path: Path) -> None:
    """A state that is closed by now stays where it is."""
    store = Store.open(path)
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.check()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_two_damaged_files(path: Path) -> None:
    """The second one does not take the place of the first."""
    kept = set()
    for number in range(2):
        path.write_bytes(b"damage %d " % number * 99)
        store = Store.open(path)
        kept.add(store.set_aside)
        store.close()
    assert len(kept) == 2
    assert all(each and each.exists() for each in kept)


def test_a_damaged_file_with_a_damaged_log(path: Path) -> None:
    """What SQLite had not yet moved into the damaged file does no harm either."""
    path.write_bytes(b"damage" * 999)
    path.with_name("state.db-wal").write_bytes(b"damage" * 999)
    store = Store.open(path)
    assert store.set_aside is not None
    assert store.remember_pair("p", READ_AT) == READ_AT
    store.close()


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    """An empty file is what a first start that was cut off leaves behind."""
    path.touch()
    store = Store.open(path)
    assert store.set_aside is None
    store.close()


def test_a_missing_folder_is_no_damage(tmp_path: Path) -> None:
    """What cannot be opened is told, and nothing is set aside."""
    with pytest.raises(sqlite3.OperationalError):
        Store.open(tmp_path / "missing" / "state.db")
    assert list(tmp_path.iterdir()) == []


def test_a_newer_file_is_set_aside(path: Path) -> None:
    """What a newer release wrote is not guessed at."""
    Store.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    connection.close()
    store = Store.open(path)
    assert store.set_aside is not None
    store.close()


def test_an_older_file_is_brought_forward(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the steps it lacks are made, and what it holds stays."""
    store = Store.open(path)
    store.save_report(_report("r1"))
    store.close()
    step = "ALTER TABLE report ADD COLUMN note TEXT NOT NULL DEFAULT 'old'"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
    Store.open(path).close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT run_id, note FROM report").fetchall() == [
            ("r1", "old")
        ]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    assert version == len(schema.MIGRATIONS)


def test_the_state_of_the_first_release(path: Path) -> None:
    """It is taken over: snapshots without libraries, rows without decisions."""
    with sqlite3.connect(path) as connection:
        connection.executescript(f"{schema.MIGRATIONS[0]};PRAGMA user_version = 1;")
        connection.execute(
            "INSERT INTO snapshot VALUES ('a', 'watchlist', 'mark', 1767225600, 3)"
        )
        connection.execute(
            "INSERT INTO record VALUES ('a', 'watchlist', 'n1', 'movie:tmdb:1', 'movie',"
            """ '{"tmdb":"1"}', 'Film 1', 2000, '', NULL, NULL, '[null]', 1)"""
        )
        connection.execute(
            "INSERT INTO ledger VALUES (7, 'p', 'watchlist', 'movie:tmdb:1', 'n1', 'n2',"
            " '[null]', '[null]', 1.0, 2.0, NULL, NULL, 0, NULL, '')"
        )
    connection.close()
    store = Store.open(path)
    assert store.set_aside is None
    kept = store.load_snapshot("a", WATCHLIST)
    assert kept is not None
    assert kept.records["n1"].library == ""
    assert kept.records["n1"].item.title == "Film 1"
    assert store.load_ledger("p", WATCHLIST) == [
        LedgerRow(
            row_id=7,
            keys="movie:tmdb:1",
            source_native="n1",
            target_native="n2",
            source_value="[null]",
            target_value="[null]",
            source_seen_at=1.0,
            target_seen_at=2.0,
        )
    ]
    assert store.blocks(["p", "a"]) == []
    assert store.record_counts("a") == {WATCHLIST: 1}
    store.close()


def test_the_last_run_of_an_older_release(path: Path) -> None:
    """It is known without a short report of it, and the next one takes its place."""
    store = Store.open(path)
    store.save_report(_report("r1"))
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM last_run")
    connection.close()
    store = Store.open(path)
    assert store.last_run("p") == _report("r1").without_items()
    store.save_report(_report("r2", minutes=1))
    assert store.last_run("p") == _report("r2", minutes=1).without_items()
    store.close()


def test_a_step_forward_is_made_whole_or_not_at_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that fails leaves the file at the version before."""
    Store.open(path).close()
    before = schema.MIGRATIONS
    steps = (*before, "CREATE TABLE extra (a TEXT); CREATE TABLE report (b TEXT);")
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    with pytest.raises(sqlite3.OperationalError):
        Store.open(path)
    monkeypatch.setattr(schema, "MIGRATIONS", before)
    store = Store.open(path)
    assert store.set_aside is None
    store.close()
    with sqlite3.connect(path) as connection:
        tables = {
            row[0] for row in connection.execute("SELECT name FROM sqlite_master")
        }
    connection.close()
    assert "extra" not in tables


def test_snapshots_are_stored_by_difference(path: Path) -> None:
    """The version moves with the records, and with nothing else."""
    store = Store.open(path)
    first = snapshot("m1 m2 m3", WATCHLIST)
    assert store.save_snapshot("a", first, None) == 1
    stored = store.load_snapshot("a", WATCHLIST)
    assert stored == first
    same = stored.updated()
    assert store.save_snapshot("a", same, stored) == 1
    changed = stored.updated(snapshot("m9", WATCHLIST).records.values(), ["n2"])
    assert store.save_snapshot("a", changed, stored) == 2
    assert store.load_snapshot("a", WATCHLIST) == changed
    assert store.record_counts("a") == {WATCHLIST: len(changed.records)}
    assert store.save_snapshot("a", first, None) == 3
    assert store.load_snapshot("a", WATCHLIST) == first
    assert store.snapshot_state("a", WATCHLIST) == SnapshotState("", READ_AT, 3)
    empty = snapshot("", Feature.RATINGS)
    store.save_snapshot("a", empty, None)
    assert store.record_counts("a") == {WATCHLIST: 3, Feature.RATINGS: 0}
    store.close()


def test_accounts_and_pairs_are_forgotten_alone(path: Path) -> None:
    """All that is known of one goes, and nothing of another."""
    store = Store.open(path)
    for name in ("a", "b"):
        store.save_snapshot(name, snapshot("m1", WATCHLIST), None)
        store.remember_pair(name, READ_AT)
        store.record(name, WATCHLIST, Change([LedgerRow(keys=name)]), PLANNED)
        store.open_journal("r", name, [_operation()], READ_AT)
    store.save_report(_report("r1"))
    store.forget_account("a")
    store.forget_pair("a")
    assert store.record_counts("a") == {}
    assert store.load_ledger("a", WATCHLIST) == []
    assert store.load_planned("a", WATCHLIST) is None
    assert store.unsettled("a", WATCHLIST) == {}
    assert store.record_counts("b") == {WATCHLIST: 1}
    assert [row.keys for row in store.load_ledger("b", WATCHLIST)] == ["b"]
    assert store.load_planned("b", WATCHLIST) == PLANNED
    assert list(store.unsettled("b", WATCHLIST).values()) == [_operation()]
    later = READ_AT + timedelta(days=1)
    assert store.remember_pair("a", later) == later
    assert store.last_report("p") == _report("r1")
    store.forget_pair("p")
    assert store.last_report("p") is None
    store.close()


def test_the_ledger_is_updated_in_place(path: Path) -> None:
    """A row keeps its number; obsolete ones go."""
    store = Store.open(path)
    store.record(
        "p", WATCHLIST, Change([LedgerRow(keys="a"), LedgerRow(keys="b")]), None
    )
    first, second = store.load_ledger("p", WATCHLIST)
    assert first.row_id and second.row_id
    changed = first._replace(target_native="t1", attempts=2, retry_at=7.5, failure="x")
    store.record("p", WATCHLIST, Change([changed], [second.row_id]), PLANNED)
    assert store.load_ledger("p", WATCHLIST) == [changed]
    store.record("p", WATCHLIST, Change(), None)
    assert store.load_planned("p", WATCHLIST) is None
    store.close()


def test_the_journal(path: Path) -> None:
    """An operation is unsettled until its outcome is known, then until recorded."""
    store = Store.open(path)
    entries = store.open_journal(
        "r1", "p", [_operation("m1"), _operation("m2")], READ_AT
    )
    assert list(store.unsettled("p", WATCHLIST)) == list(entries)
    done = Outcome(_operation("m1"), OutcomeKind.APPLIED, None, "t1")
    store.settle_journal(
        {
            entries[0]: done,
            entries[1]: Outcome(
                _operation("m2"), OutcomeKind.UNKNOWN, Reason.NO_ANSWER
            ),
        }
    )
    assert list(store.unsettled("p", WATCHLIST)) == [entries[1]]
    assert store.unrecorded("p", WATCHLIST) == [done]
    store.save_report(_report("r2"))
    assert store.unrecorded("p", WATCHLIST) == [done]
    store.record("p", WATCHLIST, Change(), None)
    assert store.unrecorded("p", WATCHLIST) == []
    assert list(store.unsettled("p", WATCHLIST)) == [entries[1]]
    store.close()


def test_runs_that_ended_without_a_report(path: Path) -> None:
    """Each lasted from its first operation to its last, whatever came of these."""
    store = Store.open(path)
    first, second = _operation("m1"), _operation("m2")
    later, latest = READ_AT + timedelta(minutes=5), READ_AT + timedelta(minutes=9)
    (entry,) = store.open_journal("r1", "p", [first], READ_AT)
    store.open_journal("r2", "p", [first], later)
    store.open_journal("r1", "p", [second], latest)
    done = Outcome(first, OutcomeKind.APPLIED, None, "t1")
    store.settle_journal({entry: done})
    runs = store.lost_runs("p")
    spans = [(run.run_id, run.started, run.ended) for run in runs]
    assert spans == [("r1", READ_AT, latest), ("r2", later, later)]
    assert list(runs[0].outcomes) == [done, Outcome(second, OutcomeKind.UNKNOWN)]
    store.close()


def test_old_reports_and_their_journal_are_let_go(path: Path) -> None:
    """The newest runs can be looked up; what is unsettled stays however old."""
    store = Store.open(path)
    for number in range(KEPT_RUNS + 5):
        run_id = f"r{number:02}"
        done, unknown = store.open_journal(
            run_id, "p", [_operation(), _operation()], READ_AT
        )
        outcome = Outcome(_operation(), OutcomeKind.APPLIED)
        store.settle_journal({done: outcome})
        store.record("p", WATCHLIST, Change(), None)
        store.save_report(_report(run_id, number))
    last = store.last_report("p")
    assert last is not None
    assert last.run_id == "r24"
    store.close()
    with sqlite3.connect(path) as connection:
        kept = connection.execute(
            "SELECT run_id FROM report ORDER BY run_id"
        ).fetchall()
        settled = connection.execute(
            "SELECT COUNT(*) FROM journal WHERE outcome IS NOT NULL"
        ).fetchone()
        unsettled = connection.execute(
            "SELECT COUNT(*) FROM journal WHERE outcome IS NULL"
        ).fetchone()
    connection.close()
    assert [row[0] for row in kept] == [f"r{number:02}" for number in range(5, 25)]
    assert (settled[0], unsettled[0]) == (KEPT_RUNS, KEPT_RUNS + 5)
    assert unknown


def test_threads_take_turns(path: Path) -> None:
    """Many threads may use the store at once."""
    store = Store.open(path)

    def use(number: int) -> range:
        name = f"p{number % 4}"
        entries = store.open_journal("r", name, [_operation(), _operation()], READ_AT)
        store.record(name, WATCHLIST, Change([LedgerRow(keys=f"k{number}")]), PLANNED)
        store.save_snapshot(f"a{number}", snapshot("m1 m2", WATCHLIST), None)
        store.load_ledger(name, WATCHLIST)
        return entries

    with ThreadPoolExecutor(8) as pool:
        taken = [entry for entries in pool.map(use, range(40)) for entry in entries]
    assert sorted(taken) == list(range(1, 81))
    rows = [len(store.load_ledger(f"p{number}", WATCHLIST)) for number in range(4)]
    assert rows == [10, 10, 10, 10]
    assert store.record_counts("a39") == {WATCHLIST: 2}
    store.close()


async def test_a_state_that_fails_in_mid_run(
    arena: MakeArena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has failed and says so; the next one makes up for it."""
    world = arena()
    world.hold("m1 m2")

    def full(*args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "record", full)
        report = await world.run()
    assert report.status is RunStatus.FAILED
    (failure,) = report.failures
    assert failure.reason is Reason.STATE_ERROR
    assert "disk is full" in failure.message
    assert world.target_shows == "m1 m2"
    assert (await world.run()).counts.added == 0
    assert len(world.target.requests.writes) == 1


async def test_a_closed_state(arena: MakeArena) -> None:
    """A state that was closed meanwhile is a failed run, no crash."""
    world = arena()
    world.hold("m1")
    store = world.store
    store.close()
    report = await world.run()
    assert report.status is RunStatus.FAILED
    assert world.target.requests.writes == []
    world.opened = None


async def test_a_feature_begins_anew(arena: MakeArena) -> None:
    """Records that have moved elsewhere are not lost: nothing is removed for it."""
    world = arena(policy=FeaturePolicy(remove=True))
    world.policy = replace(world.policy, mode=Mode.TWO_WAY)
    world.hold("m1 m2 m3", "m1 m2 m3")
    for _ in range(2):
        await world.run()
        world.clock.advance(hours=1)
    world.hold("m2 m4", "m1 m2 m3")
    pair_id = world.pair().pair_id
    operation = Operation(
        feature=WATCHLIST,
        side=Side.TARGET,
        action=Action.REMOVE,
        item=parse("m1")[0].item,
        reason=Reason.GONE_FROM_SOURCE,
        keys=("movie:imdb:tt1",),
    )
    world.store.open_journal("lost", pair_id, [operation], READ_AT)
    assert world.store.unsettled(pair_id, WATCHLIST)
    world.store.forget_feature(pair_id, WATCHLIST)
    world.store.forget_snapshot("S", WATCHLIST)
    assert not world.store.unsettled(pair_id, WATCHLIST)
    assert not world.store.lost_runs(pair_id)
    assert moves(await world.run()) == "S+m1 S+m3 T+m4"
    # From then on removals are earned as ever.
    world.clock.advance(hours=1)
    await world.run()
    world.source.hold(WATCHLIST, "m1 m2 m3")
    assert moves(await world.run()) == "T-m4"
