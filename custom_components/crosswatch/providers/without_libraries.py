"""What accounts without libraries have in common."""

from collections.abc import Collection, Mapping, Sequence

from ..engine.model import Library


class WithoutLibraries:
    """An account whose records are not kept in libraries: there is one place only."""

    async def libraries(self) -> Sequence[Library]:
        """Return no libraries."""
        return ()

    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return no places."""
        return {}
