"""Copies of knowledge: the same content, whatever happens to the files, and errors that name the files."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from spinegraph.engine import KnowledgeError, load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.frozen import FrozenFolders
from spinegraph.engine.knowledge.installed import shipped_packages

from tests.authoring.guideline import GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "throat"))


def test_a_copy_is_the_same_knowledge_and_stays_so(folder: Path) -> None:
    digest = load_knowledge(named_paths(folder)).digest
    frozen = FrozenFolders([folder])
    (folder / "ontology" / "findings.ttl").write_text("broken")
    copy = load_knowledge(named_paths(*frozen.folders))
    assert (copy.digest, frozen.folders[0].name) == (digest, "throat")
    frozen.close()
    assert not frozen.folders[0].exists()


def test_folders_of_one_package_are_copied_beside_each_other(folder: Path) -> None:
    frozen = FrozenFolders([folder / "ontology", folder / "shapes"])
    names = {path.relative_to(frozen.folders[0].parent) for path in named_paths(*frozen.folders) if "throat" in path.parts}
    assert {name.parts[0] for name in names} == {"ontology", "shapes"}
    frozen.close()


def test_hidden_files_and_documents_are_no_knowledge(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "x.ttl").write_text("")
    (folder / "big.pdf").write_bytes(b"x")
    frozen = FrozenFolders([folder])
    assert {path.name for path in frozen.folders[0].rglob("*")}.isdisjoint({"x.ttl", "big.pdf"})
    frozen.close()


def test_an_error_names_the_file_not_its_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "ontology" / "more.nt").write_text("")
    frozen = FrozenFolders([folder])
    with pytest.raises(KnowledgeError) as caught:
        named_paths(*frozen.folders)
    assert str(frozen.folders[0]) in str(caught.value)
    assert frozen.original(caught.value).where == str(folder / "ontology" / "more.nt")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(KnowledgeError) as caught:
        named_paths(*frozen.folders)
    assert frozen.original(caught.value).where == "throat/ontology/more.nt"
    frozen.close()


def test_what_comes_with_the_tool_is_not_copied() -> None:
    for folders in ((), *shipped_packages().values()):
        frozen = FrozenFolders(folders)
        assert frozen.folders == folders
        frozen.close()


def test_a_folder_that_is_not_there_is_told_when_it_is_read(tmp_path: Path) -> None:
    frozen = FrozenFolders([tmp_path / "none"])
    with pytest.raises(KnowledgeError) as caught:
        named_paths(*frozen.folders)
    assert frozen.original(caught.value).where == str(tmp_path / "none")
    frozen.close()


def test_where_there_is_no_room_for_a_copy_it_is_said_and_nothing_is_left(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was said that the original cannot be read, and the half of the copy stayed on the full disk."""
    room = tmp_path / "room"
    room.mkdir()

    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setattr(tempfile, "tempdir", str(room))
    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(KnowledgeError, match=r"cannot be copied: No space left on device\.") as caught:
        FrozenFolders([folder])
    assert caught.value.where.startswith(str(folder))
    assert "room in the folder for temporary files" in caught.value.mend
    assert not list(room.iterdir())
