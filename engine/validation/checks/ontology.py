"""Whether the classes make sense, and whether the hierarchy that the engine uses is the one that follows (group 5)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.errors import CheckNotRunError, IncoherentOntologyError, ReasonerError
from spinegraph.engine.knowledge.files import GENERATED
from spinegraph.engine.knowledge.owl.axioms import CLASS_RELATIONS, Axioms, logical, read_axioms
from spinegraph.engine.knowledge.owl.hermit import Triple, unknown_datatypes
from spinegraph.engine.knowledge.owl.justification import Explanation, explain, roots
from spinegraph.engine.knowledge.owl.manchester import manchester
from spinegraph.engine.knowledge.owl.reasoner import Hierarchy, direct, infer, is_of_content, ontology_paths
from spinegraph.engine.knowledge.turtle.terms import expand, local_name, shorten
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Related

SECONDS = 60.0
"""For everything that HermiT is asked of one content."""
MOST_DERIVED = 20
"""So many classes are named that have no members because of another."""
MOST_AXIOMS = 50
"""So many statements are shown of an explanation that is not minimal."""
MOST_RELATIONS = 10
"""So many relations are named by which the committed hierarchy differs."""
SUBCLASS = expand("rdfs:subClassOf")

Relation = tuple[str, str]
"""IRIs of a class and of a wider one."""


def check_ontology(content: Content) -> Iterator[Diagnostic]:
    """Classes without members, contradictions, and a hierarchy out of date.

    Raises CheckNotRunError where a file of the ontology is broken, ReasonerError where HermiT could not run.
    """
    deadline = time.monotonic() + SECONDS
    paths = _with_classes(content)
    if unread := [content.shown(path) for path in paths if path in content.broken]:
        raise CheckNotRunError(f"{', '.join(unread)} could not be read.", mend="Mend the other errors first.")
    triples = [triple for path in paths for triple in content.triples.get(path, ())]
    if not triples:
        return
    for (subject, predicate, value), datatype in unknown_datatypes(logical(triples)):
        if not datatype.startswith("_:"):  # else what it is made of is named, where it stands
            terms = {"datatype": shorten(datatype)}
            yield content.diagnose("unknown-to-owl", "datatype", subject, predicate, value, terms=terms)
    try:
        ancestors, empty = infer(triples, deadline - time.monotonic())
    except IncoherentOntologyError:
        yield _inconsistent(content, read_axioms(triples), deadline)
        return
    if empty:
        yield from _unsatisfiable(content, read_axioms(triples), empty, deadline)
    else:
        yield from _out_of_date(content, triples, ancestors)


def _with_classes(content: Content) -> list[Path]:
    """The files of the ontology, and files elsewhere that declare classes or relate them."""
    known = ontology_paths(content.paths)
    return [
        path
        for path in content.paths
        if path in known
        or (path.name != GENERATED and any(predicate in CLASS_RELATIONS for _, predicate, _ in content.triples.get(path, ())))
    ]


def _inconsistent(content: Content, axioms: Axioms, deadline: float) -> Diagnostic:
    why = _explained(axioms, "", deadline)
    first = why.explanation.axioms[0].main if why.explanation.axioms else axioms.axioms[0].main
    return content.diagnose(
        "inconsistent-ontology", why.message, *first, related=_axioms(content, why.explanation), terms=why.terms
    )


def _unsatisfiable(content: Content, axioms: Axioms, empty: Iterable[str], deadline: float) -> Iterator[Diagnostic]:
    for iri, derived in roots(tuple(empty), axioms.axioms).items():
        why = _explained(axioms, iri, deadline)
        because = [content.related(other, f"has no member either, because {_name(content, iri)} has none") for other in derived]
        related = (*_axioms(content, why.explanation), *because[:MOST_DERIVED])
        others = len(derived) if len(derived) > 1 else 0
        yield content.diagnose("unsatisfiable-class", why.message, iri, related=related, others=others, terms=why.terms)


class _Why(NamedTuple):
    """An explanation, or `reason`: why there is none."""

    explanation: Explanation
    reason: str = "the time was up"

    @property
    def message(self) -> str:
        """The key of the message: by how much is explained."""
        count = len(self.explanation.axioms)
        if not self.explanation.minimal:
            return "some-statements" if count else "unexplained"
        return "one-statement" if count == 1 else "several-statements"

    @property
    def terms(self) -> dict[str, object]:
        return {"count": len(self.explanation.axioms), "reason": self.reason}


def _explained(axioms: Axioms, target: str, deadline: float) -> _Why:
    """That something is wrong is known by now, and is reported even where the reason cannot be found any more."""
    try:
        return _Why(explain(axioms, target, max(1.0, deadline - time.monotonic())))
    except ReasonerError as error:
        return _Why(Explanation((), minimal=False), error.what.rstrip("."))


def _axioms(content: Content, explanation: Explanation) -> Iterator[Related]:
    for axiom in explanation.axioms[:MOST_AXIOMS]:
        subject, predicate, value = axiom.main
        text = manchester(axiom, lambda iri: _name(content, iri))
        named = "" if subject.startswith("_:") else shorten(subject)
        yield Related(subject=named, place=content.place(subject, predicate, value), message=text)


def _name(content: Content, iri: str) -> str:
    """The CURIE, with the label where that says something else."""
    label = content.label(iri)
    same = re.sub(r"\W", "", label).lower() == local_name(iri).lower()
    return shorten(iri) if same or not label else f"{shorten(iri)} ({label})"


def _out_of_date(content: Content, triples: Iterable[Triple], ancestors: Hierarchy) -> Iterator[Diagnostic]:
    """What the engine takes from the files against what follows from the axioms, relation by relation.

    Of the classes that the generated file lists, it has to have every relation itself; others may stand beside it.
    """
    generated = [path for path in content.triples if path.name == GENERATED and path.parent.name == "ontology"]
    stated = dict.fromkeys(pair for path in generated for pair in _relations(content.triples[path]))
    listed = {subject for path in generated for subject, _, _ in content.triples[path]} | {wide for _, wide in stated}
    wrong = [(narrow, wide) for narrow, wide in stated if wide not in ancestors.get(narrow, ()) and wide != narrow]
    there, used = _closure(stated), _closure({*stated, *_relations(triples)})
    missing = sorted(
        (narrow, wide)
        for narrow in ancestors
        for wide in direct(narrow, ancestors)
        if wide not in (there if narrow in listed and wide in listed else used).get(narrow, ())
    )
    if not wrong and not missing:
        return
    message = "both" if missing and wrong else "missing" if missing else "wrong"
    at = (wrong[0][0], SUBCLASS, wrong[0][1]) if wrong else (missing[0][0], "", None)
    related = [
        *(
            content.related(a, f"{shorten(a)} SubClassOf {shorten(b)} follows, and is missing")
            for a, b in missing[:MOST_RELATIONS]
        ),
        *(
            content.related(a, f"{shorten(a)} SubClassOf {shorten(b)} does not follow", SUBCLASS, b)
            for a, b in wrong[:MOST_RELATIONS]
        ),
    ]
    counts = {"file": GENERATED, "missing": len(missing), "wrong": len(wrong)}
    yield content.diagnose("hierarchy-out-of-date", message, *at, related=related, terms=counts)


def _relations(triples: Iterable[Triple]) -> Iterator[Relation]:
    for subject, predicate, value in triples:
        if predicate == SUBCLASS and isinstance(value, str) and is_of_content(subject) and is_of_content(value):
            yield subject, value


def _closure(relations: Iterable[Relation]) -> dict[str, set[str]]:
    """All wider classes of each class, itself included."""
    wider: dict[str, set[str]] = {}
    for narrow, wide in relations:
        wider.setdefault(narrow, set()).add(wide)
    closed: dict[str, set[str]] = {}
    for start in wider:
        reached, queue = {start}, [start]
        while queue:
            new = wider.get(queue.pop(), set()) - reached
            reached |= new
            queue += new
        closed[start] = reached
    return closed
