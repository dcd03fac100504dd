"""Tests of the repository itself: what must agree across its files, and stay out of them."""

from importlib.metadata import version
import json
import os
from pathlib import Path
import re
import subprocess

import pytest

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / "crosswatch"
MANIFEST = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
REQUIREMENTS = sorted((ROOT / "requirements").iterdir())
SCRIPTS = sorted(
    path
    for path in [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"]
    if path.is_file() and not path.suffix
)


def _pins(path: Path) -> dict[str, str]:
    """Return the version that a requirements file pins each package to."""
    lines = path.read_text(encoding="utf-8").splitlines()
    packages = (
        line.split(";")[0].strip() for line in lines if line[:1] not in ("", "#")
    )
    return dict(package.split("==", 1) for package in packages)


def test_changelog_knows_the_version() -> None:
    """Test that the newest version in the changelog is the manifest's."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)\b", text, re.MULTILINE)

    assert released[:1] == [MANIFEST["version"]]


def test_hacs_asks_for_the_tested_home_assistant() -> None:
    """Test that the least version we ask for is of the release that the tests run on."""
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    pinned = _pins(ROOT / "requirements" / "test.txt")["homeassistant"]

    assert hacs["homeassistant"].split(".")[:2] == pinned.split(".")[:2]
    assert version("homeassistant") == pinned


def test_release_uploads_what_hacs_downloads() -> None:
    """Test that the release workflow makes the file that hacs.json names."""
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")

    assert f'gh release upload "$TAG" {hacs["filename"]} ' in workflow


def test_nothing_is_required_at_run_time() -> None:
    """Test that the integration gets by with what Home Assistant ships."""
    assert MANIFEST["requirements"] == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_name_no_addresses(path: Path) -> None:
    """Test that where packages come from is left to the machine."""
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|git\+", text)


@pytest.mark.parametrize(
    "path",
    [path for path in REQUIREMENTS if path.suffix == ".txt"],
    ids=lambda path: path.name,
)
def test_requirements_are_pinned(path: Path) -> None:
    """Test that every package has one exact version."""
    pins = _pins(path)

    assert pins
    assert all(re.fullmatch(r"[\d.!]+(?:\w+)?", pin.strip()) for pin in pins.values())


def test_sets_of_requirements_agree() -> None:
    """Test that the demo's packages never move those of the tests."""
    tests = _pins(ROOT / "requirements" / "test.txt")
    demo = _pins(ROOT / "requirements" / "demo.txt")

    assert {
        name: pin for name, pin in demo.items() if tests.get(name, pin) != pin
    } == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_can_be_run(path: Path) -> None:
    """Test that scripts are executable and say what runs them."""
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env ")


def test_every_generated_folder_is_ignored() -> None:
    """Test that nothing that the scripts make can be committed by mistake."""
    made = [".venv/x", ".python/x", ".cache/x", "config/x", "crosswatch.zip"]
    git = subprocess.run(
        ["git", "check-ignore", "--no-index", *made],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if git.returncode > 1:
        pytest.skip("not a git checkout")

    assert git.stdout.splitlines() == made
