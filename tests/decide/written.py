"""Fixtures of a module whose knowledge is the small one with more written to it: its files, its engine and its codebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, make_codebook


def fixtures(write: Callable[[Path], tuple[Path, ...]]) -> tuple[Any, Any, Any]:
    """`paths, engine, codebook` of what `write` writes below a folder, made once for the module that takes them."""

    @pytest.fixture(scope="module")
    def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
        return write(tmp_path_factory.mktemp("written"))

    @pytest.fixture(scope="module")
    def engine(paths: tuple[Path, ...]) -> Engine:
        return Engine(load_knowledge(paths))

    @pytest.fixture(scope="module")
    def codebook(engine: Engine) -> Codebook:
        return make_codebook(engine.knowledge)

    return paths, engine, codebook
