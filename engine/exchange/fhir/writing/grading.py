"""What is stated of a recommendation, as extensions and citations: never more than its source states.

Strength and certainty stand only where the source grades this recommendation; the rationale is what its passages state, in our
words, each with its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.exchange.fhir.writing.codings import CANONICAL, TERMINOLOGY, Json, concept_of
from spinegraph.engine.model import Knowledge, Passage, Recommendation

CQF = "http://hl7.org/fhir/StructureDefinition/cqf-"
CPG = "http://hl7.org/fhir/uv/cpg/"
STRENGTH, CERTAINTY = f"{CQF}strengthOfRecommendation", f"{CQF}qualityOfEvidence"
DIRECTION, RATIONALE = f"{CPG}StructureDefinition/cpg-directionOfRecommendation", f"{CPG}StructureDefinition/cpg-rationale"
DIRECTIONS = f"{CPG}CodeSystem/cpg-recommendation-direction-cs"
VERDICT, DIGEST = f"{CANONICAL}StructureDefinition/verdict", f"{CANONICAL}StructureDefinition/text-digest"
"""Extensions of ours: the verdict as a code, and the SHA-256 of a span of text as a string."""


def extensions_of(rule: Recommendation, knowledge: Knowledge, *, for_patient: bool = False) -> list[Json]:
    """Direction; strength, certainty and rationale where the source states them. A patient is told no grades (ADR 26)."""
    direction = {"url": DIRECTION, "valueCodeableConcept": concept_of(DIRECTIONS, rule.direction)}
    return [direction] if for_patient else [*_grades(rule), direction, *_rationale(rule, knowledge)]


def _grades(rule: Recommendation) -> Iterator[Json]:
    if rule.strength:
        strength = concept_of(f"{TERMINOLOGY}recommendation-strength", rule.strength)
        yield {"url": STRENGTH, "valueCodeableConcept": strength}
    if rule.certainty:
        yield {"url": CERTAINTY, "valueCodeableConcept": concept_of(f"{TERMINOLOGY}evidence-quality", rule.certainty)}


def _rationale(rule: Recommendation, knowledge: Knowledge) -> Iterator[Json]:
    if passages := passages_of(rule.passages, knowledge):
        yield {"url": RATIONALE, "valueMarkdown": "\n".join(f"- {one.paraphrase} ({one.id})" for one in passages)}


def passages_of(ids: Iterable[str], knowledge: Knowledge) -> list[Passage]:
    """The passages with these ids, in their order."""
    wanted = dict.fromkeys(ids)
    found = {passage.id: passage for passage in knowledge.passages.values() if passage.id in wanted}
    return [found[id_] for id_ in wanted if id_ in found]


def citations_of(ids: Iterable[str], knowledge: Knowledge) -> list[Json]:
    """Passages as related artifacts: id, paraphrase, and the IRI at which the service describes them."""
    return [
        {
            "extension": [{"url": DIGEST, "valueString": one.digest}],
            "type": "citation",
            "label": one.id,
            "citation": one.paraphrase,
            "url": one.iri,
        }
        for one in passages_of(ids, knowledge)
    ]
