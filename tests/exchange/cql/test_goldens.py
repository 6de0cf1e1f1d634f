"""Both forms of the libraries of two guidelines, as they were last; SPINEGRAPH_GOLDEN=write writes them anew."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from spinegraph.engine.exchange.cql.export import Exported
from spinegraph.engine.exchange.cql.tree import Library

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("package", ["ankle-and-foot", "sore-throat"])
def test_a_library_is_as_it_was(libraries: Mapping[str, Library], package: str) -> None:
    for name, content in Exported(package, libraries[package]).files():
        text = re.sub(r"sha256:[0-9a-f]{64}", "DIGEST", content.decode())
        golden = GOLDEN / name
        if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text(encoding="utf-8")
