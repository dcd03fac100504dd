"""What is imported of a provider to say who an account is, and what only later."""

import asyncio
import json
from pathlib import Path
import sys
from typing import Final

from .cases import every_service
from .stage import Login

ROOT: Final = Path(__file__).parents[2]
# More would cost time in each start of each home that has such an account.
MOST: Final = 15


@every_service
async def test_what_a_start_imports(login: Login) -> None:
    """Who an account is needs nothing that reads, writes or signs in."""
    slug = login.stage.spec.slug
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.contract.start_child"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    account = {
        "slug": slug,
        "data": dict(login.data),
        "folder": str(login.site.folder),
        "hosts": dict(login.stage.hosts),
    }
    told, complaints = await child.communicate(json.dumps(account).encode())
    assert child.returncode == 0, complaints.decode()
    imported = json.loads(told)
    assert f"{slug}.parts" in imported["start"]
    assert len(imported["start"]) <= MOST, imported["start"]
    late = [f"{slug}.sign_in", f"{slug}.sign_in_parts", f"{slug}.mapping"]
    assert not {*late, f"{slug}.records"} & {*imported["start"]}
    # The tracker's file is read in worker threads by what is little anyway.
    if slug not in {"tracker", "jellyfin"}:
        assert f"{slug}.records" in imported["late"]
