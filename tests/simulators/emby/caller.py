"""A bare client of an Emby server, for tests."""

from typing import Any, override

from ..jellyfin_caller import Caller


class EmbyCaller(Caller):
    """Sends requests as a signed-in device."""

    def of_user(self, path: str) -> str:
        """Return a path below those of the user."""
        return f"/Users/{self.user_id}{path}"

    @override
    async def rows(self, **query: Any) -> list[dict[str, Any]]:
        """Return the items that a query lists, with their ids."""
        wanted = {"Recursive": "true", "Fields": "ProviderIds", **query}
        found = await self.get(self.of_user("/Items"), **wanted)
        rows: list[dict[str, Any]] = found["Items"]
        return rows

    @override
    async def names(self, **query: Any) -> list[str]:
        """Return the names of the items that a query lists."""
        return [row["Name"] for row in await self.rows(**query)]
