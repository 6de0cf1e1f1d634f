"""What is not there is told with its reason, and what decides otherwise is not timed."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.model import Case

from bench.rivals.cases import ENGINES
from bench.rivals.one_patient import cql_rows, one_patient_rivals_rows
from bench.rivals.translation import Translation
from bench.subjects import shipped_engine
from tests.foreign import cql


def test_engines_that_need_node_are_left_out_where_their_modules_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cql, "HERE", tmp_path)
    found = {row.what: (row.ratio, row.note) for row in cql_rows(shipped_engine(), [Case()])}
    reason = "node_modules are not there: run `make foreign` first"
    assert found == {f"{name} on the exported library": (None, reason) for name in ("@cqframework/cql", "cql-execution")}


def test_what_decides_otherwise_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        name = "wrong"

        def __init__(self, _: Translation) -> None: ...

        def decide(self, _: object) -> dict[str, str]:
            return {}

    monkeypatch.setitem(ENGINES, "clingo", Wrong)
    with pytest.raises(ValueError, match="It does not decide alike, so it is not timed"):
        next(one_patient_rivals_rows(quick=True))
