"""The house (design section 1): who may import whom, where things stand, and how large they may grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES = 400
MODULES = sorted(path for package in ("engine", "api") for path in (ROOT / package).rglob("*.py"))

_DECIDING = frozenset({"errors", "model", "knowledge", "program", "decide"})
ALLOWED: dict[str, frozenset[str]] = {
    # part of the engine → parts that it may import, besides itself
    "errors": frozenset(),
    "templates": frozenset(),
    "model": frozenset(),
    "knowledge": frozenset({"errors", "model"}),
    "program": frozenset({"errors", "model", "knowledge"}),
    "decide": _DECIDING,
    "exchange": _DECIDING | {"templates"},
    # Processes for what strangers send: knows nothing of what they are asked, so that both who ask can use it.
    "sandbox": frozenset({"errors"}),
    "validation": _DECIDING | {"sandbox", "templates"},
    "query": frozenset({"errors", "model", "sandbox"}),
}
WEB = frozenset({"fastapi", "starlette", "uvicorn", "httpx", "flask", "django", "aiohttp", "typer", "rich", "requests"})


def name_of(path: Path) -> str:
    """engine/knowledge/files.py → spinegraph.engine.knowledge.files."""
    return ".".join(("spinegraph", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def layer_of(module: str) -> str:
    """spinegraph.engine.knowledge.files → knowledge; anything of api → api; the façade → engine."""
    return module.removeprefix("spinegraph.").removeprefix("engine.").split(".")[0]


def imports_of(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports, wherever in the file it does so."""
    package = name_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            if module in ("spinegraph", "spinegraph.engine", "spinegraph.api"):
                yield from (f"{module}.{alias.name}" for alias in node.names)
            else:
                yield module


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_dependencies_point_one_way(path: Path) -> None:
    module = name_of(path)
    layer = layer_of(module)
    inner = {imported for imported in imports_of(path) if imported.startswith("spinegraph.")}
    if layer == "api":
        return
    assert not [imported for imported in inner if layer_of(imported) == "api"], "the engine knows no transport"
    if module != "spinegraph.engine":  # the façade names everything
        allowed = ALLOWED[layer] | {layer}
        assert [imported for imported in sorted(inner) if layer_of(imported) not in allowed] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.is_relative_to(ROOT / "engine")], ids=names)
def test_the_engine_knows_no_web_and_no_terminal(path: Path) -> None:
    assert {imported.split(".")[0] for imported in imports_of(path)} & WEB == set()


def test_every_layer_of_the_engine_is_known_here() -> None:
    layers = {layer_of(name_of(path)) for path in MODULES if path.is_relative_to(ROOT / "engine")}
    assert layers - {"engine"} == set(ALLOWED)


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_a_module_stays_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MAX_LINES
    assert not text.strip() or ast.get_docstring(ast.parse(text))


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
