"""SHACL shape → criterion tree; refuses what lies outside the profile (`engine.knowledge.profile`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

from msgspec import structs
from spinegraph.engine.criteria import KINDS
from spinegraph.engine.criteria.kind import Annotations, Kind
from spinegraph.engine.errors import CriterionError, KnowledgeError
from spinegraph.engine.knowledge.build.listed_codes import listed_codes, quoted
from spinegraph.engine.knowledge.build.scores import read_score
from spinegraph.engine.knowledge.build.values import ValueReader
from spinegraph.engine.knowledge.problems import ending, named, nearest
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
from spinegraph.engine.model import (
    Act,
    ActKind,
    And,
    Apart,
    CodedProperty,
    Concept,
    Criterion,
    Hierarchy,
    Measurement,
    Score,
    Window,
)
from spinegraph.engine.model.units import DAYS

Made = TypeVar("Made")
DEEPEST = 50
"""So many shapes may stand inside each other."""


_KINDS_OF = {kind.constraint: [other for other in KINDS if other.constraint == kind.constraint] for kind in KINDS}


class CriterionReader(ValueReader):
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
        super().__init__(graph)
        self.findings = findings
        self.conditions = conditions
        self.valued = valued
        self.interventions = interventions
        self.acts: dict[Act, None] = {}
        self.hierarchy = hierarchy
        self._read: dict[str, Criterion] = {}
        self._scores: dict[str, Score] = {}
        self._failed: dict[str, CriterionError] = {}

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
        if node in self.open:
            predicate = next((made for holder, made in self.graph.mentions(node) if holder == node), "")
            raise self.error(node, f"{shorten(node)} refers to itself", mend, predicate, kind="circular")
        if len(self.open) >= DEEPEST:
            raise self.error(node, f"More than {DEEPEST} shapes stand inside each other", "Name some of them.", kind="too-large")
        self.open.append(node)
        try:
            known[node] = make(node)
        except CriterionError as error:
            self._failed[node] = error
            raise
        finally:
            self.open.pop()
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

    def nodes(self, subject: str, predicate: str) -> list[str]:
        """The members of the one list that a statement names; none where there is no such list."""
        heads = self.graph.terms(subject, predicate)
        members = self.listed(heads[0]) if len(heads) == 1 and isinstance(heads[0], str) else []
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

    def dated_finding(self, predicate: str) -> str:
        found = self.finding(predicate)
        if self.reader.findings[found].derived_only:
            what = f"{shorten(found)} only follows from other facts, and so has no date"
            raise self.error(what, "Ask when that was of which it follows.", predicate, kind="wrong-kind")
        return found

    def event(self, predicate: str) -> tuple[str, Literal["", "performed"]]:
        if any(iri in self.reader.interventions for iri in self.reader.graph.terms(self.node, predicate)):
            return self.act(predicate, "performed"), "performed"
        return self.dated_finding(predicate), ""

    def window(self, predicate: str) -> Window:
        return self.reader.window(self.node, predicate)

    def distance(self, predicate: str) -> Apart:
        return self.reader.distance(self.node, predicate)

    def measurement(self, predicate: str) -> str:
        for score in self.reader.graph.of_class("core:Score"):
            if score in self.reader.graph.terms(self.node, predicate):
                what = f"{predicate} needs one measurement, not {shorten(score)}"
                mend = f"Write [ core:score {shorten(score)} ; core:atLeast … ]: a score is read by its own bounds."
                raise self.error(what, mend, predicate, "wrong-kind")
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

    def score(self, predicate: str) -> Score:
        known = dict.fromkeys(self.reader.graph.of_class("core:Score"))
        return self.reader.score(self.reader.one_of(self.node, predicate, known, "score"))

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
