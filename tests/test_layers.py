"""The house (design section 1): who may import whom, where things stand, and how large they may grow."""

from __future__ import annotations

import ast
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
MAX_LINES = 350
MODULES = sorted(path for package in ("engine", "api") for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """engine/knowledge/files.py → spinegraph.engine.knowledge.files."""
    return ".".join(("spinegraph", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def layer_of(module: str) -> str:
    """spinegraph.engine.knowledge.files → knowledge; anything of api → api; the façade → engine."""
    return module.removeprefix("spinegraph.").removeprefix("engine.").split(".")[0]


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_dependencies_point_one_way_and_have_no_circles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts in pyproject.toml, which `lint-imports` explains."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_a_module_stays_small() -> None:
    lines = {names(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_a_module_says_what_it_is() -> None:
    texts = ((path, path.read_text(encoding="utf-8")) for path in MODULES)
    assert [names(path) for path, text in texts if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_every_module_can_be_imported() -> None:
    """A strict editable install links file by file: a module that is not installed would be missed by every check."""
    for path in MODULES:
        import_module(name_of(path))


@pytest.mark.parametrize("package", ["ontology", "shapes"])
def test_knowledge_is_data_in_a_package_without_code(package: str) -> None:
    folder = Path(str(files(f"spinegraph.{package}")))
    assert (folder / "__init__.py").resolve().parent == ROOT / package
    assert [path.name for path in folder.rglob("*.py")] == ["__init__.py"]
    assert (folder / "__init__.py").read_text(encoding="utf-8").strip() == ""
    assert list(folder.glob("*.ttl"))


def test_only_the_reader_reads_knowledge_files() -> None:
    """Beside it only cases, the SPARQL dataset, which must not know the knowledge layer, and answers of another service."""
    parsing = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "parse"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "ox"
    }
    assert parsing == {
        "spinegraph.engine.knowledge.turtle.reader", "spinegraph.engine.decide.case_text",
        "spinegraph.engine.query.dataset", "spinegraph.engine.query.backend",
    }  # fmt: skip


def test_the_engine_does_not_speak_of_backs() -> None:
    """Another guideline is more Turtle, never more Python: no clinical term of this one in the code that decides."""
    words = ("spine", "spinal", "lumbar", "cauda", "back_pain", "backpain", "radicul", "red_flag")
    for path in MODULES:
        if layer_of(name_of(path)) in ("knowledge", "program", "decide", "model", "query", "sandbox"):
            code = _code_without_words(path)
            assert [word for word in words if word in code.lower().replace("spinegraph", "")] == [], names(path)


def _code_without_words(path: Path) -> str:
    """The code of a file without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
