"""Every reading of the knowledge took the memory of a whole service for good: the framework remembered those that had ended."""

from __future__ import annotations

import asyncio
import shutil
import weakref
from pathlib import Path

import pytest
from spinegraph.engine import Engine

from tests.api.http.test_reloading import living, opening, reloading
from tests.authoring.guideline import GOOD
from tests.patience import HUNG


def test_what_no_longer_answers_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = Path(shutil.copytree(GOOD, tmp_path / "throat"))

    async def session() -> None:
        app = reloading(opening(folder))
        past: list[weakref.ref[Engine]] = []
        async with living(app) as client:
            for _ in range(2):
                assert (await client.post("/v1/decisions", json={})).status_code == 200
                past.append(weakref.ref(app.current.served.engine))
                await app.reload()
            while any(engine() for engine in past):
                await asyncio.sleep(0.01)
            assert (await client.post("/v1/decisions", json={})).status_code == 200

    asyncio.run(asyncio.wait_for(session(), 5 * HUNG))
