"""One code path: what validation calls an error, no command uses; what is sound is validated once."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

import pytest
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine.errors import KnowledgeError, RefusedKnowledgeError
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.validation import admission
from spinegraph.engine.validation import validate as validation
from spinegraph.engine.validation.admission import RECORD, admit, open_knowledge, recorded_digest
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.diagnostics import Report
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.guideline import BAD, Defect, read_defects, seed, write_good

SLOW = frozenset(check.name for check in CHECKS if check.apart)
OF_OTHER_FILES = ("SG104",)
"""Errors of case files, which are no knowledge."""
NEEDS_DOCUMENTS = ("SG702", "SG707")
"""Errors that are only found where the documents are given."""


def one_of_each_error() -> dict[str, Defect]:
    """Id of each diagnostic that is an error → a seeded defect of which it is the first error."""
    found: dict[str, Defect] = {}
    for name, defect in read_defects().items():
        heads = re.findall(r"^\S.*: error (SG\d{3}) ", (BAD / f"{name}.txt").read_text(encoding="utf-8"), re.MULTILINE)
        if len(set(heads)) == 1:
            found.setdefault(heads[0], defect)
    return {id_: defect for id_, defect in sorted(found.items()) if id_ not in (*OF_OTHER_FILES, *NEEDS_DOCUMENTS)}


DEFECTS = one_of_each_error()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "spinegraph" / "admitted"


def with_checks(monkeypatch: pytest.MonkeyPatch, *named: str) -> list[Report]:
    """Validate without the slow checks, but for those that are named; the reports that are made."""
    reports: list[Report] = []

    def quickly(content: object, *, without: tuple[str, ...] = ()) -> Report:
        reports.append(validate(content, without={*without, *(SLOW - set(named))}))  # type: ignore[arg-type]
        return reports[-1]

    monkeypatch.setattr(validation, "validate", quickly)
    return reports


CASE = "case.yaml"
COMMANDS = {
    "decide": ("decide", CASE),
    "article": ("article", CASE),
    "test": ("test", CASE),
    "query": ("query", "query.rq"),
    "graph": ("graph", "--format", "txt"),
    "codes": ("codes",),
}


def test_nearly_every_error_is_tried() -> None:
    errors = {id_ for id_, entry in CATALOGUE.items() if entry.severity == "error"}
    assert errors - DEFECTS.keys() <= {*OF_OTHER_FILES, *NEEDS_DOCUMENTS}


@pytest.mark.slow
@pytest.mark.parametrize("id_", DEFECTS)
def test_what_validation_calls_an_error_no_command_uses(
    id_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Some errors were found by `validate` alone, and the same content was decided with, served and tested."""
    folder = tmp_path / "guideline"
    seed(folder, DEFECTS[id_])
    (tmp_path / CASE).write_text("present: [sore_throat]\n", encoding="utf-8")
    (tmp_path / "query.rq").write_text("ASK {}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    report = validate(read_content(None, [folder]), without={"cases", "documents", *(SLOW - set(DEFECTS[id_].checks))})
    assert {found.id for found in report.diagnostics if found.severity == "error"} == {id_}
    monkeypatch.setattr(validation, "validate", lambda *_, **__: report)
    for name, command in COMMANDS.items():
        assert main([*command, "--knowledge", "guideline"]) == 2, name
        assert id_ in capfd.readouterr().err, name
    with pytest.raises(RefusedKnowledgeError, match=f": {id_} "):
        create_app(Settings(knowledge=(folder,)))


def test_what_is_sound_is_validated_once_for_each_state_of_the_files(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = with_checks(monkeypatch)
    folder = tmp_path / "guideline"
    write_good(folder)
    for _ in range(2):
        assert open_knowledge([folder]).rules
    assert len(reports) == len(list(cache.iterdir())) == 1
    path = folder / "shapes/rules/sore-throat.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    admit([folder])
    (folder / "shapes/authoring").mkdir()
    (folder / "shapes/authoring/profile.yaml").write_text("", encoding="utf-8")
    admit([folder])
    assert len(reports) == 3


def test_errors_are_not_remembered_as_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_checks(monkeypatch)
    seed(tmp_path / "bad", DEFECTS["SG201"])
    for _ in range(2):
        with pytest.raises(RefusedKnowledgeError, match="SG201"):
            open_knowledge([tmp_path / "bad"])


def test_a_cache_that_cannot_be_written_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with_checks(monkeypatch)
    write_good(tmp_path / "guideline")
    assert open_knowledge([tmp_path / "guideline"]).rules


def test_a_check_that_cannot_run_is_named(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the extra for authors, content is used as far as it could be checked: said each time, never remembered."""
    monkeypatch.setattr("spinegraph.engine.validation.checks.shapes.find_spec", lambda _: None)
    with_checks(monkeypatch, "shapes")
    write_good(tmp_path / "guideline")
    with caplog.at_level(logging.WARNING):
        open_knowledge([tmp_path / "guideline"])
    assert "used without the check shapes: pyshacl is not installed." in caplog.text
    assert not cache.exists()


def test_a_folder_without_knowledge_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"no knowledge files"):
        open_knowledge([tmp_path])


def test_the_shipped_content_is_known_and_has_no_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes the content writes the record anew: SPINEGRAPH_GOLDEN=write, after which nothing is validated at use."""
    digest = read_graph().digest
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write" and digest != recorded_digest():
        report = validate(read_content(), without=admission.NOT_ASKED)
        assert [found for found in report.diagnostics if found.severity == "error"] == []
        assert report.not_run == ()
        text = RECORD.read_text(encoding="utf-8")
        RECORD.write_text(re.sub(r"sha256:\w+", digest, text), encoding="utf-8")
    assert digest == recorded_digest()
    monkeypatch.setattr(admission, "_check", lambda _: pytest.fail("the shipped content is validated anew"))
    assert open_knowledge().digest == digest
