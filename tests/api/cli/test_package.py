"""Packages on the command line: built, listed, checked, loaded from their archive, and asked one by one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from fastapi.testclient import TestClient
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.manifest import MANIFEST

from tests.authoring.packaged import write_package
from tests.knowledge.test_packages import write

CASE = "present: [sore_throat, tonsillar_exudate, tender_nodes]\nabsent: [drooling]\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.yaml").write_text(CASE)


def run(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Exit code, and all that is printed."""
    code = main([str(argument) for argument in arguments])
    return code, "".join(capfd.readouterr())


@pytest.mark.slow
def test_an_archive_is_built_checked_and_decided_with(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = write_package(tmp_path / "throat")
    code, told = run(capfd, "package", "build", folder)
    assert code == 0
    archive = tmp_path / "sore-throat-1.0.0.zip"
    digest = told.split()[-1]
    assert (told.split()[0], digest[:7]) == (archive.name, "sha256:")
    for package in (folder, archive):
        code, told = run(capfd, "package", "check", package)
        assert (code, told.splitlines()[-1]) == (0, digest)
        assert told.startswith("sore-throat 1.0.0 is sound: ")
    answers = {run(capfd, "decide", "case.yaml", "--json", "--knowledge", package) for package in (folder, archive)}
    assert len(answers) == 1
    assert "give-penicillin" in next(iter(answers))[1]


@pytest.mark.slow
def test_a_package_with_an_error_is_not_called_sound(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = write_package(tmp_path / "throat")
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text() + '[requires]\nimaging = ">=2"\n')
    code, told = run(capfd, "package", "check", folder)
    assert code == 2
    assert "sore-throat requires imaging, which is not loaded." in told
    code, told = run(capfd, "package", "check", tmp_path / "nowhere")
    assert (code, "is no folder and no archive" in told) == (2, True)


def test_packages_are_listed_with_versions_and_counts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one = write(tmp_path, "one")
    code, told = run(capfd, "package", "list", "--json", "--knowledge", one)
    listed = {entry["name"]: entry for entry in msgspec.json.decode(told)}
    assert code == 0
    assert listed["one"] == {
        "name": "one", "version": "1.2.0", "title": "Cough", "namespace": "https://example.org/one/", "requires": [],
        "shipped": False, "loaded": True, "rules": 1, "recommendations": 1, "concepts": 2,
    }  # fmt: skip
    assert (listed["spinegraph"]["loaded"], listed["spinegraph"]["shipped"]) == (False, True)
    assert (
        "one  1.2.0  named  1 recommendations, 1 rules, 2 concepts  Cough" in run(capfd, "package", "list", "--knowledge", one)[1]
    )


def test_one_guideline_is_asked_among_others(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinegraph.engine.validation.admission.admit", lambda *_: None)  # these have no words for patients
    one, two = write(tmp_path, "one"), write(tmp_path, "two")
    (tmp_path / "case.yaml").write_text("present: [one_cough, two_cough]\n")
    both = ("--knowledge", one, "--knowledge", two)
    asked, whole, every = (
        msgspec.json.decode(run(capfd, "decide", "case.yaml", "--json", *both, *more)[1])
        for more in (("--guideline", "one"), (), ("--guideline", "all"))
    )
    assert [entry["id"] for entry in asked["recommendations"]] == ["one-syrup"]
    assert {entry["id"] for entry in whole["recommendations"]} == {"one-syrup", "two-syrup"}
    assert whole == every
    code, told = run(capfd, "decide", "case.yaml", *both, "--guideline", "nose")
    assert (code, "There is no package 'nose'" in told, "one, two" in told) == (2, True, True)
    code, told = run(capfd, "article", "case.yaml", *both, "--guideline", "one")
    assert (code, "one-L1" in told, "two-L1" in told) == (0, True, False)


def test_a_service_offers_the_packages_that_it_is_limited_to(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(named_paths(write(tmp_path, "one"), write(tmp_path, "two"))))
    with TestClient(create_app(Settings(guideline=("one",)), engine)) as client:
        found = {entry["code"] for entry in client.get("/v1/findings").json()["items"]}
        assert ("one_cough" in found, "two_cough" in found) == (True, False)
        answer = client.post("/v1/decisions?guideline=all", json={"present": ["one_cough"]}).json()
        assert [entry["id"] for entry in answer["recommendations"]] == ["one-syrup"]
        assert client.post("/v1/decisions?guideline=two", json={"present": ["one_cough"]}).status_code == 422
    with TestClient(create_app(Settings(), engine)) as client:
        assert client.get("/v1/screens?guideline=one,two").json() == client.get("/v1/screens?guideline=all").json()
        told = client.get("/v1/screens?guideline=nose")
        assert (told.status_code, told.json()["where"]) == (422, "?guideline")
    with pytest.raises(VocabularyError, match="There is no package 'three'"):
        create_app(Settings(guideline=("three",)), engine)
