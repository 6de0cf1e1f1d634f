"""Acts that criteria ask about → facts that a case records as it records findings: done or not, taken or not.

An act has the hierarchy of its intervention: what is narrower was done by whoever did it, and of what is wider none was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs
from spinegraph.engine.model import Act, Concept, Hierarchy, Knowledge

LABELS: Mapping[str, str] = {"performed": "done: {}", "taking": "taking {}"}
QUESTIONS: Mapping[str, str] = {"performed": "Was this done: {}?", "taking": "Does the patient take this: {}?"}
PATIENT_QUESTIONS: Mapping[str, str] = {"performed": "Have you had this: {}?", "taking": "Do you take this: {}?"}


def with_acts(knowledge: Knowledge, asked: Iterable[Act]) -> Knowledge:
    """The knowledge with the facts of these acts, and of those that are wider or narrower, behind its findings."""
    acts = {near.iri: near for act in asked for near in _near(act, knowledge)}
    if not acts:
        return knowledge
    findings = {iri: _concept(act, knowledge.interventions[act.intervention]) for iri, act in acts.items()}
    hierarchy = knowledge.hierarchy
    return structs.replace(
        knowledge,
        findings={**knowledge.findings, **findings},
        acts=acts,
        hierarchy=Hierarchy(
            broader={**hierarchy.broader, **_lifted(hierarchy.broader, acts)},
            narrower={**hierarchy.narrower, **_lifted(hierarchy.narrower, acts)},
            children={**hierarchy.children, **_lifted(hierarchy.children, acts)},
        ),
    )


def _near(act: Act, knowledge: Knowledge) -> Iterable[Act]:
    hierarchy, own = knowledge.hierarchy, act.intervention
    near = dict.fromkeys((own, *hierarchy.broader.get(own, ()), *hierarchy.narrower.get(own, ())))
    return (Act(act.kind, iri) for iri in near if iri in knowledge.interventions)


def _lifted(relation: Mapping[str, tuple[str, ...]], acts: Mapping[str, Act]) -> dict[str, tuple[str, ...]]:
    """A relation between interventions as one between acts of one kind."""
    lifted = {}
    for iri, act in acts.items():
        related = (Act(act.kind, other).iri for other in relation.get(act.intervention, (act.intervention,)))
        lifted[iri] = tuple(other for other in related if other in acts)
    return lifted


def _concept(act: Act, intervention: Concept) -> Concept:
    return Concept(
        iri=act.iri,
        code=act.code(intervention.code),
        kind="finding",
        label=LABELS[act.kind].format(intervention.label),
        patient_label=LABELS[act.kind].format(intervention.patient_label),
        definition=intervention.definition,
        question=QUESTIONS[act.kind].format(intervention.label),
        patient_question=PATIENT_QUESTIONS[act.kind].format(intervention.patient_label),
    )
