"""`diff` read releases instead of commits: what .gitattributes keeps out of archives was not there, and every state differed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from spinegraph.api.cli.app import main

from tests.small import write_small

ATTRIBUTES = ("*.ttl export-ignore", "ontology export-ignore", "*.ttl export-subst", "*.ttl text eol=crlf", "*.tsv filter=x")


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    allowed = ("-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *allowed, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small knowledge, in which the test works; nothing is committed yet."""
    folder = tmp_path / "repository"
    write_small(folder)
    _git(folder, "init")
    monkeypatch.chdir(folder)
    return folder


def _commit(folder: Path) -> None:
    _git(folder, "add", ".")
    _git(folder, "commit", "--allow-empty", "-m", "more")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_attributes_for_releases_change_nothing(attribute: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".gitattributes").write_text(f"{attribute}\n", encoding="utf-8")
    _commit(repository)
    assert main(["diff", "HEAD", "."]) == 0
    assert "byte for byte" in capsys.readouterr().out


def test_names_may_have_umlauts_and_blanks(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "ontology" / "Rücken schmerz.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    _commit(repository)
    assert main(["diff", "HEAD", "."]) == 0
    assert "byte for byte" in capsys.readouterr().out


def test_a_shallow_clone_says_how_to_fetch_more(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _commit(repository)
    _commit(repository)
    _git(tmp_path, "clone", "--depth", "1", f"file://{repository}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    assert main(["diff", "HEAD~1", "."]) == 2
    assert capsys.readouterr().err == (
        "HEAD~1 is not in this repository, which holds only the last commits.\n"
        "  Fetch the others: `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout.\n"
    )


def test_what_is_not_committed_here_is_refused_by_name(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "ontology" / "link.ttl").symlink_to("findings.ttl")
    _commit(repository)
    assert main(["diff", "HEAD", "."]) == 2
    assert capsys.readouterr().err.startswith("At HEAD ontology/link.ttl is a symbolic link, which is not followed.")
    (repository / "ontology" / "link.ttl").unlink()
    write_small(tmp_path / "other")
    _git(tmp_path / "other", "init")
    _commit(tmp_path / "other")
    _git(repository, "submodule", "add", str(tmp_path / "other"), "ontology/other")
    _commit(repository)
    assert main(["diff", "HEAD", "."]) == 2
    assert capsys.readouterr().err.startswith("At HEAD ontology/other is a submodule, which is not followed.")


def test_large_files_elsewhere_are_refused_by_name(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (repository / "ontology" / "large.ttl").write_text(pointer, encoding="utf-8")
    _commit(repository)
    assert main(["diff", "HEAD", "."]) == 2
    assert capsys.readouterr().err.startswith("At HEAD ontology/large.ttl is in Git LFS")
