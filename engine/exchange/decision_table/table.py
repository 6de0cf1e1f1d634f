"""Makes the decision table of a recommendation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.facts import compare
from spinegraph.engine.errors import VocabularyError, shortened
from spinegraph.engine.exchange.decision_table.model import (
    ActingRule,
    Column,
    DecisionTable,
    RowFact,
    TableRow,
    TableSource,
)
from spinegraph.engine.exchange.decision_table.ranges import ranges_of
from spinegraph.engine.exchange.decision_table.ways import MOST_WAYS, FactOf, Way, find_ways
from spinegraph.engine.knowledge.showing import choices_of
from spinegraph.engine.model import CaseValue, CodedProperty, Compared, Knowledge, Recommendation, Rule, Source
from spinegraph.engine.program.program import Program


def find_recommendation(knowledge: Knowledge, name: str) -> Recommendation:
    """The recommendation with an id. Raises VocabularyError with the nearest ids where there is none."""
    known = {rule.id: rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    raise VocabularyError(
        f"There is no recommendation {shortened(name)}" + (f"; nearest: {', '.join(near)}." if near else "."),
        mend="Give the id of a recommendation, as decisions name it.",
        terms={"nearest": near},
    )


def make_table(program: Program, rule: Recommendation, most: int = MOST_WAYS) -> DecisionTable:
    """The table of a recommendation, with `most` rows at most. Same knowledge, same table."""
    found = find_ways(program, rule, most)
    maker = _Maker(program)
    relations, knowledge = program.relations, program.knowledge
    source = knowledge.sources.get(rule.source)
    return DecisionTable(
        id=rule.id,
        iri=rule.iri,
        label=rule.label or rule.id,
        text=rule.text,
        direction=rule.direction,
        modality=rule.modality,
        urgency=rule.urgency,
        passages=rule.passages,
        source=_document(source) if source else None,
        columns=tuple(map(maker.column, _ordered(found.ways))),
        rows=tuple(map(maker.row, found.ways)),
        complete=found.complete,
        limit=most,
        overridden_by=_acting(relations.strict(rule)),
        overridden_if_known=_acting(relations.exceptions(rule)),
        left_open_by=_acting(relations.leaving(rule)),
        not_for=_acting(relations.excluding(rule)),
        contraindications=tuple(maker.column_of(one.finding) for one in relations.contraindications(rule)),
        knowledge=knowledge.version,
        digest=knowledge.digest,
        disclaimer=disclaimer_of([source] if source else knowledge.sources.values()),
    )


def _document(source: Source) -> TableSource:
    return TableSource(number=source.number, title=source.title, review_status=source.review_status)


def _ordered(ways: Sequence[Way]) -> list[str]:
    """Codes of the facts, those first that the most rows ask for."""
    asked = Counter(fact.code for way in ways for fact in way)
    return sorted(asked, key=lambda code: -asked[code])


def _acting(rules: Iterable[Rule]) -> tuple[ActingRule, ...]:
    return tuple(ActingRule(id=rule.id, iri=rule.iri, label=rule.label or rule.id) for rule in rules)


class _Maker:
    """Codes of one knowledge → what the table says of them."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._findings = {concept.code: iri for iri, concept in knowledge.findings.items()}
        self._valued = {thing.code: thing for thing in knowledge.valued.values()}
        self._knowledge = knowledge
        self._criteria = {
            code: [one.criterion for one in program.comparisons if one.measurement == thing.iri]
            for code, thing in self._valued.items()
        }

    def column(self, code: str) -> Column:
        """The column of a finding, measurement or coded value, by code."""
        if code in self._findings:
            return self.column_of(self._findings[code])
        thing = self._valued[code]
        if isinstance(thing, CodedProperty):
            return Column(code=code, iri=thing.iri, label=thing.label, kind="coded")
        return Column(code=code, iri=thing.iri, label=thing.label, kind="measurement", unit=thing.unit)

    def column_of(self, finding: str) -> Column:
        """The column of a finding, by IRI."""
        findings = self._knowledge.findings
        concept = findings[finding]
        below = [findings[iri] for iri in self._knowledge.hierarchy.narrower.get(finding, ()) if iri != finding]
        narrower = tuple(sorted(one.label for one in below if not one.derived_only))
        return Column(code=concept.code, iri=finding, label=concept.label, kind="finding", narrower=narrower)

    def row(self, way: Way) -> TableRow:
        """A way as a row."""
        return TableRow(facts=tuple(map(self._fact, way)))

    def _fact(self, fact: FactOf) -> RowFact:
        if fact.state != "measured":
            return RowFact(code=fact.code, state=fact.state)  # type: ignore[arg-type]
        thing = self._valued[fact.code]
        if isinstance(thing, CodedProperty):
            chosen = _seen_alike(self._criteria[fact.code], thing.codes, fact.values)
            choices = tuple(one for one in choices_of(thing, for_patient=False) if one.code in chosen)
            return RowFact(code=fact.code, state="measured", choices=choices)
        ranges = ranges_of(thing, self._criteria[fact.code], fact.values)
        return RowFact(code=fact.code, state="measured", ranges=ranges, example=float(fact.values[0]))


def _seen_alike(criteria: Sequence[Compared], codes: Iterable[str], values: Iterable[CaseValue]) -> set[str]:
    """The codes that the criteria see as they see one of these values."""
    seen = {tuple(compare(criterion, value) for criterion in criteria) for value in values}
    return {code for code in codes if tuple(compare(criterion, code) for criterion in criteria) in seen}
