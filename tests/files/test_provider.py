"""A file as an account: it can be read, and nothing else."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import ProviderUnavailableError
from custom_components.crosswatch.files.provider import FileProvider
from custom_components.crosswatch.files.reading import ReadOptions, read_file

from . import exports
from .exports import archive


async def test_file_is_an_account(tmp_path: Path) -> None:
    """Test what an import relies on: complete snapshots, no markers, and no writes."""
    path = archive(tmp_path / "letterboxd.zip", exports.LETTERBOXD)
    contents = read_file(path, ReadOptions())
    provider = FileProvider(path.name, contents)

    assert (await provider.identify()).name == "letterboxd.zip"
    assert set(provider.capabilities) == set(contents.records)
    assert not any(
        support.add or support.update or support.remove
        for support in provider.capabilities.values()
    )
    assert provider.capabilities[Feature.HISTORY].plays
    assert await provider.activity(list(Feature)) == {}
    for feature, records in contents.records.items():
        snapshot = await provider.read(feature, None)
        assert snapshot.complete
        assert list(snapshot.records.values()) == records
    assert await provider.libraries() == ()
    assert await provider.locate(["a"]) == {}
    with pytest.raises(ProviderUnavailableError):
        provider.write(Feature.HISTORY, [])
