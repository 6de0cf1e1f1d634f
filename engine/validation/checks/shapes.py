"""The form of content, as SHACL shapes demand it: the shipped ones in shapes/authoring, and an author's own (group 4)."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec
from spinegraph.engine.errors import CheckNotRunError, KnowledgeError
from spinegraph.engine.knowledge.files import GENERATED, shipped_folder
from spinegraph.engine.knowledge.turtle.positions import positions_of
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import Term, Text, expand, shorten
from spinegraph.engine.sandbox.process import clean_environment
from spinegraph.engine.validation.checks.terms import Vocabulary
from spinegraph.engine.validation.content import Content, Triple
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Severity
from spinegraph.engine.validation.shacl import Failure, Numbered, Outcome, Result, Task

SECONDS = 60.0
"""How long pySHACL may run."""
FOLDER = "authoring"
"""Name of the folder, below one called shapes, in which authoring shapes are looked for."""
ABOUT_DECISIONS = "provenance.ttl"
"""The shipped authoring shapes that are about decisions, not about content."""
SEVERITIES: dict[str, Severity] = {"Violation": "error", "Warning": "warning", "Info": "note"}
LONGEST = 60
"""So many characters of a literal are shown."""
ENDLESS = "Look for a pattern or a path without an end in your own shapes."
OUT_OF_TIME = -getattr(signal, "SIGXCPU", 24)


def check_shapes(content: Content) -> Iterator[Diagnostic]:
    """What does not conform to the authoring shapes, and authoring shapes that cannot be run.

    Raises CheckNotRunError where pySHACL is missing, or was stopped.
    """
    if find_spec("pyshacl") is None:
        raise CheckNotRunError("pyshacl is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'.")
    shapes = authoring_paths(content.paths)
    shipped = set(shipped_authoring_paths())
    usable: list[Numbered] = []
    for number, path in enumerate(shapes):
        try:
            triples = read_triples(path, number)
        except KnowledgeError as error:
            place = Place(file=content.shown(path), line=int(getattr(error, "line", 0)))
            yield content.diagnose("shapes-not-run", "unreadable", place=place, reason=error.what)
            continue
        if path not in shipped:
            yield from _unknown_terms(content, path, number, triples)
        usable.append((number, str(path.absolute())))
    data = tuple(
        (number, str(path.absolute()))
        for number, path in enumerate(content.paths)
        if path in content.triples and path.suffix == ".ttl" and path.name != GENERATED
    )
    left_out = {number: tuple(sorted(subjects)) for number, subjects in content.graph.left_out.items()}
    outcome = _run(Task(data, tuple(usable), left_out))
    for failure in outcome.failures:
        message = "shape-failed" if failure.shape else "all-failed"
        place = _place_of_shape(content, failure, usable)
        shape = shorten(failure.shape)
        yield content.diagnose("shapes-not-run", message, place=place, shape=shape, reason=failure.reason)
    yield from _diagnostics(content, outcome.results)


def shipped_authoring_paths() -> tuple[Path, ...]:
    """The shapes about content that come with the tool."""
    folder = shipped_folder("shapes") / FOLDER
    return tuple(path for path in sorted(folder.glob("*.ttl")) if path.name != ABOUT_DECISIONS)


def authoring_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Those in a folder shapes/authoring beside or above knowledge files, and the shipped ones of which none is a copy."""
    home = shipped_folder("shapes") / FOLDER
    roots = dict.fromkeys(root for path in paths for root in _roots(path))
    found = (path for root in roots for path in sorted((root / "shapes" / FOLDER).glob("*.ttl")))
    own = [path for path in found if path.parent.resolve() != home.resolve() and path.name != ABOUT_DECISIONS]
    shipped = (path for path in shipped_authoring_paths() if not any(_is_copy(other, path) for other in own))
    return (*shipped, *own)


def _is_copy(path: Path, shipped: Path) -> bool:
    """Whether a file, perhaps changed since, is a shipped one brought along: read twice, its shapes would be ill-formed."""
    if path.name != shipped.name:
        return False
    try:
        described = [
            {subject for subject, _, _ in read_triples(file, 0) if not subject.startswith("_:")} for file in (path, shipped)
        ]
    except KnowledgeError:
        return False
    return bool(described[0] & described[1])


def _roots(path: Path) -> Iterator[Path]:
    """The folders that hold the folder `ontology` or `shapes` in which a file stands."""
    for parent in path.absolute().parents:
        if parent.name in ("ontology", "shapes"):
            yield parent.parent


def _run(task: Task) -> Outcome:
    """Run pySHACL in a process of its own; its logging is of no interest."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "spinegraph.engine.validation.shacl"],
            input=msgspec.json.encode(task),
            capture_output=True,
            env=clean_environment(),
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CheckNotRunError(f"pySHACL was stopped after {SECONDS:.0f} s.", mend=ENDLESS) from error
    if done.returncode == OUT_OF_TIME:
        raise CheckNotRunError("pySHACL was stopped: its processor time was up.", mend=ENDLESS)
    try:
        return msgspec.json.decode(done.stdout, type=Outcome)
    except msgspec.DecodeError as error:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise CheckNotRunError(
            f"pySHACL did not run: {last[0][:300]}", mend="Check that pyshacl and rdflib are whole."
        ) from error


# Authoring shapes that are wrong themselves ---------------------------------------------------


def _unknown_terms(content: Content, path: Path, number: int, triples: Sequence[Triple]) -> Iterator[Diagnostic]:
    """A misspelt constraint constrains nothing, and pySHACL does not mind it."""
    vocabulary = Vocabulary(content)
    seen: set[str] = set()
    for subject, predicate, value in triples:
        for term in (predicate, value):
            if isinstance(term, str) and not term.startswith("_:") and term not in seen and not vocabulary.knows(term):
                seen.add(term)
                spots = positions_of(path, number).statements.get((subject, predicate, value))
                spot = spots and (spots.predicate if term == predicate else spots.value)
                place = Place(file=content.shown(path), line=spot.line if spot else 0, column=spot.column if spot else 0)
                named = {"term": shorten(term), "meant": vocabulary.nearest(term)}
                yield content.diagnose("shapes-not-run", "unknown-term", place=place, terms=named)


def _place_of_shape(content: Content, failure: Failure, shapes: Iterable[Numbered]) -> Place:
    for number, file in shapes:
        if file == failure.file:
            spot = positions_of(Path(file), number).subjects.get(failure.shape)
            shown = content.shown(Path(file))
            return Place(file=shown, line=spot.line, column=spot.column) if spot else Place(file=shown)
    return Place(file="")


# Content that does not conform ----------------------------------------------------------------


def _diagnostics(content: Content, results: Iterable[Result]) -> Iterator[Diagnostic]:
    """One diagnostic for each thing that is wrong, in the order of the content; what does not load is reported elsewhere."""
    covered = {(error.about[0], _iri(error.about[1])) for error in content.failures if error.about[1]}
    valued = {_key(result) for result in results if result.value is not None}
    for result in sorted(set(results), key=str):
        if result.value is None and _key(result) in valued:
            continue  # the same shape says it of the value
        if not any((result.focus, step) in covered for step in result.path):
            yield _diagnostic(content, result)


def _iri(name: str) -> str:
    return name if "://" in name else expand(name)


def _key(result: Result) -> tuple[object, ...]:
    return result.focus, result.path, result.message


def _diagnostic(content: Content, result: Result) -> Diagnostic:
    subject, predicate, value = _statement(content, result)
    blamed = result.value is not None and value == result.value
    here = [value] if blamed and value is not None else content.graph.predicates(subject).get(predicate, [])
    component = result.component.removesuffix("ConstraintComponent")
    return content.diagnose(
        "authoring-shape",
        _message(result, predicate, len(here)),
        subject,
        predicate,
        value,
        severity=SEVERITIES.get(result.severity, "error"),
        shape_message=result.message,
        constraint=f"{component[:1].lower()}{component[1:]}",
        shape=shorten(result.shape),
        shape_name=result.name,
        values=tuple(map(_shown, here)) if predicate else (),
        lacks=(shorten(predicate),) if predicate and not here else (),
    )


def _message(result: Result, predicate: str, values: int) -> str:
    """The key of the message: something is missing, is too much, or is there and has to be another."""
    if not predicate:
        return "node"
    if not values:
        return "lacking"
    if result.component == "MaxCountConstraintComponent" and (result.plain or values > 1):
        return "one-too-many" if values > 1 else "not-here"
    return "otherwise"


def _statement(content: Content, result: Result) -> tuple[str, str, Term | None]:
    """The statement that a result is about: of the focus node where it has the property, else the node itself."""
    if isinstance(result.focus, Text):  # a literal where a node was expected: the statement that has it
        mentions = content.graph.mentions(result.focus)
        return (*mentions[0], result.focus) if mentions else ("", "", None)
    for predicate in result.path:
        values = content.graph.predicates(result.focus).get(predicate, [])
        if result.value in values:
            return result.focus, predicate, result.value
        if values:
            return result.focus, predicate, _surplus(result, values)
    return result.focus, result.path[0] if len(result.path) == 1 else "", None


def _shown(term: Term) -> str:
    if isinstance(term, Text):
        text = term.value if len(term.value) <= LONGEST else f"{term.value[:LONGEST]}…"
        return f'"{text}"@{term.language}' if term.language else f'"{text}"' if term.datatype.endswith("#string") else text
    return "something unnamed" if term.startswith("_:") else shorten(term)


def _surplus(result: Result, values: Sequence[Term]) -> Term | None:
    """The first value that is one too many."""
    if result.component == "UniqueLangConstraintComponent":
        tags = [value.language if isinstance(value, Text) else "" for value in values]
        return next((value for number, value in enumerate(values) if tags[number] and tags[number] in tags[:number]), None)
    return values[1] if result.component == "MaxCountConstraintComponent" and len(values) > 1 else None
