"""SHACL shape → criterion tree; refuses what lies outside the profile (`engine.knowledge.profile`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import structs
from spinegraph.engine.criteria import KINDS
from spinegraph.engine.criteria.kind import Annotations, Kind
from spinegraph.engine.errors import CriterionError, KnowledgeError
from spinegraph.engine.knowledge.build.listed_codes import listed_codes, quoted
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
)
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Term, expand, local_name, shorten
from spinegraph.engine.knowledge.units import DAYS
from spinegraph.engine.model import Act, ActKind, And, CodedProperty, Concept, Criterion, Hierarchy, Measurement

DEEPEST = 50
"""So many shapes may stand inside each other."""


_KINDS_OF = {kind.constraint: [other for other in KINDS if other.constraint == kind.constraint] for kind in KINDS}


class CriterionReader:
    """Reads shapes of one graph; each shape once, and each mistake reported once. `acts`: those asked about so far."""

    def __init__(
        self,
        graph: Graph,
        findings: Mapping[str, Concept],
        conditions: Mapping[str, Concept],
        valued: Mapping[str, Measurement | CodedProperty],
        interventions: Mapping[str, Concept],
        hierarchy: Hierarchy,
    ) -> None:
        self.graph = graph
        self.findings = findings
        self.conditions = conditions
        self.valued = valued
        self.interventions = interventions
        self.acts: dict[Act, None] = {}
        self.hierarchy = hierarchy
        self._read: dict[str, Criterion] = {}
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
        if shape in self._read:
            return self._read[shape]
        if shape in self._failed:
            raise self._failed[shape]
        if shape in self._open:
            predicate = next((made for holder, made in self.graph.mentions(shape) if holder == shape), "")
            what = f"{shorten(shape)} refers to itself"
            raise self.error(shape, what, "Break the circle of sh:node.", predicate, kind="circular")
        if len(self._open) >= DEEPEST:
            raise self.error(shape, f"More than {DEEPEST} shapes stand inside each other", "Name some of them.", kind="too-large")
        self._open.append(shape)
        try:
            self._read[shape] = self._parse(shape)
        except CriterionError as error:
            self._failed[shape] = error
            raise
        finally:
            self._open.pop()
        return self._read[shape]

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
        predicates = self.graph.predicates(shape)
        if not predicates:
            raise self._nothing_there(shape)
        stated = [name for name in CONSTRAINTS if expand(name) in predicates]
        self._refuse(shape, foreign_term(self.graph, shape))
        self._refuse(shape, misplaced_modifier(self.graph, shape, stated))
        if "sh:path" in stated:
            self._refuse(shape, misplaced_path(self.graph, shape, stated))
        annotations: Annotations = {
            "iri": "" if shape.startswith("_:") else shape,
            "label": self.graph.text(shape, "rdfs:label"),
            "passages": tuple(map(local_name, self.graph.iris(shape, "prov:wasDerivedFrom"))),
            "reading": self.graph.text(shape, "core:reading"),
        }
        if not stated:
            raise self.error(shape, f"{shorten(shape)} states no criterion", "Give it one of " + ", ".join(CONSTRAINTS) + ".")
        if len(stated) == 1:
            return self._stated(shape, stated[0], annotations)
        return And(children=tuple(self._stated(shape, name, {}) for name in stated), **annotations)

    def _stated(self, shape: str, constraint: str, annotations: Annotations) -> Criterion:
        if constraint in WRAPPERS:
            return self._wrapped(shape, constraint, annotations)
        return self._kind(shape, constraint).read(_Shape(self, shape), annotations)

    def _kind(self, shape: str, constraint: str) -> Kind[Any]:
        """Of the kinds that share a constraint the one that has all modifiers of the shape. Raises CriterionError."""
        kinds = _KINDS_OF[constraint]
        known = dict.fromkeys(modifier for kind in kinds for modifier in kind.modifiers)
        stated = [modifier for modifier in known if self.graph.terms(shape, modifier)]
        for kind in kinds:
            if set(stated) <= set(kind.modifiers):
                return kind
        first = max(kinds, key=lambda kind: sum(modifier in kind.modifiers for modifier in stated))
        odd = next(modifier for modifier in stated if modifier not in first.modifiers)
        others = ", ".join(modifier for modifier in stated if modifier in first.modifiers and modifier != "sh:minCount")
        raise self.error(
            shape, f"{odd} stands beside {others or constraint}", f"Keep one of them: {odd} asks another thing.", odd
        )

    def members(self, shape: str, predicate: str) -> tuple[Criterion, ...]:
        heads = self.graph.terms(shape, predicate)
        members = self.listed(heads[0]) if len(heads) == 1 and isinstance(heads[0], str) else []
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

    def listed(self, head: str) -> list[Term]:
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

    def act(self, shape: str, predicate: str, kind: ActKind) -> Act:
        """What a shape, or an item of a screen, asks about as done or taken; it is kept in `acts`. Raises CriterionError."""
        act = Act(kind, self.one_of(shape, predicate, self.interventions, "intervention"))
        self.acts[act] = None
        return act

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

    def act(self, predicate: str, kind: ActKind) -> str:
        return self.reader.act(self.node, predicate, kind).intervention

    def measurement(self, predicate: str) -> str:
        found = self.reader.one_of(self.node, predicate, self.reader.valued, "measurement or coded property")
        if isinstance(thing := self.reader.valued[found], CodedProperty):
            what = f"{shorten(found)} is a coded property, and its criterion names no values"
            raise self.error(what, f"Say which: sh:in ( {quoted(thing.codes)} ), or some of these.", predicate)
        return found

    def coded(self, predicate: str) -> tuple[str, tuple[str, ...]]:
        found = self.reader.one_of(self.node, predicate, self.reader.valued, "measurement or coded property")
        thing = self.reader.valued[found]
        if isinstance(thing, Measurement):
            what, mend = f"{shorten(found)} is a measurement, which has numbers", "Give a range, as sh:minInclusive 50."
            raise self.error(what, mend, "sh:in", kind="wrong-kind")
        return found, thing.codes

    def codes(self, predicate: str, possible: tuple[str, ...]) -> frozenset[str]:
        return listed_codes(self.reader, self.node, predicate, possible)

    def duration(self, measurement: str) -> str:
        thing = self.reader.valued[measurement]
        return thing.unit if isinstance(thing, Measurement) and thing.unit in DAYS else ""

    def unit(self, measurement: str) -> str:
        thing = self.reader.valued[measurement]
        return thing.unit if isinstance(thing, Measurement) else ""

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
