"""Rules that reach patients of whom none of their passages speaks, or leave out some of whom one does (SG912)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Case, Criterion, Knowledge, Rule, Tension
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour

Side = Literal["wider", "narrower"]


class Compared(NamedTuple):
    """What rules have in common that are listed together.

    Their scope, the IRIs of the shapes of whom their passages speak, and what they say about how these were read.
    """

    scope: Criterion
    subjects: tuple[str, ...]
    reading: str


def other_subjects(analysis: Analysis) -> Iterator[Behaviour]:
    """Rules that are wider or narrower than the subject of their passages, together where scope and subjects are the same.

    Wider: the rule holds for a patient who is certainly none of those of whom its own passages speak. Its criterion counts, for
    it narrows down whom the rule reaches. Narrower: one of whom a passage speaks lies outside the scope; the criterion does not
    count, being what a passage says about its patients. The passages of scope and criterion speak for neither: a wide scope
    names what makes it wide.
    """
    for compared, rules in _compared(analysis.knowledge).items():
        inside, outside = _literals(analysis, compared)
        wider = [rule for rule in rules if analysis.exists(analysis.holds(rule), *outside)]
        if wider:
            asked = analysis.patients.one_of(map(analysis.holds, wider))
            patient = analysis.somebody(asked, *outside)
            analysis.patients.forget(asked)
            yield _listed(analysis, "wider", compared, wider, patient, _held(analysis, wider, patient))
        left_out = (inside, _refuted(analysis, compared.scope))
        if analysis.exists(*left_out):
            yield _listed(analysis, "narrower", compared, rules, analysis.somebody(*left_out), rules[0])


def _compared(knowledge: Knowledge) -> Mapping[Compared, list[Rule]]:
    """The rules with a scope all of whose passages say of whom they speak, in the order of the content."""
    subject_of = {
        passage.id: passage.subject or knowledge.sources[passage.source].subject for passage in knowledge.passages.values()
    }
    found: dict[Compared, list[Rule]] = {}
    for rule in knowledge.rules.values():
        subjects = {subject_of.get(passage, "") for passage in _passages(rule)}
        if rule.scope is not None and subjects and "" not in subjects:
            compared = Compared(rule.scope, tuple(sorted(subjects)), rule.reading or rule.scope.reading)
            found.setdefault(compared, []).append(rule)
    return found


def _passages(rule: Rule) -> Iterator[str]:
    """What the rule itself rests on."""
    yield from rule.passages
    for position in rule.positions if isinstance(rule, Tension) else ():
        yield from position.passages


def _literals(analysis: Analysis, compared: Compared) -> tuple[int, tuple[int, ...]]:
    """The literal of being one of whom a passage speaks, and those of being certainly none."""
    subjects = [analysis.knowledge.subjects[iri] for iri in compared.subjects]
    holding = (analysis.planes[analysis.program.pair(subject).holds] for subject in subjects)
    return analysis.circuit.any_of(holding), tuple(_refuted(analysis, subject) for subject in subjects)


def _refuted(analysis: Analysis, criterion: Criterion) -> int:
    return analysis.planes[analysis.program.pair(criterion).refuted]


def _held(analysis: Analysis, rules: list[Rule], patient: Case) -> Rule:
    """The first of the rules that holds for the patient."""
    planes = analysis.engine.explain(patient).planes
    return next((rule for rule in rules if planes[analysis.engine.program.rules[rule.iri].whole.holds]), rules[0])


def _listed(analysis: Analysis, side: Side, compared: Compared, rules: list[Rule], patient: Case, shown: Rule) -> Behaviour:
    scope = compared.scope
    return Behaviour(
        name="beside-passages",
        rule=scope.iri or rules[0].iri,
        others=tuple(rule.iri for rule in rules),
        message=side,
        terms={
            "rules": len(rules),
            "one": len(rules) == 1,
            "scope": shorten(scope.iri),
            "subjects": [shorten(iri) for iri in compared.subjects],
            "reading": compared.reading,
        },
        witness=analysis.witness(patient, ((shown, "holds" if side == "wider" else "refuted"),)),
    )
