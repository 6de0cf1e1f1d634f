"""SHACL shape → criterion tree; refuses what lies outside the profile (`engine.knowledge.profile`)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spinegraph.engine.errors import CriterionError, KnowledgeError
from spinegraph.engine.knowledge.numbers import PLAIN, as_written, plain_number
from spinegraph.engine.knowledge.problems import ending, located_error, named, nearest
from spinegraph.engine.knowledge.profile import (
    BANDS,
    CONSTRAINTS,
    FACETS,
    Misuse,
    foreign_term,
    misplaced_modifier,
    misplaced_path,
    misplaced_shape,
)
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Term, expand, local_name, shorten
from spinegraph.engine.knowledge.units import DAYS
from spinegraph.engine.model import (
    Absent,
    And,
    AtLeast,
    Bound,
    Concept,
    Criterion,
    Hierarchy,
    Measured,
    Measurement,
    NotSuspected,
    Or,
    Present,
    Suspected,
    Unassessed,
)

DEEPEST = 50
"""So many shapes may stand inside each other."""


class CriterionReader:
    """Reads shapes of one graph; each shape once, and each mistake told once."""

    def __init__(
        self,
        graph: Graph,
        findings: Mapping[str, Concept],
        conditions: Mapping[str, Concept],
        measurements: Mapping[str, Measurement],
        hierarchy: Hierarchy,
    ) -> None:
        self._graph = graph
        self._findings = findings
        self._conditions = conditions
        self._measurements = measurements
        self._hierarchy = hierarchy
        self._read: dict[str, Criterion] = {}
        self._failed: dict[str, CriterionError] = {}
        self._open: list[str] = []
        self._parsers: Mapping[str, Callable[[str, dict[str, Any]], Criterion]] = {
            "core:present": self._present,
            "core:absent": lambda shape, told: Absent(finding=self._finding(shape, "core:absent"), **told),
            "core:unassessed": lambda shape, told: Unassessed(finding=self._finding(shape, "core:unassessed"), **told),
            "core:suspected": lambda shape, told: Suspected(condition=self._condition(shape, "core:suspected"), **told),
            "core:notSuspected": lambda shape, told: NotSuspected(condition=self._condition(shape, "core:notSuspected"), **told),
            "core:atLeast": self._at_least,
            "sh:and": lambda shape, told: And(children=self._members(shape, "sh:and"), **told),
            "sh:or": lambda shape, told: Or(children=self._members(shape, "sh:or"), **told),
            "sh:node": lambda shape, told: self._wrapped(shape, "sh:node", told),
            "sh:property": lambda shape, told: self._wrapped(shape, "sh:property", told),
            "sh:path": self._measured,
        }

    def read_condition(self, rule: str, shape: str) -> Criterion:
        """The criterion that a rule names by sh:condition. Raises CriterionError as `read`, and where that is no shape."""
        (condition,) = self._shapes(rule, "sh:condition", (shape,))
        return self.read(condition)

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
            predicate = next((made for holder, made in self._graph.mentions(shape) if holder == shape), "")
            what = f"{shorten(shape)} refers to itself"
            raise self._error(shape, what, "Break the circle of sh:node.", predicate, kind="circular")
        if len(self._open) >= DEEPEST:
            raise self._error(
                shape, f"More than {DEEPEST} shapes stand inside each other", "Name some of them.", kind="too-large"
            )
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
        predicates = self._graph.predicates(shape)
        if not predicates:
            raise self._nothing_there(shape)
        stated = [name for name in CONSTRAINTS if expand(name) in predicates]
        self._refuse(shape, foreign_term(self._graph, shape))
        self._refuse(shape, misplaced_modifier(self._graph, shape, stated))
        if "sh:path" in stated:
            self._refuse(shape, misplaced_path(self._graph, shape, stated))
        told: dict[str, Any] = {
            "iri": "" if shape.startswith("_:") else shape,
            "label": self._graph.text(shape, "rdfs:label"),
            "passages": tuple(map(local_name, self._graph.iris(shape, "prov:wasDerivedFrom"))),
        }
        if not stated:
            raise self._error(shape, f"{shorten(shape)} states no criterion", "Give it one of " + ", ".join(CONSTRAINTS) + ".")
        if len(stated) == 1:
            return self._parsers[stated[0]](shape, told)
        return And(children=tuple(self._parsers[name](shape, {}) for name in stated), **told)

    def _present(self, shape: str, told: dict[str, Any]) -> Criterion:
        inconclusive = self._graph.flag(shape, "core:absenceInconclusive")
        return Present(finding=self._finding(shape, "core:present"), absence_inconclusive=inconclusive, **told)

    def _at_least(self, shape: str, told: dict[str, Any]) -> Criterion:
        if not self._graph.terms(shape, "core:of"):
            what, mend = "core:atLeast stands without core:of", "Add core:of and a finding."
            raise self._error(shape, what, mend, "core:atLeast", lacks=("core:of",))
        group = self._one_of(shape, "core:of", self._findings, "finding")
        members = tuple(Present(finding=child) for child in self._hierarchy.children.get(group, ()))
        count = self._number(shape, "core:atLeast") or 0.0
        if not (1 <= count <= len(members) and count.is_integer()):
            raise self._error(
                shape,
                f"core:atLeast {count:g} of {shorten(group)}, which has {len(members)} direct subclasses",
                f"Use a whole number from 1 to {len(members)}.",
                "core:atLeast",
            )
        return AtLeast(count=int(count), group=group, members=members, **told)

    def _measured(self, shape: str, told: dict[str, Any]) -> Criterion:
        path = self._one_of(shape, "sh:path", self._measurements, "measurement")
        if self._number(shape, "sh:minCount") != 1:
            raise self._error(
                shape,
                f"The criterion on {shorten(path)} would also hold where nothing was measured",
                "Add sh:minCount 1: a value that is not known is in no range.",
                "sh:minCount" if self._graph.terms(shape, "sh:minCount") else "sh:path",
            )
        lower = self._bound(shape, "sh:minInclusive", "sh:minExclusive", "core:indeterminateFrom")
        upper = self._bound(shape, "sh:maxInclusive", "sh:maxExclusive", "core:indeterminateTo")
        bounds_cross = (
            lower
            and upper
            and (lower.value > upper.value or (lower.value == upper.value and not (lower.inclusive and upper.inclusive)))
        )
        band_backwards = (lower and lower.other is not None and lower.other > lower.value) or (
            upper and upper.other is not None and upper.other < upper.value
        )
        if bounds_cross or band_backwards:
            raise self._error(
                shape,
                f"The range on {shorten(path)} is empty or its band runs backwards",
                "Swap the numbers.",
                next(name for name in (*BANDS, *FACETS) if self._graph.terms(shape, name)),
                kind="impossible-range",
            )
        unit = self._measurements[path].unit
        return Measured(measurement=path, unit=unit if unit in DAYS else "", lower=lower, upper=upper, **told)

    def _bound(self, shape: str, inclusive: str, exclusive: str, band: str) -> Bound | None:
        including, excluding = self._number(shape, inclusive), self._number(shape, exclusive)
        other = self._number(shape, band)
        value = including if including is not None else excluding
        if including is not None and excluding is not None:
            raise self._error(shape, f"Both {inclusive} and {exclusive} are given", "Keep one of them.", exclusive)
        if value is None:
            if other is not None:
                raise self._error(
                    shape, f"{band} without {inclusive} or {exclusive}", "Give the bound that the band belongs to.", band
                )
            return None
        return Bound(value=value, inclusive=including is not None, other=other)

    def _members(self, shape: str, predicate: str) -> tuple[Criterion, ...]:
        heads = self._graph.terms(shape, predicate)
        members = self._listed(heads[0]) if len(heads) == 1 and isinstance(heads[0], str) else []
        if not members:
            raise self._error(
                shape, f"{predicate} needs one list with at least one shape", "Write e.g. sh:or ( [ … ] [ … ] ).", predicate
            )
        return self._read_all(self._shapes(shape, predicate, members))

    def _shapes(self, subject: str, predicate: str, targets: Iterable[Term]) -> list[str]:
        """What something refers to as shapes. Raises CriterionError where a SHACL engine would take it as none."""
        found = []
        for target in targets:
            wrong = misplaced_shape(self._graph, predicate, target, self._findings)
            direct = target in self._graph.terms(subject, predicate)
            self._refuse(subject, wrong and wrong._replace(predicate=predicate), target if direct else None)
            found.append(str(target))
        return found

    def _refuse(self, shape: str, wrong: Misuse | None, value: Term | None = None) -> None:
        if wrong is not None:
            raise self._error(shape, wrong.what, wrong.mend, wrong.predicate, value, kind=wrong.kind, lacks=wrong.lacks)

    def _listed(self, head: str) -> list[Term]:
        try:
            return list(self._graph.items(head))
        except KnowledgeError as error:
            raise CriterionError(error.what, where=error.where, mend=error.mend, kind=error.kind, about=error.about) from error

    def _wrapped(self, shape: str, predicate: str, told: dict[str, Any]) -> Criterion:
        inner = self._read_all(self._shapes(shape, predicate, self._graph.terms(shape, predicate)))
        if len(inner) != 1:
            return And(children=inner, **told)
        if not any(told.values()):
            return inner[0]
        return And(children=inner, **told) if inner[0].iri else _relabelled(inner[0], told)

    def _finding(self, shape: str, predicate: str) -> str:
        return self._one_of(shape, predicate, self._findings, "finding")

    def _condition(self, shape: str, predicate: str) -> str:
        return self._one_of(shape, predicate, self._conditions, "condition")

    def _one_of(self, shape: str, predicate: str, known: Mapping[str, Any], kind: str) -> str:
        values = self._graph.terms(shape, predicate)
        if len(values) == 1 and values[0] in known:
            return str(values[0])
        shown = " and ".join(as_written(value, named(str(value))) for value in values) or "nothing"
        near = difflib.get_close_matches(shown, map(shorten, known), n=3) if len(values) == 1 else []
        unheard = len(values) == 1 and isinstance(values[0], str) and not self._graph.predicates(values[0])
        raise self._error(
            shape,
            f"{predicate} needs one {kind}, not {shown}" + (f"; nearest: {', '.join(near)}" if near else ""),
            f"Use the IRI of a {kind} that the ontology declares.",
            predicate,
            values[0] if len(values) == 1 else None,
            kind="dangling-iri" if unheard else "wrong-kind",
        )

    def _number(self, shape: str, predicate: str) -> float | None:
        values: list[Term] = self._graph.terms(shape, predicate)
        if not values:
            return None
        number = plain_number(values[0]) if len(values) == 1 else None
        if number is None:
            shown = " and ".join(as_written(value, named(str(value))) for value in values)
            value = values[0] if len(values) == 1 else None
            raise self._error(shape, f"{predicate} needs one number, not {shown}", PLAIN, predicate, value, kind="wrong-kind")
        return number

    def _nothing_there(self, shape: str) -> CriterionError:
        """A shape that is named and that nothing describes, told where it is named."""
        subject, predicate = next(iter(self._graph.mentions(shape)), (shape, ""))
        meant = nearest(shape, self._graph.of_class("sh:NodeShape"))
        return self._error(
            subject,
            f"There is no shape {shorten(shape)}{ending(meant)}" if not shape.startswith("_:") else "This shape is empty.",
            "Define it, or mend the name.",
            predicate,
            shape if predicate else None,
            kind="dangling-iri" if not shape.startswith("_:") else "outside-profile",
            meant=meant,
        )

    def _error(
        self,
        shape: str,
        what: str,
        mend: str,
        predicate: str = "",
        value: Term | None = None,
        kind: str = "outside-profile",
        **terms: object,
    ) -> CriterionError:
        known = (named for named in (shape, *reversed(self._open)) if self._graph.predicates(named))
        at = next(known, shape)
        sentence = what if what.endswith((".", "?")) else what + "."
        made, named = (predicate, value) if at == shape else ("", None)
        return located_error(self._graph, CriterionError, sentence, mend, kind, at, made, named, **terms)


def _relabelled(criterion: Criterion, told: dict[str, Any]) -> Criterion:
    fields = {name: getattr(criterion, name) for name in criterion.__struct_fields__}
    fields |= {key: value for key, value in told.items() if value}
    return type(criterion)(**fields)


def is_monotone(criterion: Criterion) -> bool:
    """Whether more knowledge can never take the criterion's truth back: no core:unassessed anywhere in it."""
    return all(node.monotone for node in criterion.walk())
