"""The form of content, as SHACL shapes demand it: the shipped ones in shapes/authoring, and an author's own (group 4)."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec
from spinegraph.engine.errors import CheckNotRunError, KnowledgeError
from spinegraph.engine.knowledge.files import shipped_folder
from spinegraph.engine.knowledge.turtle.positions import positions_of
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import Term, Text, expand, shorten
from spinegraph.engine.sandbox.process import clean_environment
from spinegraph.engine.validation.catalogue import BY_NAME
from spinegraph.engine.validation.checks.names import COPY
from spinegraph.engine.validation.checks.terms import Vocabulary
from spinegraph.engine.validation.content import GENERATED, Content, Triple
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
            yield _not_run(content, error.what, Place(file=content.shown(path), line=int(getattr(error, "line", 0))))
            continue
        if path not in shipped:
            yield from _unknown_terms(content, path, number, triples)
        usable.append((number, str(path.absolute())))
    data = tuple(
        (number, str(path.absolute()))
        for number, path in enumerate(content.paths)
        if path in content.triples and path.suffix == ".ttl" and path.name != GENERATED
    )
    outcome = _run(Task(data, tuple(usable)))
    for failure in outcome.failures:
        yield _not_run(content, _told(failure), _place_of_shape(content, failure, usable))
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
    told: set[str] = set()
    for subject, predicate, value in triples:
        for term in (predicate, value):
            if isinstance(term, str) and not term.startswith("_:") and term not in told and not vocabulary.knows(term):
                told.add(term)
                spots = positions_of(path, number).statements.get((subject, predicate, value))
                spot = spots and (spots.predicate if term == predicate else spots.value)
                place = Place(file=content.shown(path), line=spot.line if spot else 0, column=spot.column if spot else 0)
                near = vocabulary.nearest(term)
                what = f"There is no term {shorten(term)}" + (f"; did you mean {near}?" if near else ".")
                yield _not_run(content, what, place)


def _told(failure: Failure) -> str:
    if not failure.shape:
        return f"No authoring shape could be run: {failure.reason}"
    return f"{shorten(failure.shape)} could not be run: {failure.reason}"


def _place_of_shape(content: Content, failure: Failure, shapes: Iterable[Numbered]) -> Place:
    for number, file in shapes:
        if file == failure.file:
            spot = positions_of(Path(file), number).subjects.get(failure.shape)
            shown = content.shown(Path(file))
            return Place(file=shown, line=spot.line, column=spot.column) if spot else Place(file=shown)
    return Place(file="")


def _not_run(content: Content, what: str, place: Place) -> Diagnostic:
    return content.diagnose("shapes-not-run", what, place=place)


# Content that does not conform ----------------------------------------------------------------


def _diagnostics(content: Content, results: Iterable[Result]) -> Iterator[Diagnostic]:
    """One diagnostic for each thing that is wrong, in the order of the content; what does not load is told elsewhere."""
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
    told = ""
    if predicate:
        name = shorten(predicate)
        told = f" Here {name} is {', '.join(map(_shown, here))}." if here else f" Here is no {name}."
    return content.diagnose(
        "authoring-shape",
        f"{result.message or _unexplained(result)}{told}",
        subject,
        predicate,
        value,
        severity=SEVERITIES.get(result.severity, "error"),
        mend=_mend(result, shorten(predicate) if predicate else "", len(here)),
    )


def _mend(result: Result, predicate: str, values: int) -> str:
    """What to do about it: add what is missing, take out what is too much, else change what is there; and by which shape."""
    shape = f"{shorten(result.shape)}, “{result.name}”" if result.name else shorten(result.shape)
    if not predicate:
        todo = "Write it as the shape demands"
    elif not values:
        todo = f"Add {predicate}"
    elif result.component == "MaxCountConstraintComponent":
        todo = f"Keep one {predicate}" if values > 1 else f"Take {predicate} out"
    else:
        todo = f"Change {predicate}"
    return f"{todo} ({shape})."


def _unexplained(result: Result) -> str:
    """What to say where the shape says nothing: the name of the constraint."""
    component = result.component.removesuffix("ConstraintComponent")
    return f"This does not meet sh:{component[:1].lower()}{component[1:]} of {shorten(result.shape)}."


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


# What other checks say better -------------------------------------------------------------------

_HERE = re.compile(r" Here (?P<none>is no )?(?P<name>\S+?)(?: is .*)?\.$", re.DOTALL)
"""How `_diagnostic` ends: the property, and whether it is missing."""
_UNKNOWN = re.compile(r"There is no term ([^;\s]+?)[;.](?:\s|$)")
TOLD_AS = {
    "core:source": "no source",
    "core:textDigest": "SHA-256",
    "core:unit": "no unit",
    "oa:end": "no offsets",
    "oa:hasSelector": "no offsets",
    "oa:start": "no offsets",
}
"""How other checks speak of a property without its name."""


def without_repetition(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Leave out what a shape says of a statement of which another check says more."""
    found = tuple(diagnostics)
    shape, groups = BY_NAME["authoring-shape"].id, tuple(f"SG{group}" for group in "12678")
    others: dict[tuple[str, Place], list[Diagnostic]] = {}
    for one in found:
        if one.id.startswith(groups):
            others.setdefault((one.subject, _line(one.place)), []).append(one)
    unknown = {(one.subject, named[1]) for one in found if (named := _UNKNOWN.match(one.what))}
    copied = {one.subject: one for one in found if COPY in one.what}
    for one in found:
        near = others.get((one.subject, _line(one.place)), ()) if one.id == shape else ()
        if one.id == shape and (one.subject in copied or any((one.subject, word) in unknown for word in _values(one))):
            continue
        if not any(_is_same(one, other) for other in near):
            yield one


def _values(one: Diagnostic) -> list[str]:
    """The values that it says are there, as far as they are names."""
    said = _HERE.search(one.what)
    return said[0].rstrip(".").partition(" is ")[2].split(", ") if said else []


def _line(place: Place) -> Place:
    return Place(file=place.file, line=place.line)


def _is_same(one: Diagnostic, other: Diagnostic) -> bool:
    """Whether two diagnostics on one line are about the same statement, or about the lack of the same one."""
    said = _HERE.search(one.what)
    if said is None:
        return False
    words = f"{other.what} {other.mend}"
    named = re.search(rf"(?<![\w:-]){re.escape(said['name'])}(?![\w-])", words)
    told = said["name"] in TOLD_AS and TOLD_AS[said["name"]] in words
    return bool(named) or told or (not said["none"] and one.place == other.place)
