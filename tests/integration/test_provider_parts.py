"""Providers are imported once, and again where that has failed."""

from copy import replace

import pytest

from custom_components.crosswatch.provider_parts import async_load_parts
from custom_components.crosswatch.providers.spec import ProviderParts
from custom_components.crosswatch.providers.tracker import SPEC
from homeassistant.core import HomeAssistant


async def test_import(hass: HomeAssistant) -> None:
    """A file that could not be read may be there when the account is loaded again."""
    parts = SPEC.load()
    tries: list[ProviderParts | None] = [None, parts]

    def load() -> ProviderParts:
        """Fail the first time."""
        if (found := tries.pop(0)) is None:
            raise OSError("Too many open files")
        return found

    spec = replace(SPEC, load=load)
    with pytest.raises(OSError, match="open files"):
        await async_load_parts(hass, spec)
    assert await async_load_parts(hass, spec) is parts
    assert await async_load_parts(hass, spec) is parts
    assert tries == []
