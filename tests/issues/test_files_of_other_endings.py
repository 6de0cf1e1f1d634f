"""A file of knowledge with another ending was left out in silence: what it says held for nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from spinegraph.engine import KnowledgeError
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.validation.cases.files import case_paths
from spinegraph.engine.validation.content import read_content

GOOD = Path(__file__).parents[1] / "authoring" / "good"


@pytest.mark.parametrize("name", ["more.TTL", "more.turtle", "more.owl", "more.jsonld", "more.TSV"])
def test_a_file_that_is_not_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    folders = [tmp_path / "ontology", tmp_path / "shapes"]
    assert named_paths(*folders)
    (tmp_path / "shapes" / name).touch()
    for read in (lambda: named_paths(*folders), lambda: read_content(None, folders), lambda: read_content([tmp_path])):
        with pytest.raises(KnowledgeError, match=f"{name} is not read") as refused:
            read()
        assert refused.value.where == str(tmp_path / "shapes" / name)


def test_case_files_are_read_however_their_ending_is_spelt(tmp_path: Path) -> None:
    for name in ("one.yaml", "two.YML", "three.Yaml"):
        (tmp_path / name).touch()
    assert [path.name for path in case_paths([tmp_path])] == ["one.yaml", "three.Yaml", "two.YML"]


def test_what_is_no_knowledge_stays_where_it_is(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    before = named_paths(tmp_path)
    for name in ("README.md", "notes.txt", "picture.png", ".more.owl", "authoring/more.rdf"):
        path = tmp_path / "shapes" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert named_paths(tmp_path) == before
