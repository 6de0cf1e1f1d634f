"""Graph → rules: each kind from its statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from spinegraph.engine.errors import CriterionError, VocabularyError, shortened
from spinegraph.engine.knowledge.build.criteria import CriterionReader
from spinegraph.engine.knowledge.build.named import known_iris
from spinegraph.engine.knowledge.build.statements import read_statements
from spinegraph.engine.knowledge.numbers import as_written, plain_number
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, Term, Text, expand, local_name, shorten
from spinegraph.engine.model import (
    URGENCIES,
    And,
    Assessment,
    Criterion,
    DerivedFinding,
    Exclusion,
    Position,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME_RULE = "Name the rule by its IRI, without quotation marks: rule:…."
LARGEST_ORDER = 10**8


WORDS: Mapping[str, tuple[str, ...]] = {
    "core:direction": ("for", "against"),
    "core:modality": ("must", "should", "may"),
    "core:urgency": URGENCIES,
    "core:resolution": ("exposed", "resolved"),
    "core:strength": ("strong", "weak"),
    "core:certainty": ("high", "moderate", "low", "veryLow"),
}
"""The words that some predicates of a rule can have, as local names."""


def words_of(predicate: str) -> str:
    """What can be written after a predicate: "core:for or core:against"."""
    *most, last = (f"core:{word}" for word in WORDS[predicate])
    return f"{', '.join(most)} or {last}"


def passage_ids(graph: Graph, iri: str) -> tuple[str, ...]:
    """Ids of the passages that something is derived from."""
    return tuple(map(local_name, graph.iris(iri, "prov:wasDerivedFrom")))


def build_rules(graph: Graph, shapes: CriterionReader, problems: Problems) -> Iterable[Rule]:
    """Every rule of the graph that is whole, kind by kind; what the others lack is noted."""
    for kind, build in BUILDERS.items():
        for iri in graph.of_class(kind):
            before = len(problems)
            reader = _RuleReader(graph, iri, kind, problems)
            built = build(reader, _common(reader, shapes))
            if len(problems) == before:
                yield built


class _RuleReader:
    """What the graph tells of one rule. What is missing or of the wrong kind is noted, and read as something that fits."""

    def __init__(self, graph: Graph, iri: str, kind: str, problems: Problems) -> None:
        self.graph = graph
        self.iri = iri
        self.kind = kind
        self.problems = problems

    def refuse(self, what: str, mend: str, kind: str, predicate: str = "", value: Term | None = None) -> None:
        self.problems.report(VocabularyError, what, mend, kind, self.iri, predicate, value)

    def text(self, predicate: str, language: str = "en") -> str:
        return self.graph.text(self.iri, predicate, language)

    def iris(self, predicate: str) -> tuple[str, ...]:
        return self.graph.iris(self.iri, predicate)

    def rules(self, predicate: str) -> tuple[str, ...]:
        """The rules that this one acts on. A text names none of them."""
        for term in self.graph.terms(self.iri, predicate):
            if isinstance(term, Text):
                what = f"{shorten(self.iri)}: {predicate} is {as_written(term, '')}, which names no rule."
                mend = f"Write rule:{term.value}, without quotation marks." if _NAME.fullmatch(term.value) else NAME_RULE
                self.refuse(what, mend, "wrong-kind", predicate, term)
        return self.iris(predicate)

    def required(self, predicate: str, what: str = "") -> str:
        """The IRI that a rule has to have; `what` says of what kind, for the advice."""
        value = self.graph.iri(self.iri, predicate)
        mend = f"Write {predicate} {what or 'and an IRI'}."
        if not value and (there := self.graph.terms(self.iri, predicate)):
            self._not_whole(f"{predicate} is {as_written(there[0], '')}, where an IRI is needed", mend, predicate, there[0])
        elif not value:
            self._not_whole(f"{predicate} is missing", mend.replace("Write", "Add"), predicate)
        return value

    def word(self, predicate: str) -> Any:
        """One of the words that a predicate can have."""
        allowed, listed = WORDS[predicate], words_of(predicate)
        value = self.required(predicate, listed)
        if value and local_name(value) not in allowed:
            named = f"{predicate} is core:{local_name(value)}, which is none of {', '.join(allowed)}"
            self._not_whole(named, f"Write {predicate} {listed}.", predicate, value)
        return local_name(value) if local_name(value) in allowed else allowed[0]

    def order(self) -> int:
        (value, *_) = self.graph.terms(self.iri, "sh:order") or ("",)
        number = plain_number(value) if value else 0.0
        if number is None or not number.is_integer() or abs(number) > LARGEST_ORDER:
            text = value.value if isinstance(value, Text) else value
            mend = "Write 10 for a derived finding, 20 for an assessment, 30 for everything else."
            self._not_whole(f"sh:order is {shortened(text)}, which is no whole number", mend, "sh:order", value)
            return 0
        return int(number)

    def _not_whole(self, why: str, mend: str, predicate: str, value: Term | None = None) -> None:
        self.refuse(
            f"{shorten(self.iri)} is not a whole {self.kind.removeprefix('core:')}: {why}.",
            mend,
            "incomplete-rule",
            predicate,
            value,
        )


def _common(reader: _RuleReader, shapes: CriterionReader) -> dict[str, Any]:
    scopes, conditions = reader.iris("core:scope"), reader.iris("sh:condition")
    if len(scopes) > 1:
        reader.refuse(
            f"{shorten(reader.iri)} has {len(scopes)} scopes.",
            "Join them in one shape with sh:and or sh:or.",
            "incomplete-rule",
            "core:scope",
            scopes[1],
        )
    scope = scopes[0] if scopes else ""
    kinds = reader.graph.iris(scope, "rdf:type") if scope else ()
    if kinds and expand("sh:NodeShape") not in kinds:
        what = f"{shorten(reader.iri)} names {shorten(scope)} as its scope, which is no criterion."
        reader.refuse(what, "Name a sh:NodeShape that says for whom the rule is.", "wrong-kind", "core:scope", scope)
    elif scope and scope not in conditions:
        reader.refuse(
            f"{shorten(reader.iri)} names {shorten(scope)} as its scope but does not require it.",
            "Add the scope to sh:condition, so that every SHACL engine sees it.",
            "incomplete-rule",
            "core:scope",
            scope,
        )
    criteria = {shape: criterion for shape in conditions if (criterion := _criterion(reader, shapes, shape)) is not None}
    others = tuple(criterion for shape, criterion in criteria.items() if shape != scope)
    return {
        "iri": reader.iri,
        "id": local_name(reader.iri),
        "label": reader.text("rdfs:label"),
        "source": reader.graph.iri(reader.iri, "core:source"),
        "scope": criteria.get(scope),
        "criterion": others[0] if len(others) == 1 else And(children=others) if others else None,
        "order": reader.order(),
        "passages": passage_ids(reader.graph, reader.iri),
        "rationale": reader.text("core:rationale"),
        "reading": reader.text("core:reading"),
    }


def _criterion(reader: _RuleReader, shapes: CriterionReader, shape: str) -> Criterion | None:
    try:
        return shapes.read_condition(reader.iri, shape)
    except CriterionError as error:
        reader.problems.keep(error)
        return None


def _derived(reader: _RuleReader, common: dict[str, Any]) -> Rule:
    return DerivedFinding(finding=reader.required("core:derives", "finding:…"), **common)


def _assessment(reader: _RuleReader, common: dict[str, Any]) -> Rule:
    return Assessment(condition=reader.required("core:assesses", "condition:…"), **common)


def _recommendation(reader: _RuleReader, common: dict[str, Any]) -> Rule:
    return Recommendation(
        direction=reader.word("core:direction"),
        modality=reader.word("core:modality"),
        urgency=reader.word("core:urgency"),
        intervention=reader.required("core:intervention", "intervention:…"),
        text=reader.text("core:text"),
        patient_text=reader.text("core:text", PATIENT),
        timing=reader.text("core:timing"),
        line=reader.graph.iri(reader.iri, "core:inLine"),
        overrides=reader.rules("core:overrides"),
        overrides_if_known=reader.rules("core:overridesIfKnown"),
        **read_statements(reader),
        **common,
    )


def _exclusion(reader: _RuleReader, common: dict[str, Any]) -> Rule:
    return Exclusion(text=reader.text("core:text"), patient_text=reader.text("core:text", PATIENT), **common)


def _gap(reader: _RuleReader, common: dict[str, Any]) -> Rule:
    return SourceGap(
        text=reader.text("core:text"),
        patient_text=reader.text("core:text", PATIENT),
        leaves_open=reader.rules("core:leavesOpen"),
        leaves_level_open=reader.graph.flag(reader.iri, "core:leavesLevelOpen"),
        **common,
    )


def _tension(reader: _RuleReader, common: dict[str, Any]) -> Rule:
    graph = reader.graph
    return Tension(
        definition=reader.text("skos:definition"),
        handling=reader.text("core:handling"),
        resolution=reader.word("core:resolution"),
        leaves_open=reader.rules("core:leavesOpen"),
        positions=tuple(
            Position(
                label=graph.text(node, "rdfs:label"),
                recommendation=graph.iri(node, "core:recommendation"),
                passages=passage_ids(graph, node),
            )
            for node in reader.iris("core:position")
        ),
        topics=tuple(known_iris(graph, reader.iri, "core:topic", graph.of_class("core:Topic"), "topic", reader.problems)),
        **common,
    )


BUILDERS = {
    "core:DerivedFinding": _derived,
    "core:Assessment": _assessment,
    "core:Exclusion": _exclusion,
    "core:Recommendation": _recommendation,
    "core:SourceGap": _gap,
    "core:Tension": _tension,
}
