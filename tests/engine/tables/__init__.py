"""The reference's known cases, each a row with its number."""

import pytest

# What a row expected is told where it fails.
pytest.register_assert_rewrite(f"{__name__}.steps", f"{__name__}.story")
