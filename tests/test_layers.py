"""The house (design section 1): who may import whom, where things stand, and how large they may grow."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.knowledge.turtle.terms import local_name

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


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, parsed once; not to be changed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def test_dependencies_point_one_way_and_have_no_circles() -> None:
    """The contracts in pyproject.toml, which `lint-imports` explains. A process of its own: it switches off every logger."""
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_module_stays_small() -> None:
    lines = {names(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_a_module_says_what_it_is() -> None:
    trees = ((path, tree_of(path)) for path in MODULES)
    assert [names(path) for path, tree in trees if tree.body and not ast.get_docstring(tree)] == []


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
        for node in ast.walk(tree_of(path))
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


FRAGMENTS = ("spine", "spinal", "lumbar", "cauda", "radicul", "vertebra", "your back")
"""Parts of words of the shipped guidelines, besides the whole names of their concepts."""
ORDERED = {"imaging", "referral", "surgery", "therapy"}
"""Names of concepts that are also kinds of order (core:OrderKind)."""
PLAIN = {"child", "minor", "operation", "review", "fall", "imagingstudy", *ORDERED}
"""Names of concepts that are also words of programming, of plain English, of German (a case), or types of FHIR (ImagingStudy)."""
SHOWN = {
    "api/http/fhir/served.py",
    "api/http/prepared.yaml",
    "api/http/resources.py",
    "api/http/tables.py",
    "api/http/validation_request.py",
}
"""What pages and OpenAPI show as an example on the shipped content."""
WRITTEN = ("engine", "api", "web/src", "web/texts", "web/style")
"""Where code, templates and texts are written."""
WRITING = (".py", ".j2", ".css", ".js", ".ts", ".tsx", ".json", ".yaml")
BUILT = ROOT / "api" / "http" / "console"
"""What is built of `web`, and so judged there; `tests/api/http/test_console.py` looks for codes and ids in it."""


def test_the_engine_does_not_speak_of_backs() -> None:
    """Another guideline is more Turtle, never more Python: no name of a concept of the shipped guidelines, be it code, label or
    synonym, and no part of one, in code, templates, messages or styles."""
    knowledge = load_knowledge()
    concepts = (*knowledge.findings.values(), *knowledge.conditions.values(), *knowledge.interventions.values())
    called = {
        name.lower() for one in concepts for name in (one.code, one.label, one.patient_label, local_name(one.iri), *one.synonyms)
    }
    assert len(called) > 1000
    texts = {
        names(path): _what_it_says(path).lower().replace("spinegraph", "")
        for path in sorted(path for package in WRITTEN for path in (ROOT / package).rglob("*"))
        if path.suffix in WRITING and path.parent != BUILT and names(path) not in SHOWN
    }
    everything = "\n".join(texts.values())
    # Most names stand nowhere, not even as a part of a word; what is left makes a short pattern.
    listed = [re.escape(name) for name in sorted(called - PLAIN, key=len, reverse=True) if name in everything]
    spoken = re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)|{'|'.join(FRAGMENTS)}" if listed else "|".join(FRAGMENTS))
    found = {name: words for name, text in texts.items() if (words := set(spoken.findall(text)))}
    assert found == {}


def _what_it_says(path: Path) -> str:
    """The code of a module without its docstrings and comments; anything else without its comments."""
    if path.suffix == ".py":
        return _code_without_words(path)
    return re.sub(r"\{#.*?#\}|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def _code_without_words(path: Path) -> str:
    """The code of a file without docstrings, of attributes too, and without comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [one for one in node.body if not _is_text(one)] or [ast.Pass()]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    )
