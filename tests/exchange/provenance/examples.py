"""The decision of an example case."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine import Engine, make_codebook, read_case_file
from spinegraph.engine.model import Decision

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "examples"


def decided(engine: Engine, name: str = "red-flag") -> Decision:
    """What the guidelines say of `docs/examples/NAME.yaml`."""
    return engine.decide(read_case_file(FOLDER / f"{name}.yaml", make_codebook(engine.knowledge)).case)
