"""What people look at."""

from typing import Final

import pytest

from ..demo.browser import Screen

SCREENS: Final = [
    pytest.param(Screen(1280, 900), id="desktop"),
    pytest.param(Screen(390, 844, is_phone=True), id="phone"),
]
