"""Two folders with one shape name were merged in silence, and a decision turned round; no command but `validate` said so."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.api.cli.app import main

from tests.small import HEAD, write_small

CASE = "present: [sore_throat, tonsillar_exudate, tender_nodes]\nabsent: [drooling]\n"
OTHER = 'shape:StrepSuspected a sh:NodeShape ; rdfs:label "a shape of another author"@en ; core:present finding:Drooling .'


@pytest.mark.slow
@pytest.mark.parametrize("command", ["decide", "article", "coverage", "codes", "knowledge", "validate"])
def test_every_command_refuses_both_in_either_order(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    throat, other = tmp_path / "throat", tmp_path / "other"
    write_small(throat)
    (other / "shapes").mkdir(parents=True)
    (other / "shapes" / "c.ttl").write_text(f"{HEAD}\n{OTHER}\n")
    (tmp_path / "case.yaml").write_text(CASE)
    about = [str(tmp_path / "case.yaml")] if command in ("decide", "article") else ["strep"] if command == "codes" else []
    for folders in ((throat, other), (other, throat)):
        code = main([command, *about, *(part for folder in folders for part in ("--knowledge", str(folder)))])
        told = "".join(capsys.readouterr())
        assert code == (1 if command == "validate" else 2)
        assert "shape:StrepSuspected" in told
        assert "is described here otherwise than in" in " ".join(told.split())
