"""Lets tests against real programs run where they are asked for, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

# The fixtures that tests of the Home Assistant part need.
from tests.integration.conftest import (  # noqa: F401
    custom_integration,
    hass_config_dir,
    real_sockets,
    tracker,
)

from .kodi import RealKodi, missing_programs

OPTION = "--real"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for such tests."""
    parser.addoption(
        OPTION,
        action="append",
        default=[],
        metavar="NAME",
        help="also run the tests against this real program (kodi)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "real(name): needs a real program; run with --real NAME"
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out tests against programs that nobody has asked for."""
    # Not there where the folder of all tests is what was asked for.
    wanted = config.getoption(OPTION, default=[])
    left_out = [
        item
        for item in items
        if (mark := item.get_closest_marker("real")) and mark.args[0] not in wanted
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def kodi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealKodi]:
    """Return a real Kodi with a library, which is started once for all tests."""
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}")
    pytest_socket.enable_socket()
    folder: Path = tmp_path_factory.mktemp("kodi")
    with RealKodi(folder) as running:
        yield running
