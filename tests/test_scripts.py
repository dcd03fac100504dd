"""Tests of the helpers that the scripts use."""

from pathlib import Path
import subprocess

import grimp
import pytest

from scripts import check_coverage, check_json
from scripts.import_contracts import ConfinedContract, SoleImporterContract

ROOT = Path(__file__).parent.parent


def _coverage(
    files: dict[str, tuple[int, int, int, int]],
) -> dict[str, check_coverage.File]:
    """Return coverage data: visited and all statements, visited and all branches."""
    keys = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    return {
        check_coverage.PACKAGE + name.replace("__", "/") + ".py": {
            "summary": dict(zip(keys, counts, strict=True))
        }
        for name, counts in files.items()
    }


FULL = {
    "engine__plan": (100, 100, 40, 40),
    "providers__http": (100, 100, 40, 40),
    "config_flow": (50, 50, 10, 10),
    "pair_flow": (50, 50, 10, 10),
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, [], id="all met"),
        pytest.param(
            {"sensor": (95, 100, 0, 0)}, [], id="outside of the gated folders"
        ),
        pytest.param(
            {"engine__plan": (94, 100, 40, 40)},
            ["engine/: 94.0 % of the statements (94/100), at least 95 % wanted"],
            id="statements of a folder",
        ),
        pytest.param(
            {"providers__jellyfin__client": (100, 100, 1, 10)},
            ["/: 91.8 % of the branches", "providers/: 82.0 % of the branches (41/50)"],
            id="branches below a folder count towards it and the whole",
        ),
        pytest.param(
            {"config_flow": (50, 50, 9, 10)},
            ["config_flow.py: 90.0 % of the branches (9/10), at least 100 %"],
            id="a file",
        ),
        pytest.param(
            {"pair_flow": (0, 0, 0, 0)},
            ["pair_flow.py: nothing was measured"],
            id="empty",
        ),
    ],
)
def test_coverage_gates(
    changed: dict[str, tuple[int, int, int, int]], expected: list[str]
) -> None:
    """Test that each gate looks at its own part, statements and branches apart."""
    found = list(check_coverage.problems({"files": _coverage(FULL | changed)}))

    assert len(found) == len(expected)
    assert all(part in line for part, line in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param('{"a": {"b": 1}, "c": [{"b": 2}]}', 0, id="well-formed"),
        pytest.param('{"a": 1,}', 1, id="trailing comma"),
        pytest.param('{"a": {"b": 1, "b": 2}}', 1, id="repeated key"),
    ],
)
def test_json_check(tmp_path: Path, text: str, status: int) -> None:
    """Test that broken files and repeated keys are found."""
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")

    assert check_json.main([str(path)]) == status


def _graph(*imports: tuple[str, str]) -> grimp.ImportGraph:
    """Return a graph of modules of one package and what they import."""
    graph = grimp.ImportGraph()
    for module in ("p", "p.low", "p.low.a", "p.high", "p.high.one", "p.high.two"):
        graph.add_module(module)
    for module in ("p.high.one.client", "p.high.two.client", "p.high.registry"):
        graph.add_module(module)
    for importer, imported in imports:
        if imported not in graph.modules:
            graph.add_module(imported, is_squashed=True)
        graph.add_import(importer=importer, imported=imported)
    return graph


@pytest.mark.parametrize(
    ("imports", "unwanted"),
    [
        pytest.param(
            [("p.low.a", "p.low"), ("p.low.a", "asyncio")], [], id="own and std"
        ),
        pytest.param([("p.low.a", "allowed")], [], id="listed"),
        pytest.param([("p.high.one", "other")], [], id="another package's import"),
        pytest.param([("p.low.a", "p.high")], [("p.low.a", "p.high")], id="upwards"),
        pytest.param([("p.low.a", "p")], [("p.low.a", "p")], id="the parent itself"),
        pytest.param([("p.low", "aiohttp")], [("p.low", "aiohttp")], id="third party"),
    ],
)
def test_confined_contract(
    imports: list[tuple[str, str]], unwanted: list[tuple[str, str]]
) -> None:
    """Test that a confined package reaches no further than it may."""
    contract = ConfinedContract("", {}, {"package": "p.low", "may_import": ["allowed"]})

    check = contract.check(_graph(*imports), verbose=False)

    assert check.metadata["unwanted"] == unwanted
    assert check.kept is not bool(unwanted)


@pytest.mark.parametrize(
    ("imports", "unwanted"),
    [
        pytest.param(
            [("p.high.one", "p.high.one.client")], [], id="within the package"
        ),
        pytest.param([("p.high.one", "p.high.two.client")], [], id="shared, not named"),
        pytest.param(
            [("p.high.two", "p.high.one.client")],
            [("p.high.two", "p.high.one.client")],
            id="a neighbour names it too",
        ),
        pytest.param([("p", "p.high.one")], [("p", "p.high.one")], id="from above"),
    ],
)
def test_sole_importer_contract(
    imports: list[tuple[str, str]], unwanted: list[tuple[str, str]]
) -> None:
    """Test that what the registry names is named nowhere else."""
    contract = SoleImporterContract("", {}, {"importer": "p.high.registry"})

    check = contract.check(
        _graph(("p.high.registry", "p.high.one.client"), *imports), False
    )

    assert check.metadata["unwanted"] == unwanted


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        pytest.param(
            "sources.list",
            "# deb mirror://a/debian x main\n"
            "deb mirror://b/debian-security x main\ndeb mirror://c/debian/ x main\n",
            "mirror://c/debian/|",
            id="one line",
        ),
        pytest.param(
            "sources.list.d/x.list",
            "deb [arch=amd64 signed-by=/keys/d.gpg] mirror://d/debian x main\n",
            "mirror://d/debian|/keys/d.gpg",
            id="one line with options",
        ),
        pytest.param(
            "sources.list.d/x.sources",
            "Types: deb\nURIs: mirror://e/debian\nEnabled: no\n\n"
            "Types: deb\nURIs: mirror://f/debian\nSuites: x\nSigned-By: /keys/f.gpg\n\n"
            "Types: deb\nURIs: mirror://g/debian\nSigned-By: /keys/g.gpg\n",
            "mirror://f/debian|/keys/f.gpg",
            id="paragraphs",
        ),
        pytest.param(
            "sources.list.d/x.sources", "URIs: mirror://h/ubuntu\n", "", id="none"
        ),
    ],
)
def test_debian_mirror(tmp_path: Path, file: str, text: str, expected: str) -> None:
    """Test that the mirror is read from either form of apt's sources."""
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    command = 'source "$1/common.sh"; source "$1/interpreter.sh"; debian_mirror "$2"'

    result = subprocess.run(
        ["bash", "-c", command, "bash", ROOT / "scripts/lib", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == expected
