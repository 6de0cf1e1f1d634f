"""Knowledge + Case → Decision: a verdict for every recommendation, with its proof (design sections 5 and 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from engine.inference.case import CaseEncoder
from engine.inference.explanation import CONFLICTING, FALSE, TRUE, UNKNOWN, Explainer, Facts, minimal
from engine.inference.program import Program, compile_program
from engine.inference.questions import Open, Questioner
from engine.knowledge.reader import expand
from engine.model import (
    Assessment,
    AssessedCondition,
    Case,
    Change,
    DecidedRecommendation,
    Decision,
    Exclusion,
    Knowledge,
    KnowledgeVersion,
    Notice,
    Proof,
    Recommendation,
    Rule,
    ShownPosition,
    ShownTension,
    SourceGap,
    Tension,
    TRUTHS,
    URGENCIES,
)

DISCLAIMER = (
    "Decision support for clinicians, not a medical device and no substitute for clinical judgement. "
    "The sources have not been confirmed as reviewed; check every statement before use."
)
VERDICTS = ("indicated", "conflicting", "provisional", "overridden", "undetermined", "not-indicated", "out-of-scope")
"""In the order in which a decision lists them."""
QUIET = frozenset(("not-indicated", "out-of-scope"))
ASSESSED = ("undetermined", "suspected", "not-suspected", "conflicting")
SIDE_RANK = len(URGENCIES) + 1
"""Questions that cannot make a rule hold, only displace or leave it open, come after all that can."""


def verdict_of(outside: int, conflict: int, holds: int, refuted: int, displaced: int, left_open: int) -> str:
    """The verdict that one bit of each of the program's VERDICT_PLANES makes (the table of design section 5)."""
    if outside:
        return "out-of-scope"
    if conflict:
        return "conflicting"
    if refuted:
        return "not-indicated"
    if not holds:
        return "undetermined"
    if displaced:
        return "overridden"
    return "provisional" if left_open else "indicated"


_VERDICT_TABLE = tuple(verdict_of(*((number >> bit) & 1 for bit in range(6))) for number in range(64))


class _Prepared(NamedTuple):
    """What never changes about a recommendation."""

    rule: Recommendation
    fixed: Mapping[str, Any]
    texts: tuple[str, str]
    slots: tuple[int, ...]
    overriding: tuple[Recommendation, ...]
    strict: frozenset[str]
    leaving: tuple[Rule, ...]
    rank: int
    sets_urgency: bool


class Engine:
    """The compiled knowledge, ready to decide cases; immutable, so that it may be shared between threads."""

    def __init__(self, knowledge: Knowledge, stale: Iterable[str] = ()) -> None:
        """`stale` are ids of passages whose text has changed since they were paraphrased."""
        self.knowledge = knowledge
        self.program: Program = compile_program(knowledge)
        self.facts = Facts(self.program)
        self._encoder = CaseEncoder(self.program)
        self._questioner = Questioner(self.facts)
        self._stale = frozenset(stale)
        self._version = KnowledgeVersion(version=knowledge.version, digest=knowledge.digest)
        self._exclusions = [rule for rule in knowledge.rules.values() if isinstance(rule, Exclusion)]
        self._gaps = [rule for rule in knowledge.rules.values() if isinstance(rule, SourceGap)]
        self._tensions = [
            rule for rule in knowledge.rules.values() if isinstance(rule, Tension) and rule.criterion is not None
        ]
        self._recommendations = sorted(self._prepare(), key=lambda entry: (entry.rank, entry.rule.modality != "must", entry.rule.id))
        self._conditions = [
            (iri, knowledge.conditions[iri], rules) for iri, rules in self.facts.assessing.items() if rules
        ]
        self._pending_review = {
            iri: Notice(
                code="review-pending",
                message=f"{source.number} ({source.title}): review status is {source.review_status}. {source.review_note}",
                about=(source.number,),
            )
            for iri, source in knowledge.sources.items()
            if source.review_status != "reviewed"
        }
        self._inferred = self._inferred_citations()

    # Deciding --------------------------------------------------------------------------------

    def verdicts(self, case: Case) -> dict[str, str]:
        """Recommendation id → verdict: the program alone, without explanations."""
        planes = self.program.run(self._encoder.planes(case))
        return {entry.rule.id: _verdict(planes, entry.slots) for entry in self._recommendations}

    def decide(self, case: Case, include_all: bool = False) -> Decision:
        """Decide and explain one case.

        By default recommendations that are not indicated or out of scope are left out; `include_all` gives every rule a
        verdict. Same case and same knowledge give the same Decision.
        """
        planes = self.program.run(self._encoder.planes(case))
        explainer = Explainer(self.facts, case, planes)
        decided = [(entry, _verdict(planes, entry.slots)) for entry in self._recommendations]
        live = [(entry, verdict) for entry, verdict in decided if verdict not in QUIET]
        shown = decided if include_all else live
        excluded = [rule for rule in self._exclusions if explainer.rule_truth(rule) == TRUE]
        everywhere = any(not rule.source for rule in excluded)
        by_verdict: dict[str, list[DecidedRecommendation]] = {verdict: [] for verdict in VERDICTS}
        for entry, verdict in shown:
            by_verdict[verdict].append(self._recommendation(entry, verdict, explainer, case.audience == "patient"))
        verdicts = {entry.rule.iri: verdict for entry, verdict in decided}
        return Decision(
            id=self._id(case),
            knowledge=self._version,
            case=case,
            urgency=_urgency(live),
            assessments=tuple(self._assessments(explainer, everywhere, include_all)),
            recommendations=tuple(entry for verdict in VERDICTS for entry in by_verdict[verdict]),
            questions=() if everywhere else self._questions(live, explainer, case),
            tensions=() if everywhere else tuple(self._shown_tensions(explainer, verdicts)),
            notices=tuple(self._notices(case, explainer, live, excluded)),
            disclaimer=DISCLAIMER,
        )

    def explainer(self, case: Case) -> Explainer:
        """The explanation of one case, for those who need more than a Decision holds."""
        return Explainer(self.facts, case, self.program.run(self._encoder.planes(case)))

    # Parts of a decision ---------------------------------------------------------------------

    def _id(self, case: Case) -> str:
        return hashlib.sha256(msgspec.json.encode(case) + self.knowledge.digest.encode()).hexdigest()

    def _recommendation(
        self, entry: _Prepared, verdict: str, explainer: Explainer, for_patient: bool
    ) -> DecidedRecommendation:
        rule = entry.rule
        overridden_by = left_open_by = ()
        if verdict in ("overridden", "provisional", "conflicting"):
            overridden_by = tuple(other.id for other in entry.overriding if explainer.rule_truth(other) & TRUE)
            left_open_by = tuple(other.id for other in entry.leaving if explainer.rule_truth(other) & TRUE) + tuple(
                other.id for other in entry.overriding if other.id in entry.strict and explainer.rule_truth(other) == UNKNOWN
            )
        return DecidedRecommendation(
            **entry.fixed,
            text=entry.texts[for_patient],
            verdict=verdict,  # type: ignore[arg-type]
            overridden_by=overridden_by,
            left_open_by=left_open_by,
            missing=self.facts.decode(self._missing(entry, verdict, explainer)),
            flips=tuple(map(self.facts.decode_changes, self._flips(entry, verdict, explainer))),
            explanation=explainer.rule_proof(rule),
        )

    def _missing(self, entry: _Prepared, verdict: str, explainer: Explainer) -> int:
        """The unknown facts that would settle the verdict."""
        if verdict in ("undetermined", "conflicting"):
            return explainer.open_of_rule(entry.rule)
        missing = 0
        if verdict == "provisional":
            for other in entry.overriding:
                if other.id in entry.strict and explainer.rule_truth(other) == UNKNOWN:
                    missing |= explainer.open_of_rule(other)
        return missing

    def _flips(self, entry: _Prepared, verdict: str, explainer: Explainer) -> list[int]:
        """Minimal changes that give another verdict."""
        rule = entry.rule
        if verdict == "out-of-scope":
            return explainer.changes(rule.scope, TRUE) if explainer.truth_or_true(rule.scope) != TRUE else []
        if explainer.scope_pending(rule):
            return explainer.changes(rule.scope, FALSE)
        if verdict == "not-indicated":
            return explainer.changes(rule.criterion, TRUE)
        to_false = [*explainer.changes(rule.criterion, FALSE), *explainer.changes(rule.scope, FALSE)]
        if verdict == "undetermined":
            return minimal([*explainer.changes(rule.criterion, TRUE), *to_false])
        if verdict == "conflicting":
            return minimal([*explainer.changes(rule.criterion, TRUE), *to_false])
        others = []
        if verdict == "overridden":
            holding = [other for other in entry.overriding if explainer.rule_truth(other) & TRUE]
            others = explainer.all_of([explainer.changes_of_rule(other, FALSE) for other in holding])
        elif verdict in ("indicated", "provisional"):
            for other in entry.overriding:
                others += explainer.changes_of_rule(other, TRUE)
        if verdict == "indicated":
            for other in entry.leaving:
                others += explainer.changes_of_rule(other, TRUE)
        if verdict == "provisional":
            blocking = [explainer.changes_of_rule(other, FALSE) for other in entry.leaving if explainer.rule_truth(other) & TRUE]
            blocking += [
                explainer.changes_of_rule(other, FALSE)
                for other in entry.overriding
                if other.id in entry.strict and explainer.rule_truth(other) == UNKNOWN
            ]
            others += explainer.all_of(blocking)
        return minimal([*to_false, *others])

    def _assessments(self, explainer: Explainer, everywhere: bool, include_all: bool) -> Iterator[AssessedCondition]:
        for iri, concept, rules in self._conditions:
            speaking = [rule for rule in rules if rule.scope is None or explainer.truth(rule.scope) != FALSE]
            truth = explainer.suspicion(iri)
            verdict = ASSESSED[truth] if speaking and not everywhere else "out-of-scope"
            if verdict == "out-of-scope" and not include_all:
                continue
            carrying = [rule for rule in speaking if truth & TRUE and explainer.rule_truth(rule) & TRUE] or speaking
            explanation = Proof(
                iri=iri,
                label=f"{concept.label} suspected",
                operator="suspected",
                truth=TRUTHS[truth],
                children=tuple(map(explainer.rule_proof, carrying)),
            )
            missing = 0
            if verdict in ("undetermined", "conflicting"):
                for rule in speaking:
                    missing |= explainer.open_of_rule(rule)
            yield AssessedCondition(
                condition=concept.code,
                iri=iri,
                label=concept.label,
                verdict=verdict,  # type: ignore[arg-type]
                missing=self.facts.decode(missing),
                passages=_carrying_passages(explanation) if truth & TRUE else _rule_passages(carrying),
                explanation=explanation,
            )

    def _questions(self, live: list[tuple[_Prepared, str]], explainer: Explainer, case: Case) -> tuple[Any, ...]:
        opens: list[Open] = []
        for entry, _ in live:
            rule = entry.rule
            opens.append(Open(rule, explainer.open_of_rule(rule), entry.rank))
            if explainer.scope_pending(rule):
                continue
            side = 0
            for other in (*entry.overriding, *entry.leaving, *self._exclusions):
                side |= explainer.open_of_rule(other)
            opens.append(Open(rule, side, SIDE_RANK))
        for _, _, rules in self._conditions:
            for assessment in rules:
                opens.append(Open(assessment, explainer.open_of_rule(assessment), SIDE_RANK - 1))
        return self._questioner.questions(opens, case.audience == "patient")

    def _shown_tensions(self, explainer: Explainer, verdicts: Mapping[str, str]) -> Iterator[ShownTension]:
        for tension in self._tensions:
            if explainer.rule_truth(tension) & TRUE:
                yield ShownTension(
                    id=tension.id,
                    iri=tension.iri,
                    label=tension.label,
                    handling=tension.handling,
                    positions=tuple(
                        ShownPosition(
                            label=position.label,
                            recommendation=self.knowledge.rules[position.recommendation].id if position.recommendation else "",
                            verdict=verdicts.get(position.recommendation, ""),
                            passages=position.passages,
                        )
                        for position in tension.positions
                    ),
                )

    # Notices ---------------------------------------------------------------------------------

    def _notices(
        self, case: Case, explainer: Explainer, live: list[tuple[_Prepared, str]], excluded: list[Exclusion]
    ) -> Iterator[Notice]:
        yield from self._contradictions(case, explainer)
        for exclusion in excluded:
            yield Notice(code="out-of-scope", message=exclusion.text, about=(exclusion.id,))
        if not live and not excluded:
            yield Notice(
                code="out-of-scope",
                message="No source speaks about this patient: none of the presentations that they cover is recorded.",
                about=tuple(source.number for source in self.knowledge.sources.values()),
            )
        if not any(not rule.source for rule in excluded):
            for gap in self._gaps:
                if explainer.rule_truth(gap) & TRUE:
                    yield Notice(code="source-gap", message=gap.text, about=(gap.id, *gap.passages))
        used = dict.fromkeys(entry.rule.source for entry, verdict in live if verdict != "undetermined")
        for source in used:
            if source in self._pending_review:
                yield self._pending_review[source]
            if source in self._inferred:
                yield self._inferred[source]
        if self._stale:
            stale = sorted({passage for entry, _ in live for passage in entry.rule.passages} & self._stale)
            if stale:
                yield Notice(
                    code="stale-passage",
                    message="The text of these passages has changed since the rules were written; check them before use.",
                    about=tuple(stale),
                )

    def _contradictions(self, case: Case, explainer: Explainer) -> Iterator[Notice]:
        both = sorted(set(case.present) & set(case.absent))
        for code in both:
            yield Notice(
                code="contradictory-input", message=f"{code} is recorded both present and absent: reconcile it.", about=(code,)
            )
        if not both:
            clashing = [
                concept.code for iri, concept in self.knowledge.findings.items() if explainer.finding_state(iri) == CONFLICTING
            ]
            if clashing:
                yield Notice(
                    code="contradictory-input",
                    message=f"The record contradicts itself about {', '.join(clashing)}: what is recorded present implies "
                    "what is recorded absent, or a derived finding says the opposite. Reconcile it.",
                    about=tuple(clashing),
                )

    # Preparation -----------------------------------------------------------------------------

    def _prepare(self) -> Iterator[_Prepared]:
        knowledge = self.knowledge
        screens = set(knowledge.hierarchy.narrower.get(expand("intervention:ClinicalAssessment"), ()))
        citations = {passage.id: passage.citations for passage in knowledge.passages.values()}
        recommendations = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
        for rule in recommendations:
            overriding = tuple(o for o in recommendations if rule.iri in o.overrides or rule.iri in o.overrides_if_known)
            urgency = URGENCIES.index(rule.urgency)
            yield _Prepared(
                rule=rule,
                fixed={
                    "id": rule.id,
                    "iri": rule.iri,
                    "label": rule.label,
                    "direction": rule.direction,
                    "intervention": knowledge.interventions[rule.intervention].code,
                    "modality": rule.modality,
                    "urgency": rule.urgency,
                    "timing": rule.timing,
                    "source": knowledge.sources[rule.source].number if rule.source else "",
                    "passages": rule.passages,
                    "citations": tuple(sorted({n for passage in rule.passages for n in citations[passage]})),
                    "overrides": tuple(knowledge.rules[iri].id for iri in (*rule.overrides, *rule.overrides_if_known)),
                },
                texts=(rule.text, rule.patient_text or rule.text),
                slots=self.program.verdicts[rule.iri],
                overriding=overriding,
                strict=frozenset(other.id for other in overriding if rule.iri in other.overrides),
                leaving=tuple(
                    other
                    for other in knowledge.rules.values()
                    if isinstance(other, SourceGap | Tension) and rule.iri in other.leaves_open
                ),
                rank=urgency if rule.direction == "for" else len(URGENCIES),
                sets_urgency=rule.direction == "for" and rule.intervention not in screens,
            )

    def _inferred_citations(self) -> dict[str, Notice]:
        numbers: dict[str, list[int]] = {}
        for citation in self.knowledge.citations:
            numbers.setdefault(citation.source, []).append(citation.number)
        return {
            iri: Notice(
                code="inferred-citation",
                message=f"The citation numbers of {self.knowledge.sources[iri].number} are as printed; which reference each "
                "of them means is inferred.",
                about=tuple(map(str, sorted(found))),
            )
            for iri, found in numbers.items()
        }


def _verdict(planes: tuple[Any, ...], slots: tuple[int, ...]) -> str:
    x, c, h, r, d, u = slots
    return _VERDICT_TABLE[planes[x] | planes[c] << 1 | planes[h] << 2 | planes[r] << 3 | planes[d] << 4 | planes[u] << 5]


def _urgency(live: list[tuple[_Prepared, str]]) -> Any:
    """The highest urgency of what is to be done; routine only once something beyond assessment is plainly indicated.

    Recommendations to assess do not count: how urgent a case is cannot be known before its screen.
    """
    counted = [(entry, verdict) for entry, verdict in live if entry.sets_urgency]
    for urgency in ("emergency", "urgent"):
        if any(entry.rule.urgency == urgency and verdict in ("indicated", "provisional") for entry, verdict in counted):
            return urgency
    orders = (entry.rule for entry, verdict in counted if verdict == "indicated" and entry.rule.modality != "may")
    return "routine" if any(rule.urgency == "routine" for rule in orders) else "undetermined"


def _carrying_passages(proof: Proof) -> tuple[str, ...]:
    """Passages of the nodes that hold, rules first."""
    found: dict[str, None] = {}

    def walk(node: Proof) -> None:
        if node.truth in ("true", "conflicting"):
            found.update(dict.fromkeys(node.passages))
            for child in node.children:
                walk(child)

    walk(proof)
    return tuple(found)


def _rule_passages(rules: Iterable[Assessment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(passage for rule in rules for passage in rule.passages))


__all__ = ["Change", "DISCLAIMER", "Engine", "verdict_of"]
