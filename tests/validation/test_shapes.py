"""Authoring shapes: the shipped ones are well formed and hold; what is wrong, or cannot be run, is told with its place.

Each run of the check starts a process, which takes about a second.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, RDFS, SH, Graph
from spinegraph.engine import load_knowledge
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.validation.catalogue import worded
from spinegraph.engine.validation.checks import shapes
from spinegraph.engine.validation.checks.shapes import authoring_paths, check_shapes, shipped_authoring_paths
from spinegraph.engine.validation.checks.terms import Vocabulary
from spinegraph.engine.validation.content import Content, read_content
from spinegraph.engine.validation.diagnostics import Diagnostic
from spinegraph.engine.validation.validate import validate

from tests.authoring.guideline import write_good
from tests.patience import not_hung
from tests.small import HEAD

pytestmark = pytest.mark.slow

HOUSE = "shapes/authoring/house.ttl"
RULES = "shapes/rules/sore-throat.ttl"


def content_with(folder: Path, house: str = "", **more: str) -> Content:
    """The sound guideline with authoring shapes of its own, and `more` files (__ for /)."""
    write_good(folder)
    texts = {HOUSE: house} if house else {}
    texts |= {f"{name.replace('__', '/')}.ttl": text for name, text in more.items()}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{HEAD}\n{text}", encoding="utf-8")
    return read_content([folder], root=folder)


def found(folder: Path, house: str = "", **more: str) -> list[Diagnostic]:
    return list(map(worded, check_shapes(content_with(folder, house, **more))))


# The shipped shapes ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Graph:
    graph = Graph()
    for path in shipped_authoring_paths():
        graph.parse(path)
    return graph


def test_the_shipped_content_conforms() -> None:
    assert list(check_shapes(read_content())) == []


def test_each_shape_has_an_iri_a_name_a_severity_and_what_to_do(shipped: Graph) -> None:
    nodes = set(shipped.subjects(RDF.type, SH.NodeShape)) | set(shipped.subjects(RDF.type, SH.PropertyShape))
    assert len(nodes) > 80
    for node in nodes:
        assert isinstance(node, rdflib.URIRef)
        assert len(list(shipped.objects(node, SH.name))) == 1, node
        assert len(list(shipped.objects(node, SH.severity))) == 1, node
        constrains = set(shipped.predicates(node)) - {RDF.type, RDFS.label, SH.name, SH.severity, SH.property}
        constrains -= {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
        messages = [term for term in shipped.objects(node, SH.message) if isinstance(term, rdflib.Literal)]
        assert [message.language for message in messages] == (["en"] if constrains else []), node
        assert all(str(message).endswith(".") and "{" not in message for message in messages)


def test_the_shipped_shapes_use_terms_that_exist_and_need_no_query() -> None:
    vocabulary = Vocabulary(read_content())
    for path in shipped_authoring_paths():
        for _, predicate, value in read_triples(path, 0):
            assert vocabulary.knows(predicate), predicate
            assert not isinstance(value, str) or value.startswith("_:") or vocabulary.knows(value), value
            assert predicate not in (expand("sh:sparql"), expand("sh:js"), expand("sh:rule"))


def test_each_shape_has_something_to_hold_in_the_shipped_content(shipped: Graph) -> None:
    """A target that is misspelt would demand nothing. A term has to be declared: nothing may be of it yet."""
    graph = read_content().graph
    used = {predicate for subject in graph.all_subjects() for predicate in graph.predicates(subject)}
    classes = {value for subject in graph.all_subjects() for value in graph.iris(subject, "rdf:type")}
    classes |= set(graph.of_class("owl:Class"))
    for kind_of_term in ("owl:AnnotationProperty", "owl:DatatypeProperty", "owl:ObjectProperty"):
        used |= set(graph.of_class(kind_of_term))
    for kind in SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf:
        for target in shipped.objects(None, kind):
            assert str(target) in (classes if kind == SH.targetClass else used), target


def test_kinds_of_passages_are_those_that_are_documented() -> None:
    section = (Path(__file__).parents[2] / "docs" / "author.md").read_text().split("## Kinds of statements")[1].split("\n## ")[0]
    documented = set(re.findall(r"`([a-z-]+)`", section))
    assert set(load_knowledge().passage_kinds) <= documented


# What is told of content ------------------------------------------------------------------------

WRONG = [
    pytest.param(
        'finding:Odd a owl:Class ; skos:notation "odd"@en .',
        'A concept has one code (skos:notation), a plain string without language tag. Here skos:notation is "odd"@en.',
        id="a code with a language tag",
    ),
    pytest.param(
        "shape:Odd a sh:NodeShape ; core:atLeast 0 ; core:of finding:StrepSign .",
        "A count has one core:atLeast, a whole number from 1. Here core:atLeast is 0.",
        id="a count from none",
    ),
    pytest.param(
        "shape:Odd a sh:NodeShape ; core:atMost -1 ; core:of finding:StrepSign .",
        "A count has one core:atMost, a whole number from 0. Here core:atMost is -1.",
        id="a count below none",
    ),
    pytest.param(
        'score:odd a core:Score ; skos:notation "odd" ; '
        "core:item ( [ core:points 1 ; core:criterion [ core:present finding:Fever ] ] ) .",
        "A score has a label in English, and may have one for patients (en-x-patient). Here is no rdfs:label.",
        id="a score without a label",
    ),
    pytest.param(
        "[] a core:Reference ; core:source source:gargling ; core:listPosition 1.5 ; "
        'dcterms:title "A book"@en .',
        "A reference has one position in the list, a whole number from 1. Here core:listPosition is 1.5.",
        id="a position between two",
    ),
    pytest.param(
        'tension:T09 a core:Tension ; rdfs:label "T"@en ; skos:definition "D."@en ; core:handling "H."@en ; '
        'core:resolution core:resolved ; core:position [ rdfs:label "one"@en ; prov:wasDerivedFrom passage:900-L001a ] .',
        "Each position of a tension is a core:Position. Here core:position is something unnamed.",
        id="a position without a class",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def all_wrong(tmp_path_factory: pytest.TempPathFactory) -> list[Diagnostic]:
    """Everything in WRONG in one run, one file each."""
    folder = tmp_path_factory.mktemp("wrong")
    more = {f"ontology__odd{number}": str(parameters.values[0]) for number, parameters in enumerate(WRONG)}
    return found(folder, **more)


@pytest.mark.parametrize(("text", "what"), WRONG)
def test_what_does_not_conform_is_told_with_what_stands_there(all_wrong: list[Diagnostic], text: str, what: str) -> None:
    told = {one.what: one for one in all_wrong}
    assert what in told
    place = told[what].place
    number = [str(parameters.values[0]) for parameters in WRONG].index(text)
    assert place.file == f"ontology/odd{number}.ttl"
    assert place.line >= HEAD.count("\n") + 2
    assert re.fullmatch(r"(Add|Change|Keep one|Take|Write it) .*\(shape:\w+, “.+”\)\.", told[what].mend)


def test_a_statement_of_a_blank_node_is_told_at_its_own_line(tmp_path: Path) -> None:
    text = """shape:Odd a sh:NodeShape ; rdfs:label "odd"@en ; sh:or (
        [ core:present finding:Fever ]
        [ core:absenceInconclusive "no" ;
          core:present finding:Drooling ]
        [ core:absenceInconclusive true ] ) ."""
    diagnostics = found(tmp_path, shapes__rules__odd=text)
    first = HEAD.count("\n") + 2
    assert [(one.subject, one.place.line, one.what) for one in sorted(diagnostics, key=lambda one: one.place.line)] == [
        ("shape:Odd", first + 2, 'core:absenceInconclusive is true or false, once. Here core:absenceInconclusive is "no".'),
        (
            "shape:Odd",
            first + 4,
            "core:absenceInconclusive stands beside core:present, whose absence it speaks of. Here is no core:present.",
        ),
    ]


def test_what_loading_says_is_not_said_again(tmp_path: Path) -> None:
    content = content_with(tmp_path)
    path = tmp_path / RULES
    path.write_text(path.read_text().replace("core:direction core:against", "core:direction core:sideways"), encoding="utf-8")
    content = read_content([tmp_path], root=tmp_path)
    assert any(error.about[1] == "core:direction" for error in content.failures)
    assert list(check_shapes(content)) == []


# Shapes of the author's own ---------------------------------------------------------------------


def test_severities_are_those_of_the_shape(tmp_path: Path) -> None:
    demands = " .\n".join(
        f'shape:{level} a sh:NodeShape ; sh:targetNode rule:gargle ; sh:name "{level}"@en ; sh:severity sh:{level} ; '
        f'sh:message "Say {level}."@en ; sh:closed {"true" if level == "Info" else "false"} ; sh:nodeKind sh:Literal'
        for level in ("Violation", "Warning", "Info")
    )
    told = {(one.severity, one.what) for one in found(tmp_path, f"{demands} .") if not one.what.startswith("This does not")}
    assert {("error", "Say Violation."), ("warning", "Say Warning."), ("note", "Say Info.")} <= told


def test_a_query_of_the_author_is_run_and_tells_its_values(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        f"""shape:Doubled a sh:NodeShape ; sh:targetClass core:Recommendation ; sh:name "one rule for one thing"@en ; sh:sparql [
            sh:message "{{?other}} is about {{$value}} as well."@en ;
            sh:select \"\"\"SELECT $this ?value ?other WHERE {{
                $this <{expand("core:intervention")}> ?value .
                ?other <{expand("core:intervention")}> ?value ; <{expand("rdfs:label")}> "Twin"@en
                FILTER (?other != $this) }}\"\"\" ] .""",
        shapes__rules__twin='rule:twin a core:Recommendation ; rdfs:label "Twin"@en ; core:intervention intervention:Gargling ; '
        "core:source source:sore-throat ; "
        "core:direction core:for ; core:modality core:may ; core:urgency core:routine .",
    )
    assert one.subject == "rule:gargle"
    assert one.what == f"{expand('rule:twin')} is about {expand('intervention:Gargling')} as well."


@pytest.mark.parametrize("comment", [" ", "#so\\n"])
def test_a_shape_cannot_call_out(tmp_path: Path, comment: str) -> None:
    """A query that would ask another server opens no socket, and is told as what could not be run, however it is written."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        house = f"""shape:Leak a sh:NodeShape ; sh:targetClass core:Recommendation ; sh:sparql [
            sh:select "SELECT $this WHERE {{ SERVICE{comment}<http://127.0.0.1:{port}/> {{ $this ?p ?o }} }}" ] ."""
        (one,) = found(tmp_path, house)
        with pytest.raises(TimeoutError):
            server.accept()
    assert one.id == "SG402"
    assert one.place.file == HOUSE
    assert one.what.startswith("shape:Leak could not be run: ")


def test_the_process_opens_no_socket_and_no_file_and_starts_no_program() -> None:
    tried = """
import socket, subprocess, urllib.request
from spinegraph.engine.validation import shacl
shacl._close_off(shacl.Task((), ()))
for attempt in (
    lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: subprocess.run(["true"]),
    lambda: open("/etc/passwd"),
    lambda: open("written", "w"),
):
    try:
        attempt()
    except PermissionError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "urllib.Request: calling out is not allowed",
        "socket.getaddrinfo: calling out is not allowed",
        "true: starting a program is not allowed",
        "/etc/passwd: reading this file is not allowed",
        f"{Path.cwd() / 'written'}: writing this file is not allowed",
    ]


def test_imports_of_shapes_and_of_content_are_not_followed(tmp_path: Path) -> None:
    beside = tmp_path / "elsewhere.ttl"
    beside.write_text(f"{HEAD}\nshape:Far a sh:NodeShape ; sh:targetClass core:Recommendation ; sh:nodeKind sh:Literal .")
    imports = f"<https://example.org/o> a owl:Ontology ; owl:imports <{beside.as_uri()}> ."
    assert found(tmp_path / "guideline", imports, shapes__rules__more=imports) == []


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_without_an_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(shapes, "SECONDS", 4.0)
    house = f"""shape:Bomb a sh:NodeShape ; sh:targetNode rule:bomb ;
        sh:property [ sh:path core:timing ; sh:pattern "{pattern}" ] ."""
    content = content_with(tmp_path, house, shapes__rules__bomb=f'rule:bomb core:timing "{"a" * 60}!"@en .')
    with not_hung():
        (gap,) = validate(content, only={"shapes"}).not_run
    assert gap.reason == "pySHACL was stopped after 4 s.\n  Look for a pattern or a path without an end in your own shapes."


def test_shapes_that_came_along_with_a_copy_of_the_content_are_not_read_twice(tmp_path: Path) -> None:
    content = content_with(tmp_path)
    folder = tmp_path / "shapes" / "authoring"
    folder.mkdir()
    (original,) = (path for path in shipped_authoring_paths() if path.name == "rules.ttl")
    (folder / "rules.ttl").write_bytes(original.read_bytes())
    paths = authoring_paths(content.paths)
    assert [path.name for path in paths].count("rules.ttl") == 1
    assert folder / "rules.ttl" in paths


def test_without_pyshacl_the_check_is_named_as_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "find_spec", lambda _: None)
    (gap,) = validate(content_with(tmp_path), only={"shapes"}).not_run
    assert gap.reason == "pyshacl is not installed.\n  Install the extra: pip install 'spinegraph[authoring]'."


def test_a_process_that_dies_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    (gap,) = validate(content_with(tmp_path), only={"shapes"}).not_run
    assert gap.reason == "pySHACL did not run: exit code 1\n  Check that pyshacl and rdflib are whole."


def test_the_process_says_what_is_wrong_with_its_task() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "spinegraph.engine.validation.shacl"], input=b"[[], 5]", capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"Expected `array`, got `int`" in done.stderr
