"""What `--knowledge` may name, and what it means: folders, packages that come with the tool, archives."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import KnowledgeError
from spinegraph.engine.knowledge import installed
from spinegraph.engine.knowledge.files import SHIPPED, shipped_folders
from spinegraph.engine.knowledge.installed import folders_named, guidelines_home, shipped_packages

from tests.knowledge.test_packages import write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one package, as if it came with the tool."""
    package = write(tmp_path / "guidelines", "one")
    monkeypatch.setattr(installed, "guidelines_home", lambda: tmp_path / "guidelines")
    return package


def test_the_place_of_shipped_packages_is_there() -> None:
    assert (guidelines_home() / "__init__.py").is_file()
    assert next(iter(shipped_packages())) == SHIPPED


def test_a_shipped_package_is_loaded_by_its_name(home: Path) -> None:
    assert shipped_packages() == {SHIPPED: shipped_folders(), "one": (home,)}
    assert folders_named([Path("one"), Path(SHIPPED)]) == (home, *shipped_folders())


def test_a_folder_of_that_name_comes_first(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one").mkdir()
    assert folders_named([Path("one")]) == (Path("one"),)


@pytest.mark.usefixtures("home")
def test_what_nothing_is_called_is_refused_with_the_nearest() -> None:
    with pytest.raises(KnowledgeError) as raised:
        folders_named([Path("ones")])
    assert raised.value.what == "There is no folder and no shipped package 'ones'; did you mean one?"
    assert raised.value.mend == f"Name a folder, an archive (.zip), or one of: {SHIPPED}, one."
