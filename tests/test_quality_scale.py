"""Tests of quality_scale.yaml: all rules are in it, and their evidence is there."""

import re
from typing import Any, Final

import pytest
import yaml

from custom_components import crosswatch

from .documents import ROOT, page

INTEGRATION: Final = ROOT / "custom_components" / "crosswatch"
SCALE: Final[dict[str, dict[str, Any]]] = yaml.safe_load(
    (INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8")
)["rules"]
# As Home Assistant defines them: 20 of bronze, 10 of silver, 21 of gold, 3 of platinum.
RULES: Final = frozenset(
    [
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
        "async-dependency",
        "inject-websession",
        "strict-typing",
    ]
)
FILE: Final = re.compile(r"[\w./-]+\.(?:ambr|json|md|png|py|toml|ya?ml)\b")
SECTION: Final = re.compile(r'(README|docs/[\w-]+\.md),? "([^"]+)"')


def files_in(text: str) -> list[str]:
    """Return the files that a comment names."""
    return FILE.findall(text)


def test_all_rules() -> None:
    """Have exactly the rules that there are, each of them kept or truly exempt."""
    assert len(RULES) == 54
    assert set(SCALE) == RULES
    assert {rule["status"] for rule in SCALE.values()} <= {"done", "exempt"}
    assert all(rule["comment"].strip() for rule in SCALE.values())


@pytest.mark.parametrize("name", sorted(SCALE))
def test_evidence(name: str) -> None:
    """Name only files and sections that are there, and at least one for what is done."""
    rule = SCALE[name]
    files, sections = files_in(rule["comment"]), SECTION.findall(rule["comment"])
    assert files or sections or rule["status"] == "exempt"
    missing = [
        file
        for file in files
        if not (ROOT / file).is_file() and not (INTEGRATION / file).is_file()
    ]
    assert missing == []
    for path, heading in sections:
        text = page("README.md" if path == "README" else path)
        assert heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def test_parallel_updates() -> None:
    """Say in every platform's file how many updates may go on at once."""
    assert crosswatch.PLATFORMS
    for platform in crosswatch.PLATFORMS:
        text = (INTEGRATION / f"{platform.value}.py").read_text(encoding="utf-8")
        assert re.search(r"^PARALLEL_UPDATES = [01]$", text, re.MULTILINE), platform
