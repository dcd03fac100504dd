"""Fixtures for the tests of the measurements."""

import pytest


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""
