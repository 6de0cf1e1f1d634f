"""An answer in the words of patients: everything that is not the name of something for programs (design section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import structs
from spinegraph.engine.criteria.words import in_points, tally_in_words
from spinegraph.engine.decide.disclaimer import disclaimer_for
from spinegraph.engine.messages import messages_of, noted
from spinegraph.engine.model import (
    Answer,
    AssessedCondition,
    DecidedRecommendation,
    Decision,
    Exclusion,
    Knowledge,
    Notice,
    NoticeCode,
    Proof,
    Question,
    Recommendation,
    ShortAssessment,
    ShownPosition,
    ShownRecommendation,
    ShownTension,
    SourceGap,
)
from spinegraph.engine.model.shown import ShownScreen

Shown = TypeVar("Shown", ShownRecommendation, DecidedRecommendation)
Assessed = TypeVar("Assessed", ShortAssessment, AssessedCondition)

NOTICES: Mapping[NoticeCode, str] = {
    "contradictory-input": noted("Some of your answers do not fit together. Please check them."),
    "out-of-scope": noted("Our texts do not cover this. Please ask a doctor."),
    "source-gap": noted("Our texts leave one point open that matters here. Please ask your doctor."),
    "review-pending": noted("The texts behind this have not been fully checked."),
    "inferred-citation": noted("Which publications the texts mean is not certain."),
    "stale-passage": noted("A text behind this has changed since it was read."),
    "no-usable-member": noted("Of what our texts name for this, nothing may suit you. Please ask a doctor."),
}
"""What a notice says where the content has no words of its own for patients."""
NOT_AGREED = noted("Our texts do not agree on one point here. Talk it over with your doctor.")
CAN_CHANGE = noted("Your answer can change what is advised.")
PARTS: Mapping[str, str] = {
    "and": noted("all of these"),
    "or": noted("one of these"),
    "at-least": noted("several of these"),
    "at-most": noted("few of these"),
}
"""What a step of a proof is called that has no name of its own for patients."""
STEP = noted("what this advice asks for")


class ForPatients:
    """Translates answers of one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        concepts = (*knowledge.findings.values(), *knowledge.conditions.values())
        self._names = {concept.code: concept.patient_label for concept in concepts}
        self._names |= {thing.code: thing.patient_label for thing in (*knowledge.valued.values(), *knowledge.scores.values())}
        self._interventions = {iri: concept.patient_label for iri, concept in knowledge.interventions.items()}
        self._rules = {rule.id: rule for rule in knowledge.rules.values()}
        self._say = messages_of(knowledge.language)
        self._disclaimer = disclaimer_for("patient", knowledge.sources.values(), self._say)

    def answer(self, answer: Answer) -> Answer:
        """The short view."""
        return structs.replace(
            answer,
            assessments=tuple(map(self._assessment, answer.assessments)),
            recommendations=tuple(map(self._shown, answer.recommendations)),
            screens=self.screens(answer.screens),
            tensions=tuple(map(self._tension, answer.tensions)),
            notices=tuple(map(self._notice, answer.notices)),
            passages={},
            disclaimer=self._disclaimer,
        )

    def decision(self, decision: Decision) -> Decision:
        """The full view."""
        return structs.replace(
            decision,
            assessments=tuple(map(self._assessed, decision.assessments)),
            recommendations=tuple(map(self._decided, decision.recommendations)),
            questions=tuple(map(self._question, decision.questions)),
            screens=self.screens(decision.screens),
            tensions=tuple(map(self._tension, decision.tensions)),
            notices=tuple(map(self._notice, decision.notices)),
            passages={},
            disclaimer=self._disclaimer,
        )

    def screens(self, screens: Iterable[ShownScreen]) -> tuple[ShownScreen, ...]:
        """Screens without what they settle, and without our reading of them, which are no words for patients."""
        return tuple(
            structs.replace(
                screen, reading="", settles=(), items=tuple([structs.replace(item, reading="") for item in screen.items])
            )
            for screen in screens
        )

    def _assessment(self, entry: Assessed) -> Assessed:
        return structs.replace(entry, label=self._names[entry.condition])

    def _assessed(self, entry: AssessedCondition) -> AssessedCondition:
        return structs.replace(self._assessment(entry), explanation=self._proof(entry.explanation))

    def _recommendation(self, entry: Shown) -> Shown:
        return structs.replace(entry, label=self._label(entry.id), **({"timing": ""} if entry.timing else {}))

    def _shown(self, entry: ShownRecommendation) -> ShownRecommendation:
        shown = self._recommendation(entry)
        proof = entry.explanation  # only what was asked to be explained has one
        return structs.replace(shown, explanation=self._proof(proof)) if isinstance(proof, Proof) else shown

    def _decided(self, entry: DecidedRecommendation) -> DecidedRecommendation:
        return structs.replace(self._recommendation(entry), explanation=self._proof(entry.explanation))

    def _label(self, rule: str) -> str:
        """What a recommendation is about."""
        found = self._rules.get(rule)
        return self._interventions.get(found.intervention, "") if isinstance(found, Recommendation) else ""

    def _proof(self, proof: Proof) -> Proof:
        fact = proof.fact
        label = self._names.get(fact.code, "") if fact else self._say(PARTS.get(proof.operator, STEP))
        if proof.tally is not None:
            label = f"{self._names[proof.tally.code]} {tally_in_words(proof.tally, self._say)}"
        if proof.points is not None:
            label = f"{label} ({in_points(proof.points, self._say)})"
        return structs.replace(proof, label=label, children=tuple(map(self._proof, proof.children)))

    def _question(self, question: Question) -> Question:
        return structs.replace(question, why=self._say(CAN_CHANGE))

    def _tension(self, tension: ShownTension) -> ShownTension:
        positions = [structs.replace(position, label=self._position(position)) for position in tension.positions]
        return structs.replace(tension, label=self._say(NOT_AGREED), handling="", positions=tuple(positions))

    def _position(self, position: ShownPosition) -> str:
        found = self._rules.get(position.recommendation)
        return found.patient_text if isinstance(found, Recommendation) else ""

    def _notice(self, notice: Notice) -> Notice:
        found = next((rule for rule in map(self._rules.get, notice.about) if isinstance(rule, SourceGap | Exclusion)), None)
        own = found.patient_text if found is not None else ""
        general = self._say(NOTICES[notice.code]) if notice.code in NOTICES else notice.message
        return Notice(code=notice.code, message=own or general, about=())
