"""What informants know of items, as runs make use of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.evidence import (
    Evidence,
    EvidencedRecord,
    Origin,
    enriched,
)
from custom_components.crosswatch.engine.explain import explain
from custom_components.crosswatch.engine.model import Feature, Item, MediaKind
from custom_components.crosswatch.engine.policy import FeaturePolicy, RemoveMode
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import RunStatus

from .arena import Arena
from .book import Book
from .tables.steps import dry, hold, run, shows, wait
from .tables.story import Setting, Stage, Step, tell
from .worlds import parse, records

ONE_WAY = Setting(Feature.WATCHLIST)
REMOVING = Setting(Feature.WATCHLIST, FeaturePolicy(remove=True))
MIRROR = Setting(
    Feature.WATCHLIST, FeaturePolicy(remove=True, remove_mode=RemoveMode.MIRROR)
)
ONLY_TMDB = FeatureSupport(kinds=ALL_KINDS, ids=frozenset({"tmdb"}))

type MakeArena = Callable[..., Arena]


def ask(*books: Book) -> Step:
    """Let runs ask these books from now on."""

    async def step(stage: Stage) -> None:
        stage.arena.informants = books

    return step


def asked(book: Book, *labels: str) -> Step:
    """See about what a book was asked since the last time."""

    async def step(stage: Stage) -> None:
        assert sorted(book.asked) == sorted(labels)
        book.asked.clear()

    return step


async def test_without_anybody_to_ask(tmp_path: Path) -> None:
    """Two accounts that share no id of a film cannot know that it is the same."""
    story = ONE_WAY(hold(S="m1{imdb}", T="m1{tmdb}"), run("T+m1"))
    await tell((story,), tmp_path)


@pytest.mark.parametrize("setting", [ONE_WAY, ONE_WAY.two_way()], ids=["one", "two"])
async def test_a_common_id_is_found_out(setting: Setting, tmp_path: Path) -> None:
    """The smaller side is asked about, once; the items match from then on."""
    book = Book("m1 m2 m3 s1")
    first, second = tuple(setting.accounts)
    story = setting(
        ask(book),
        hold(**{first: "m1{imdb}", second: "m1{tmdb} m2{tmdb}"}),
        run("" if setting is ONE_WAY else "A+m2"),
        asked(book, "Film 1 (2000)"),
        run(),
        run(),
        asked(book),
    )
    await tell((story,), tmp_path)


async def test_only_who_may_be_somebody_else_is_asked_about(tmp_path: Path) -> None:
    """An item whose ids the other side knows as well is simply new there."""
    book = Book("m1..9")
    story = ONE_WAY(
        ask(book),
        hold(S="m1 m2", T="m3 m4{imdb} s1{tvdb}"),
        run("T+m1 T+m2"),
        asked(book),
    )
    await tell((story,), tmp_path)


async def test_episodes_are_asked_about_by_their_show(tmp_path: Path) -> None:
    """One question is enough for all episodes of a show."""
    book = Book("s1 s2")
    story = Setting(Feature.HISTORY)(
        ask(book),
        hold(
            S="s1e1{|imdb}@2025-01-01 s1e2{|imdb}@2025-01-02 s1e3{|imdb}@2025-01-03",
            T="s1e1{|tvdb}@2025-01-01 s1e2{|tvdb}@2025-01-02 s2e1{|tvdb}@2025-01-02"
            " s2e2{|tvdb}@2025-01-02",
        ),
        run("T+s1e3"),
        asked(book, "Show 1 (2010)"),
        run(),
        asked(book),
    )
    await tell((story,), tmp_path)


async def test_an_episode_without_a_show() -> None:
    """It is found by its own id; then it has a show, and a place in it."""
    episode = parse("s1e2{imdb|}")[0].item
    bare = Item(MediaKind.EPISODE, episode.ids, "Pilot")
    (found,) = [each async for each in Book("s1e2").look_up([bare])]
    assert found is not None
    known = enriched(bare, found)
    assert known.place == "s1e2"
    assert known.show is not None
    assert known.show.ids["tvdb"] == "101"
    assert known.title == "Pilot"


async def test_what_the_target_knows_no_id_of(tmp_path: Path) -> None:
    """The id that an account needs is looked up, and what is not known is reported."""
    book = Book("m1")
    story = Setting(Feature.WATCHLIST, support={"T": ONLY_TMDB})(
        hold(S="m1{imdb} m2{imdb}"),
        run("T:m1:no_ids T:m2:no_ids"),
        ask(book),
        dry("T+m1 T:m2:no_ids"),
        run("T+m1 T:m2:no_ids"),
        asked(book, "Film 1 (2000)", "Film 2 (2000)"),
        shows(T="m1"),
        # A week later somebody may have added the film.
        wait(days=6),
        run("T:m2:no_ids"),
        asked(book),
        wait(days=1),
        run("T:m2:no_ids"),
        asked(book, "Film 2 (2000)"),
        wait(days=25),
        run("T:m2:no_ids"),
        asked(book, "Film 2 (2000)"),
    )
    await tell((story,), tmp_path)


async def test_what_is_found_is_asked_again_in_a_month(tmp_path: Path) -> None:
    """A service may correct its ids; until it answers anew the old ones are good."""
    book, closed = Book("m1"), Book("m1", answers=0)
    setting = Setting(
        Feature.WATCHLIST, FeaturePolicy(add=False), support={"T": ONLY_TMDB}
    )
    story = setting(
        ask(book),
        hold(S="m1{imdb}"),
        run("T:m1:adding_off"),
        asked(book, "Film 1 (2000)"),
        wait(days=29),
        run("T:m1:adding_off"),
        asked(book),
        wait(days=1),
        run("T:m1:adding_off"),
        asked(book, "Film 1 (2000)"),
        ask(closed),
        wait(days=31),
        run("T:m1:adding_off"),
    )
    await tell((story,), tmp_path)


async def test_what_both_sides_are_known_to_have(tmp_path: Path) -> None:
    """Items that were matched once need nobody to be asked ever again."""
    book = Book("m1")
    story = ONE_WAY(
        ask(book),
        hold(S="m1{imdb}", T="m1{tmdb}"),
        run(),
        asked(book, "Film 1 (2000)"),
        wait(days=99),
        hold(S="m1{imdb} m2"),
        run("T+m2"),
        asked(book),
    )
    await tell((story,), tmp_path)


async def test_a_guess_is_no_reason_to_remove(tmp_path: Path) -> None:
    """What was found by its title is given, and never taken away for that."""
    story = REMOVING(
        ask(Book("m1 m2")),
        hold(S="m1{} m2{imdb}", T="m3"),
        run("T+m1 T+m2"),
        run(),
        hold(S=""),
        run("T:m1:guessed T-m2"),
        shows(T="m1 m3"),
        run("T:m1:guessed"),
    )
    await tell((story,), tmp_path)


async def test_a_guess_that_is_proved(tmp_path: Path) -> None:
    """Once the side knows the id itself, the item is like any other."""
    story = REMOVING(
        ask(Book("m1 m2")),
        hold(S="m1{} m2", T="m2"),
        run("T+m1"),
        hold(S="m1#n1 m2#n2"),
        run(),
        hold(S="m2#n2"),
        run("T-m1"),
    )
    await tell((story,), tmp_path)


async def test_nobody_answers(tmp_path: Path) -> None:
    """What may be there under other ids waits, all else goes on; nothing is removed."""
    book = Book("m1 m2", answers=1)
    story = REMOVING(
        hold(S="m5 m6", T="m5 m6"),
        run(),
        ask(book),
        hold(S="m1{imdb} m2{imdb} m3 m6", T="m1{tmdb} m2{tmdb} m4{tmdb} m5 m6"),
        run("T+m3 T:m2:not_looked_up T:m5:not_looked_up", status=RunStatus.SUCCESS),
        asked(book, "Film 1 (2000)"),
        ask(Book("m1 m2")),
        run("T-m5"),
        shows(T="m1 m2 m3 m4 m6"),
    )
    await tell((story,), tmp_path)


async def test_a_mirror_removes_nothing_that_is_not_known(tmp_path: Path) -> None:
    """What the source has under other ids is not missing there."""
    story = MIRROR(
        ask(Book("m1 m2")),
        hold(S="m1{imdb}", T="m1{tmdb} m2{tmdb}"),
        run(),
        run("T-m2"),
        run(),
        shows(T="m1"),
    )
    await tell((story,), tmp_path)


async def test_informants_that_are_asked_no_more(tmp_path: Path) -> None:
    """What was matched by what they said stays matched: nothing is doubled or lost."""
    story = REMOVING(
        ask(Book("m1 s1"), Book(renumbered={"s1e30": "s1x2e6"}, name="Numbers")),
        hold(S="m1{imdb} s1e30{|tvdb} m2", T="m1{tmdb} s1x2e6{|tvdb} m2"),
        run(),
        ask(),
        hold(S="m1{imdb} s1e30{|tvdb} m2 m3"),
        run("T+m3"),
        run(),
        shows(T="m1 m2 m3 s1x2e6"),
    )
    await tell((story,), tmp_path)


async def test_another_numbering(tmp_path: Path) -> None:
    """An episode that one side counts on through all seasons is found at the other."""
    book = Book(renumbered={"s1e30": "s1x2e6", "s1e31": "s1x2e7"})
    story = Setting(Feature.HISTORY)(
        ask(book),
        hold(
            S="s1e30{|tvdb}@2025-01-01 s1e31{|tvdb}@2025-01-02 s1e2@2025-01-01",
            T="s1x2e6@2025-01-01 s1e2@2025-01-01",
        ),
        run("T+s1x2e7"),
        run(),
        shows(T="s1e2@2025-01-01 s1x2e6@2025-01-01 s1x2e7@2025-01-02"),
    )
    await tell((story,), tmp_path)


async def test_an_absolute_number_of_an_unknown_show(tmp_path: Path) -> None:
    """Who knows numbers is asked once more when somebody else has named the show."""
    numbers = Book(renumbered={"s1e30": "s1x2e6"}, name="Numbers")
    story = Setting(Feature.HISTORY)(
        ask(numbers, Book("s1")),
        hold(S="s1e30{|}@2025-01-01", T="s1x2e6@2025-01-01"),
        run(),
        run(),
        shows(T="s1x2e6@2025-01-01"),
    )
    await tell((story,), tmp_path)


async def test_another_version_is_asked_anew(tmp_path: Path) -> None:
    """A mapping that has changed may say something else, though nothing else has."""
    story = Setting(Feature.HISTORY, FeaturePolicy(add=False))(
        ask(Book(renumbered={"s9e1": "s9e1"})),
        hold(S="s1e30{|tvdb}@2025-01-01", T="s1x2e6@2025-01-01"),
        run("T:s1e30:adding_off"),
        ask(Book(renumbered={"s1e30": "s1x2e6"}, version="2")),
        run(),
    )
    await tell((story,), tmp_path)


async def test_it_is_explained(arena: MakeArena) -> None:
    """A person can see who said that two items are one, and how sure that is."""
    it = arena()
    it.informants = (Book("m1 m2"),)
    it.hold("m1{imdb} m2{}", "m1{tmdb} m3{tmdb} m4{tmdb}")
    found = [
        each.as_dict()
        for each in await explain(
            it.pair(),
            it.feature,
            "Film",
            store=it.store,
            snapshots=it.snapshots(),
            now=it.clock,
        )
    ]
    by_title = {each["title"]: each for each in found}
    source = by_title["Film 1"]["source"]
    assert isinstance(source, dict)
    assert source["ids"] == {"imdb": "tt0000001"}
    assert source["evidence"] == [
        {
            "informant": "Book",
            "origin": "external_id",
            "ids": {"imdb": "tt0000001", "tmdb": "1"},
            "season": None,
            "episode": None,
        }
    ]
    assert by_title["Film 1"]["match"] == {
        "matched": True,
        "ambiguous": False,
        "by": ["movie:tmdb:1"],
    }
    guessed = by_title["Film 2"]["source"]
    assert isinstance(guessed, dict)
    assert [each["origin"] for each in guessed["evidence"]] == ["search"]


@pytest.mark.parametrize(
    ("token", "found"),
    [
        pytest.param("m1{imdb}", "m1{imdb=tt9,tmdb}", id="another id of its own"),
        pytest.param("m1{imdb}", "s1{tmdb}", id="another kind"),
        pytest.param("s1e1{|tvdb}", "s1{tvdb=7,imdb}", id="another show"),
        pytest.param("s1e1{|tvdb}", "s1e2{imdb|tvdb=7}", id="an episode elsewhere"),
    ],
)
def test_evidence_that_contradicts(token: str, found: str) -> None:
    """What an account says of its own items is never overruled."""
    item = parse(token)[0].item
    evidence = Evidence(
        item=parse(found)[0].item, origin=Origin.EXTERNAL_ID, informant="Book"
    )
    assert enriched(item, evidence) == item


@pytest.mark.parametrize(
    ("token", "found"), [("m1{imdb}", ["m1"]), ("s1e30{|tvdb}", ["s1", "s1x2e6"])]
)
def test_a_record_keeps_its_own_keys(token: str, found: Sequence[str]) -> None:
    """An account's own ids and places go on being good to know the item by."""
    (own,) = records(token, Feature.WATCHLIST)
    evidence = [
        Evidence(item=parse(each)[0].item, origin=Origin.NUMBERING, informant="Numbers")
        for each in found
    ]
    known = EvidencedRecord(own, evidence)
    assert set(own.keys) < set(known.keys)
    assert known.own == own
