"""A file as an account that can only be read: the source of an import."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import override

from ..engine.model import Feature, Library, Snapshot
from ..engine.plan import Operation, Outcome
from ..engine.provider import (
    ALL_KINDS,
    AccountInfo,
    FeatureSupport,
    Provider,
    ProviderUnavailableError,
)
from .contents import Contents


class FileProvider(Provider):
    """The contents of a file."""

    slug = "file"

    def __init__(self, name: str, contents: Contents) -> None:
        """Take what was read of the file of this name."""
        self._name = name
        self._contents = contents
        self._read_at = datetime.now(UTC)

    @property
    @override
    def capabilities(self) -> Mapping[Feature, FeatureSupport]:
        """Return that the features it speaks of can be read, and nothing else."""
        return {
            feature: FeatureSupport(
                kinds=ALL_KINDS,
                add=False,
                update=False,
                remove=False,
                plays=feature is Feature.HISTORY,
                rating_step=0.1,
                precision=self._contents.precision,
            )
            for feature in self._contents.records
        }

    @override
    async def identify(self) -> AccountInfo:
        """Return which file it is."""
        return AccountInfo(account_id=self._name, name=self._name)

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return no markers: another file has the same name just as well."""
        return {}

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return the records."""
        return Snapshot.of(feature, self._contents.records[feature], self._read_at)

    @override
    async def libraries(self) -> Sequence[Library]:
        """Return no libraries."""
        return ()

    @override
    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return no places."""
        return {}

    @override
    def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Refuse: an import never writes to its file."""
        raise ProviderUnavailableError("A file that is imported is not written to")
