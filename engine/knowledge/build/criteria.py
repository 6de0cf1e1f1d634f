"""SHACL shape → criterion tree; refuses what lies outside the profile (`engine.knowledge.profile`)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from msgspec import structs
from spinegraph.engine.criteria import KINDS
from spinegraph.engine.criteria.kind import Annotations
from spinegraph.engine.errors import CriterionError, KnowledgeError
from spinegraph.engine.knowledge.build.scores import read_score
from spinegraph.engine.knowledge.numbers import PLAIN, as_written, plain_number
from spinegraph.engine.knowledge.problems import ending, located_error, named, nearest
from spinegraph.engine.knowledge.profile import (
    CONSTRAINTS,
    WRAPPERS,
    Misuse,
    foreign_term,
    misplaced_modifier,
    misplaced_path,
    misplaced_shape,
    stated_by,
)
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Term, local_name, shorten
from spinegraph.engine.knowledge.units import DAYS
from spinegraph.engine.model import And, Concept, Criterion, Hierarchy, Measurement, Score

Made = TypeVar("Made")
DEEPEST = 50
"""So many shapes may stand inside each other."""


_KIND_OF = {kind.constraint: kind for kind in KINDS}


class CriterionReader:
    """Reads shapes of one graph; each shape once, and each mistake reported once."""

    def __init__(
        self,
        graph: Graph,
        findings: Mapping[str, Concept],
        conditions: Mapping[str, Concept],
        measurements: Mapping[str, Measurement],
        hierarchy: Hierarchy,
    ) -> None:
        self.graph = graph
        self.findings = findings
        self.conditions = conditions
        self.measurements = measurements
        self.hierarchy = hierarchy
        self._read: dict[str, Criterion] = {}
        self._scores: dict[str, Score] = {}
        self._failed: dict[str, CriterionError] = {}
        self._open: list[str] = []

    def read_condition(self, rule: str, shape: str) -> Criterion:
        """The criterion that a rule names by sh:condition. Raises CriterionError as `read`, and where that is no shape."""
        (condition,) = self._shapes(rule, "sh:condition", (shape,))
        return self.read(condition)

    def read_named(self, node: str, predicate: str, shape: str) -> Criterion:
        """The criterion that anything else names, such as a screen by core:gate. Raises CriterionError as `read_condition`."""
        (criterion,) = self._shapes(node, predicate, (shape,))
        return self.read(criterion)

    def read(self, shape: str) -> Criterion:
        """The criterion that a shape (IRI or blank node) states.

        Raises CriterionError with file:line, the offending term and the allowed ones; its `others` are further mistakes
        in the same shape.
        """
        return self._once(shape, self._read, self._parse, "Break the circle of sh:node.")

    def score(self, iri: str) -> Score:
        """The score of an IRI. Raises CriterionError as `read`."""
        return self._once(iri, self._scores, lambda score: read_score(score, self), "Take the score out of its own items.")

    def _once(self, node: str, known: dict[str, Made], make: Callable[[str], Made], mend: str) -> Made:
        if node in known:
            return known[node]
        if node in self._failed:
            raise self._failed[node]
        if node in self._open:
            predicate = next((made for holder, made in self.graph.mentions(node) if holder == node), "")
            raise self.error(node, f"{shorten(node)} refers to itself", mend, predicate, kind="circular")
        if len(self._open) >= DEEPEST:
            raise self.error(node, f"More than {DEEPEST} shapes stand inside each other", "Name some of them.", kind="too-large")
        self._open.append(node)
        try:
            known[node] = make(node)
        except CriterionError as error:
            self._failed[node] = error
            raise
        finally:
            self._open.pop()
        return known[node]

    def _read_all(self, shapes: Iterable[str]) -> tuple[Criterion, ...]:
        """Raises CriterionError with the mistakes of all of them."""
        found: list[Criterion] = []
        errors: dict[int, KnowledgeError] = {}
        for shape in shapes:
            try:
                found.append(self.read(shape))
            except CriterionError as error:
                errors |= {id(one): one for one in (error, *error.others)}
        first, *others = errors.values() or (None,)
        if first is not None:
            first.others = (*first.others, *(other for other in others if other not in first.others))
            raise first
        return tuple(found)

    def _parse(self, shape: str) -> Criterion:
        if not self.graph.predicates(shape):
            raise self._nothing_there(shape)
        stated = stated_by(self.graph, shape)
        self._refuse(shape, foreign_term(self.graph, shape))
        self._refuse(shape, misplaced_modifier(self.graph, shape))
        if "sh:path" in stated:
            self._refuse(shape, misplaced_path(self.graph, shape, stated))
        annotations = self._annotations(shape)
        if not stated:
            raise self.error(shape, f"{shorten(shape)} states no criterion", "Give it one of " + ", ".join(CONSTRAINTS) + ".")
        if len(stated) == 1:
            return self._stated(shape, stated[0], annotations)
        return And(children=tuple(self._stated(shape, name, {}) for name in stated), **annotations)

    def _annotations(self, shape: str) -> Annotations:
        return {
            "iri": "" if shape.startswith("_:") else shape,
            "label": self.graph.text(shape, "rdfs:label"),
            "passages": tuple(map(local_name, self.graph.iris(shape, "prov:wasDerivedFrom"))),
            "reading": self.graph.text(shape, "core:reading"),
        }

    def _stated(self, shape: str, constraint: str, annotations: Annotations) -> Criterion:
        if constraint in WRAPPERS:
            return self._wrapped(shape, constraint, annotations)
        return _KIND_OF[constraint].read(_Shape(self, shape), annotations)

    def nodes(self, subject: str, predicate: str) -> list[str]:
        """The members of the one list that a statement names; none where there is no such list."""
        heads = self.graph.terms(subject, predicate)
        members = self._listed(heads[0]) if len(heads) == 1 and isinstance(heads[0], str) else []
        return [member for member in members if isinstance(member, str)]

    def given(self, subject: str, predicate: str) -> Criterion:
        """The criterion of the one shape that a statement names, with the labels and passages of the subject."""
        shapes = self.graph.terms(subject, predicate)
        if len(shapes) != 1:
            what = f"{named(subject)} names {len(shapes)} shapes by {predicate}"
            raise self.error(
                subject, what, f"Name one shape: {predicate} [ … ].", predicate if shapes else "", lacks=(predicate,)
            )
        return self._wrapped(subject, predicate, {**self._annotations(subject), "iri": ""})

    def members(self, shape: str, predicate: str) -> tuple[Criterion, ...]:
        heads = self.graph.terms(shape, predicate)
        members = self._listed(heads[0]) if len(heads) == 1 and isinstance(heads[0], str) else []
        if not members:
            raise self.error(
                shape, f"{predicate} needs one list with at least one shape", "Write e.g. sh:or ( [ … ] [ … ] ).", predicate
            )
        return self._read_all(self._shapes(shape, predicate, members))

    def _shapes(self, subject: str, predicate: str, targets: Iterable[Term]) -> list[str]:
        """What something refers to as shapes. Raises CriterionError where a SHACL engine would take it as none."""
        found = []
        for target in targets:
            wrong = misplaced_shape(self.graph, predicate, target, self.findings)
            direct = target in self.graph.terms(subject, predicate)
            self._refuse(subject, wrong and wrong._replace(predicate=predicate), target if direct else None)
            found.append(str(target))
        return found

    def _refuse(self, shape: str, wrong: Misuse | None, value: Term | None = None) -> None:
        if wrong is not None:
            raise self.error(shape, wrong.what, wrong.mend, wrong.predicate, value, kind=wrong.kind, lacks=wrong.lacks)

    def _listed(self, head: str) -> list[Term]:
        try:
            return list(self.graph.items(head))
        except KnowledgeError as error:
            raise CriterionError(error.what, where=error.where, mend=error.mend, kind=error.kind, about=error.about) from error

    def _wrapped(self, shape: str, predicate: str, annotations: Annotations) -> Criterion:
        inner = self._read_all(self._shapes(shape, predicate, self.graph.terms(shape, predicate)))
        if len(inner) != 1:
            return And(children=inner, **annotations)
        if not any(annotations.values()):
            return inner[0]
        return And(children=inner, **annotations) if inner[0].iri else _relabelled(inner[0], annotations)

    def one_of(self, shape: str, predicate: str, known: Mapping[str, Any], kind: str) -> str:
        values = self.graph.terms(shape, predicate)
        if len(values) == 1 and values[0] in known:
            return str(values[0])
        shown = " and ".join(as_written(value, named(str(value))) for value in values) or "nothing"
        near = difflib.get_close_matches(shown, map(shorten, known), n=3) if len(values) == 1 else []
        unheard = len(values) == 1 and isinstance(values[0], str) and not self.graph.predicates(values[0])
        raise self.error(
            shape,
            f"{predicate} needs one {kind}, not {shown}" + (f"; nearest: {', '.join(near)}" if near else ""),
            f"Use the IRI of a {kind} that the ontology declares.",
            predicate,
            values[0] if len(values) == 1 else None,
            kind="dangling-iri" if unheard else "wrong-kind",
        )

    def number(self, shape: str, predicate: str) -> float | None:
        values: list[Term] = self.graph.terms(shape, predicate)
        if not values:
            return None
        number = plain_number(values[0]) if len(values) == 1 else None
        if number is None:
            shown = " and ".join(as_written(value, named(str(value))) for value in values)
            value = values[0] if len(values) == 1 else None
            raise self.error(shape, f"{predicate} needs one number, not {shown}", PLAIN, predicate, value, kind="wrong-kind")
        return number

    def _nothing_there(self, shape: str) -> CriterionError:
        """A shape that is named and that nothing describes, reported where it is named."""
        subject, predicate = next(iter(self.graph.mentions(shape)), (shape, ""))
        meant = nearest(shape, self.graph.of_class("sh:NodeShape"))
        return self.error(
            subject,
            f"There is no shape {shorten(shape)}{ending(meant)}" if not shape.startswith("_:") else "This shape is empty.",
            "Define it, or mend the name.",
            predicate,
            shape if predicate else None,
            kind="dangling-iri" if not shape.startswith("_:") else "outside-profile",
            meant=meant,
        )

    def error(
        self,
        shape: str,
        what: str,
        mend: str,
        predicate: str = "",
        value: Term | None = None,
        kind: str = "outside-profile",
        **terms: object,
    ) -> CriterionError:
        known = (named for named in (shape, *reversed(self._open)) if self.graph.predicates(named))
        at = next(known, shape)
        sentence = what if what.endswith((".", "?")) else what + "."
        made, named = (predicate, value) if at == shape else ("", None)
        return located_error(self.graph, CriterionError, sentence, mend, kind, at, made, named, **terms)


def _relabelled(criterion: Criterion, annotations: Annotations) -> Criterion:
    return structs.replace(criterion, **{name: value for name, value in annotations.items() if value})


class _Shape(NamedTuple):
    """A shape as the kinds of criteria read it (`engine.criteria.kind.Shape`)."""

    reader: CriterionReader
    node: str

    def states(self, predicate: str) -> bool:
        return bool(self.reader.graph.terms(self.node, predicate))

    def flag(self, predicate: str) -> bool:
        return self.reader.graph.flag(self.node, predicate)

    def number(self, predicate: str) -> float | None:
        return self.reader.number(self.node, predicate)

    def finding(self, predicate: str) -> str:
        return self.reader.one_of(self.node, predicate, self.reader.findings, "finding")

    def condition(self, predicate: str) -> str:
        return self.reader.one_of(self.node, predicate, self.reader.conditions, "condition")

    def measurement(self, predicate: str) -> str:
        for score in self.reader.graph.of_class("core:Score"):
            if score in self.reader.graph.terms(self.node, predicate):
                what = f"{predicate} needs one measurement, not {shorten(score)}"
                mend = f"Write [ core:score {shorten(score)} ; core:atLeast … ]: a score is read by its own bounds."
                raise self.error(what, mend, predicate, "wrong-kind")
        return self.reader.one_of(self.node, predicate, self.reader.measurements, "measurement")

    def score(self, predicate: str) -> Score:
        known = dict.fromkeys(self.reader.graph.of_class("core:Score"))
        return self.reader.score(self.reader.one_of(self.node, predicate, known, "score"))

    def duration(self, measurement: str) -> str:
        unit = self.reader.measurements[measurement].unit
        return unit if unit in DAYS else ""

    def members(self, predicate: str) -> tuple[Criterion, ...]:
        return self.reader.members(self.node, predicate)

    def direct_subclasses(self, finding: str) -> tuple[str, ...]:
        return self.reader.hierarchy.children.get(finding, ())

    def named(self, iri: str) -> str:
        return shorten(iri)

    def error(self, what: str, mend: str, predicate: str, kind: str = "outside-profile", **terms: object) -> CriterionError:
        return self.reader.error(self.node, what, mend, predicate, None, kind, **terms)


def is_monotone(criterion: Criterion) -> bool:
    """Whether more knowledge can never take the criterion's truth back: no core:unassessed anywhere in it."""
    return all(node.monotone for node in criterion.walk())
