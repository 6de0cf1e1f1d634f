"""Pipes and devices are no knowledge: they are refused instead of being waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.files import content_digest, read_file
from spinegraph.engine.validation.content import read_content


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "ontology" / "pipe.ttl"
    path.parent.mkdir()
    os.mkfifo(path)
    return path


def test_a_pipe_and_a_device_are_refused(pipe: Path, tmp_path: Path) -> None:
    link = tmp_path / "zero.ttl"
    link.symlink_to("/dev/zero")
    for path in (pipe, link):
        with pytest.raises(OSError, match="it is a pipe, a device or a socket"):
            read_file(path)


def test_commands_say_so_with_the_name_of_the_file(pipe: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"^pipe\.ttl cannot be read: it is a pipe"):
        load_knowledge([pipe])
    with pytest.raises(KnowledgeError, match=r"pipe\.ttl cannot be read: it is a pipe"):
        content_digest([pipe])


def test_validation_lists_it_and_goes_on(pipe: Path) -> None:
    content = read_content(None, [pipe.parent.parent])
    (error,) = content.broken.values()
    assert (error.kind, error.what) == ("unreadable-file", "The file cannot be read: it is a pipe, a device or a socket.")


def test_a_pipe_below_a_folder_is_no_case(pipe: Path) -> None:
    case = pipe.parent.parent / "cases" / "a.yaml"
    case.parent.mkdir()
    os.mkfifo(case)
    (case.parent / "b.yaml").write_text("[]\n", encoding="utf-8")
    for content in (read_content(None, [pipe.parent.parent]), read_content([pipe.parent.parent])):
        assert [path.name for path in content.cases] == ["b.yaml"]
