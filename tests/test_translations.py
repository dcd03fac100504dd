"""The texts of each language say what the English ones say, in the same places."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re

import pytest

from .message_format import Argument, arguments

FOLDER = Path(__file__).parent.parent / "custom_components/crosswatch/translations"
LANGUAGES = sorted(file.stem for file in FOLDER.iterdir())
OTHERS = [language for language in LANGUAGES if language != "en"]

# What is the same word in both languages. Names need no translation.
NAMES = {"IMDb", "Letterboxd", "SIMKL", "Trakt", "ID", "PIN"}
SAME_WORDS = {
    "de": {
        "Episode",
        "Format",
        "Name",
        "Problem",
        "Server",
        "Status",
        "Token",
        "Version",
    },
    "nl": {
        "Account",
        "Accounts",
        "Interval",
        "Item",
        "Server",
        "Status",
        "Token",
        "items",
    },
}

# The forms of a noun after a number that English, German and Dutch tell apart.
PLURAL_FORMS = {"one", "other"}

LINK = re.compile(r"\[[^\]]+\]\(([^)]*)\)")
BOLD = re.compile(r"\*\*.+?\*\*")
CODE = re.compile(r"`[^`]+`")
ACTION = re.compile(r"crosswatch\.\w+")
QUOTED = re.compile(r"„([^“]+)“|“([^”]+)”|‘([^’]+)’")

type Texts = Mapping[str, str]


def flat(tree: Mapping[str, object], under: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text with the path of its key, in the order of the file."""
    for key, below in tree.items():
        if isinstance(below, dict):
            yield from flat(below, f"{under}{key}.")
        else:
            assert isinstance(below, str), f"{under}{key} is no text"
            yield f"{under}{key}", below


def texts_in(language: str) -> Texts:
    """Return the texts in a language by their keys."""
    file = FOLDER / f"{language}.json"
    return dict(flat(json.loads(file.read_text(encoding="utf-8"))))


def pairs(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield each key with its English text and the one in another language."""
    texts = texts_in(language)
    for key, english in texts_in("en").items():
        if key in texts:
            yield key, english, texts[key]


def different(language: str, found: re.Pattern[str]) -> list[str]:
    """Return the keys of texts that do not have the same of something."""
    return [
        key
        for key, english, text in pairs(language)
        if sorted(found.findall(english)) != sorted(found.findall(text))
    ]


def test_languages() -> None:
    """Speak at least the languages that the documentation promises."""
    assert {"en", "de", "nl"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_keys(language: str) -> None:
    """Have a text wherever there is an English one, and nowhere else."""
    english, texts = texts_in("en"), texts_in(language)
    missing = [key for key in english if key not in texts]
    surplus = [key for key in texts if key not in english]
    assert (missing, surplus) == ([], [])


@pytest.mark.parametrize("language", OTHERS)
def test_order(language: str) -> None:
    """Keep the order of the English file, so that the files can be compared."""
    texts = texts_in(language)
    assert list(texts) == [key for key in texts_in("en") if key in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_file_is_tidy(language: str) -> None:
    """Write the file as a tool would, so that a change shows only what it changes."""
    written = (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    tidy = json.dumps(json.loads(written), indent=2, ensure_ascii=False)
    assert written == f"{tidy}\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_text(language: str) -> None:
    """Leave no text empty or padded, and have no address and no HTML in it.

    An apostrophe before a brace would show the name of what is to be filled in there.
    """
    bad = re.compile(r"^\s*$|^\s|\s$|://|</?\w|'[{}]")
    assert [key for key, text in texts_in(language).items() if bad.search(text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_arguments(language: str) -> None:
    """Fill in the same, and let the same depend on it."""

    def filled_in(text: str) -> set[tuple[str, str]]:
        return {(each.name, each.kind) for each in arguments(text)}

    wrong = {
        key: (filled_in(english), filled_in(text))
        for key, english, text in pairs(language)
        if filled_in(english) != filled_in(text)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_branches(language: str) -> None:
    """Have a branch for each case of what a text depends on."""
    english = texts_in("en")
    wrong = [
        key
        for key, text in texts_in(language).items()
        for each in arguments(text)
        if not has_all_branches(each, english.get(key, text))
    ]
    assert wrong == []


def has_all_branches(argument: Argument, english: str) -> bool:
    """Tell whether something that is filled in has the branches that it needs."""
    match argument.kind:
        case "plural":
            exact = {branch for branch in argument.branches if branch[0] == "="}
            return argument.branches - exact == PLURAL_FORMS
        case "select":
            return "other" in argument.branches and argument in arguments(english)
        case _:
            return not argument.branches


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    "found",
    [
        pytest.param(LINK, id="links"),
        pytest.param(CODE, id="code"),
        pytest.param(ACTION, id="actions"),
        pytest.param(re.compile(r"\n+"), id="paragraphs"),
        pytest.param(re.compile(r"[.?!:]$"), id="end"),
    ],
)
def test_same_parts(language: str, found: re.Pattern[str]) -> None:
    """Keep what has to be the same in every language."""
    assert different(language, found) == []


@pytest.mark.parametrize("language", OTHERS)
def test_bold(language: str) -> None:
    """Stress as much as the English text does."""
    wrong = [
        key
        for key, english, text in pairs(language)
        if len(BOLD.findall(english)) != len(BOLD.findall(text)) or text.count("**") % 2
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_left_in_english(language: str) -> None:
    """Translate all but names, and list every word that happens to be the same."""
    same = {
        text
        for _, english, text in pairs(language)
        if text == english and re.search(r"\w", re.sub(r"{\w+}", "", text))
    }
    assert same - NAMES == SAME_WORDS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_name_what_is_shown(language: str) -> None:
    """Quote other texts as they are, so that a person finds them."""
    shown = texts_in(language)
    missing = {
        quote: key
        for key, text in shown.items()
        for found in QUOTED.findall(text)
        if (quote := next(filter(None, found))) not in shown.values()
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Nothing.", [], id="nothing"),
        pytest.param("{a} and [{b}]({b})", ["a", "b", "b"], id="names"),
        pytest.param(
            "{n, plural, =0 {none} one {one of {a}} other {# items}}",
            ["n plural =0 one other", "a"],
            id="plural",
        ),
        pytest.param(
            "It {what, select, on {is on} other {is {what}}}.",
            ["what select on other", "what"],
            id="select",
        ),
        pytest.param(
            "{n, plural, offset:1 one {a} other {b}}",
            ["n plural one other"],
            id="offset",
        ),
        pytest.param("{n, number}", ["n number"], id="number"),
    ],
)
def test_reading_arguments(text: str, expected: list[str]) -> None:
    """Check the reading itself: it finds what stands in braces."""
    found = [
        " ".join([*filter(None, (each.name, each.kind)), *sorted(each.branches)])
        for each in arguments(text)
    ]
    assert found == expected


@pytest.mark.parametrize("text", ["{a", "a}", "{a}}", "{n, plural, other {b}"])
def test_braces_that_do_not_match(text: str) -> None:
    """Check the reading itself: it refuses what the frontend could not show."""
    with pytest.raises(ValueError, match="do not match"):
        list(arguments(text))


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        pytest.param("{n, plural, one {a} other {b}}", True, id="plural"),
        pytest.param("{n, plural, =0 {c} one {a} other {b}}", True, id="exact"),
        pytest.param("{n, plural, other {b}}", False, id="no one"),
        pytest.param("{n, plural, one {a}}", False, id="no other"),
        pytest.param("{n, plural, one {a} few {c} other {b}}", False, id="few"),
        pytest.param("{w, select, x {a} other {b}}", True, id="select"),
        pytest.param("{w, select, y {a} other {b}}", False, id="unknown case"),
        pytest.param("{w, select, x {a}}", False, id="no other case"),
    ],
)
def test_judging_branches(text: str, complete: bool) -> None:
    """Check the judgement itself: it knows when a case is not covered."""
    english = "{n, plural, one {1} other {2}} {w, select, x {1} other {2}}"
    judged = [has_all_branches(each, english) for each in arguments(text)]
    assert judged == [complete]
