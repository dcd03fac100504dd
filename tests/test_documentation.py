"""Tests of the documentation: what it names is called so, and nothing is left out."""

from collections.abc import Iterator, Mapping
import json
import re
from typing import Any, Final

import pytest
import yaml

from custom_components.crosswatch import const
from custom_components.crosswatch.files.contents import RowFault
from custom_components.crosswatch.files.exporting import Unfit
from custom_components.crosswatch.files.formats import ExportFormat

from .documents import ROOT, page, section, table

INTEGRATION: Final = ROOT / "custom_components" / "crosswatch"
TEXTS: Final[Mapping[str, Any]] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text(encoding="utf-8")
)
ACTIONS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    name: action["fields"]
    for name, action in yaml.safe_load(
        (INTEGRATION / "services.yaml").read_text(encoding="utf-8")
    ).items()
}
README: Final = page("README.md")
PAGES: Final = ["README.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]
# What the form of a pair starts with, where that is a number.
DEFAULTS: Final = {
    "Interval": f"{const.DEFAULT_INTERVAL} minutes",
    "*History:* Tolerance": f"{const.DEFAULT_TOLERANCE} seconds",
    "*Progress:* Shortest position, Smallest step": (
        f"{const.DEFAULT_MIN_SECONDS} seconds, {const.DEFAULT_DELTA_SECONDS} seconds"
    ),
    "*Progress:* Nearly finished": f"{const.DEFAULT_MAX_PERCENT} %",
    "*Guards:* Removals without approval, as a number and a share": (
        f"{const.DEFAULT_DELETE_LIMIT}, {const.DEFAULT_DELETE_PERCENT} %"
    ),
}


def labels(form: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the fields of a form, sections included."""
    yield from form.get("data", {}).values()
    for part in form.get("sections", {}).values():
        yield from part["data"].values()


def anchors(text: str) -> set[str]:
    """Return where a page can be pointed to, as GitHub names its headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-")
        for each in headings
    }


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """Test that links from a page to our own files and headings are good."""
    folder = (ROOT / name).parent
    for path, anchor in re.findall(
        r"\]\((?!https?:|/)([^)#\s]*)#?([^)\s]*)\)", page(name)
    ):
        target = (folder / path).resolve() if path else ROOT / name
        assert target.is_file(), path
        assert not anchor or anchor in anchors(target.read_text("utf-8")), anchor


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_linked(name: str) -> None:
    """Test that who reads the readme finds all pages."""
    assert name == "README.md" or f"({name}" in README


def test_settings_of_a_pair() -> None:
    """Test that each setting of a pair is told, by the name it has in the form."""
    form = TEXTS["config_subentries"]["pair"]["step"]["reconfigure"]
    told = [row[0] for row in table(section(README, "Pairs"), "Setting", "Default")]
    # Both limits share a row.
    shared = "Share of removals without approval"
    names = " ".join(told)
    assert [each for each in labels(form) if each not in names] == [shared]


def test_defaults_of_a_pair() -> None:
    """Test that the numbers told as defaults are those that a new pair has."""
    told = table(section(README, "Pairs"), "Setting", "Default")
    found = {row[0]: row[1] for row in told if row[0] in DEFAULTS}
    assert found == DEFAULTS
    interval = next(row[2] for row in told if row[0] == "Interval")
    assert f"{const.MIN_INTERVAL} or more" in interval


def test_entities() -> None:
    """Test that all entities are told, by their names."""
    text = section(README, "What you see").lower()
    told = {
        name.strip()
        for names in re.findall(r"\*(.+?)\*", text)
        for name in names.split(",")
    }
    names = {
        entity["name"].lower()
        for platform in TEXTS["entity"].values()
        for entity in platform.values()
    }
    assert names <= told


def test_repairs() -> None:
    """Test that all repairs stand among the troubles, by their titles."""
    told = [
        re.escape(found[1]).replace("…", ".+").replace(r"\.\+", ".+")
        for row in table(README, "What you see", "What to do")
        if (found := re.match(r"\*(.+)\* \(repair\)", row[0]))
    ]
    titles = [
        re.sub(r"\{\w+\}", "x", issue["title"]) for issue in TEXTS["issues"].values()
    ]
    assert [
        title for title in titles if not any(re.match(each, title) for each in told)
    ] == []
    assert len(told) == len(titles)


def test_fields_of_accounts() -> None:
    """Test that the page on accounts has each field of every form, by its name."""
    text = page("docs/accounts.md")
    signs_in = [row[1] for row in table(text, "Account", "Field", "Needed")]
    chooses = [row[1] for row in table(text, "Account", "Field", "Default")]
    steps = TEXTS["config"]["step"].values()
    assert set(signs_in) == {label for step in steps for label in labels(step)}
    steps = TEXTS["options"]["step"].values()
    assert set(chooses) == {label for step in steps for label in labels(step)}


def test_fields_of_actions() -> None:
    """Test that the page on actions has each field, of all actions that have it."""
    told: set[tuple[str, str]] = set()
    needed: set[tuple[str, str]] = set()
    for fields, names, _ in table(page("docs/actions.md"), "Field", "Of"):
        actions = ACTIONS if names == "all" else re.findall(r"`(\w+)`", names)
        found = {
            (action, field)
            for action in actions
            for field in re.findall(r"`(\w+)`", fields)
        }
        told |= found
        needed |= found if fields.endswith(r"\*") else set()
    every = [(action, field) for action, fields in ACTIONS.items() for field in fields]
    assert told == set(every)
    assert needed == {
        (action, field)
        for action, field in every
        if ACTIONS[action][field] and ACTIONS[action][field].get("required")
        if field != "device_id"
    }


def test_formats_and_what_is_left_out() -> None:
    """Test that the page on files has all formats, and all reasons to leave out."""
    text = page("docs/import-export.md")

    def named(heading: str, *head: str) -> list[str]:
        """Return the codes in the first column of a table."""
        rows = table(section(text, heading), *head)
        return [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]

    assert named("Import", "Reason", "Meaning") == [*RowFault]
    assert sorted(named("Export", "Reason", "Meaning")) == sorted(Unfit)
    assert named("Export", "`format`", "For") == [*ExportFormat]


def test_who_needs_a_device() -> None:
    """Test that those actions are told that cannot do without a device."""
    text = section(page("docs/actions.md"), "Fields")
    told = text.partition(" need a `device_id`")[0]
    assert set(re.findall(r"`(\w+)`", told)) == {
        name for name, fields in ACTIONS.items() if fields["device_id"].get("required")
    }


def test_modules() -> None:
    """Test that the page on development names no module that is not there."""
    told = set(re.findall(r"`(\w+\*?\.py)`", page("docs/development.md")))
    assert told
    folders = (INTEGRATION, *(INTEGRATION / "providers").iterdir())
    missing = [
        name
        for name in sorted(told)
        if not any(list(folder.glob(name)) for folder in folders)
    ]
    assert missing == []
