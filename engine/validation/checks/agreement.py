"""Rules and criteria say what their passages say: not more strongly, not more urgently, not about something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spinegraph.engine.knowledge.turtle.terms import expand, local_name, shorten
from spinegraph.engine.model import Assessment, DerivedFinding, Knowledge, Passage, Recommendation
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

DERIVED, RATIONALE = "prov:wasDerivedFrom", "core:rationale"
LEAVES = ("core:present", "core:absent", "core:suspected", "core:notSuspected")
"""Constraints that test one concept. (core:unassessed asks what is not known, which no document has to state.)"""
LISTS = ("sh:and", "sh:or")
BAR = "do-not"
"""The modality of a passage that speaks against something."""
WEAKEST = "may"
"""The modality of what is only worth considering: no bar is."""
UNGRADED = {"ungraded": "none"}
"""What a passage calls the urgency of a rule without one."""


def check_agreement(content: Content) -> Iterator[Diagnostic]:
    """Direction, modality and urgency are stated by a passage, or a core:rationale or core:reading says why not; what is advised,
    suspected or tested rests on one of them as well; no member of a list, no side of a tension goes without. Needs knowledge."""
    if content.knowledge is None:
        return
    yield from _leaves(content, content.knowledge)
    yield from _positions(content)
    passages = {passage.id: passage for passage in content.knowledge.passages.values()}
    for rule in content.knowledge.rules.values():
        stated = [passages[id_] for id_ in rule.passages if id_ in passages]
        if isinstance(rule, Recommendation) and stated:
            yield from _otherwise(content, content.knowledge, rule, stated)
        if isinstance(rule, Recommendation | Assessment) and stated:
            yield from _foreign(content, content.knowledge, rule, stated)


def _otherwise(content: Content, knowledge: Knowledge, rule: Recommendation, stated: list[Passage]) -> Iterator[Diagnostic]:
    modalities = {passage.modality for passage in stated if passage.modality}
    wanted = BAR if rule.direction == "against" else rule.modality
    softened = wanted == BAR and rule.modality == WEAKEST and WEAKEST not in modalities
    if modalities and (wanted not in modalities or softened):
        if rule.rationale:
            return  # it says as what the passages are read
        yield content.diagnose(
            "otherwise-than-source", "modality", rule.iri, "core:modality",
            direction=rule.direction, modality=rule.modality, stated=sorted(modalities),
        )  # fmt: skip
    kinds = [knowledge.passage_kinds[passage.kind] for passage in stated if passage.kind in knowledge.passage_kinds]
    sides = {kind.notation: kind.direction for kind in kinds if kind.direction}
    if sides and rule.direction not in sides.values():
        stated_kinds = sorted(sides)
        yield content.diagnose(
            "otherwise-than-source", "direction", rule.iri, "core:direction", direction=rule.direction, stated=stated_kinds
        )
    acting = [passage for passage in stated if passage.modality == wanted] or stated
    urgencies = {passage.urgency for passage in acting if passage.urgency}
    urgency = UNGRADED.get(rule.urgency, rule.urgency)
    if urgencies and urgency not in urgencies and not rule.reading:
        yield content.diagnose(
            "otherwise-than-source", "urgency", rule.iri, "core:urgency", urgency=rule.urgency, stated=sorted(urgencies)
        )


def _foreign(
    content: Content, knowledge: Knowledge, rule: Recommendation | Assessment, stated: list[Passage]
) -> Iterator[Diagnostic]:
    """What is advised or suspected, or a kind of it, is derived from one of the passages, if it is derived from any."""
    concept, concepts, predicate = (
        (rule.intervention, knowledge.interventions, "core:intervention")
        if isinstance(rule, Recommendation)
        else (rule.condition, knowledge.conditions, "core:assesses")
    )
    near = (*knowledge.hierarchy.narrower.get(concept, ()), *knowledge.hierarchy.broader.get(concept, ()))
    known = {id_ for iri in near if iri in concepts for id_ in concepts[iri].passages}
    if known and not known & {passage.id for passage in stated}:
        ids = [passage.id for passage in stated]
        yield content.diagnose("foreign-passage", "rule", rule.iri, predicate, stated=ids, concept=shorten(concept))


def _leaves(content: Content, knowledge: Knowledge) -> Iterator[Diagnostic]:
    """Leaves of criteria that rest on passages about something else, or on none where others of their list name theirs."""
    graph = content.graph
    about = _About(knowledge)
    for predicate in LEAVES:
        for node in graph.subjects_with(predicate):
            stated = set(map(local_name, graph.iris(node, DERIVED)))
            for concept in graph.iris(node, predicate):
                known = about.passages(concept)
                if stated and known and not stated & known:
                    about_it = {"stated": sorted(stated), "concept": shorten(concept)}
                    yield content.diagnose("foreign-passage", "criterion", node, DERIVED, terms=about_it)
    for predicate in LISTS:
        for holder in graph.subjects_with(predicate):
            nodes = [node for head in graph.iris(holder, predicate) for node in graph.items(head) if isinstance(node, str)]
            leaves = [node for node in nodes if node.startswith("_:") and _stated_by(content, node)]
            named = [leaf for leaf in leaves if graph.iris(leaf, DERIVED)]
            if named and not graph.text(content.holder(holder), RATIONALE):
                for leaf in leaves:
                    if leaf not in named and not graph.text(leaf, RATIONALE):
                        yield content.diagnose("unsourced-leaf", "of-a-list", leaf, _stated_by(content, leaf))


class _About:
    """The passages on which a concept rests: its own, those of its kinds, and of the rules that conclude it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._concluded: dict[str, set[str]] = {}
        for rule in knowledge.rules.values():
            concluded = (
                rule.finding if isinstance(rule, DerivedFinding) else rule.condition if isinstance(rule, Assessment) else ""
            )
            self._concluded.setdefault(concluded, set()).update(rule.passages)

    def passages(self, concept: str) -> set[str]:
        knowledge = self._knowledge
        near = (*knowledge.hierarchy.narrower.get(concept, ()), *knowledge.hierarchy.broader.get(concept, ()))
        found = {id_ for iri in near for id_ in self._concluded.get(iri, ())}
        for concepts in (knowledge.findings, knowledge.conditions):
            found |= {id_ for iri in near if iri in concepts for id_ in concepts[iri].passages}
        return found


def _stated_by(content: Content, node: str) -> str:
    """The predicate by which a leaf tests a fact, or "" of a node that is no leaf."""
    return next((predicate for predicate in (*LEAVES, "sh:path") if content.graph.terms(node, predicate)), "")


def _passages_of_sides(content: Content, tension: str, positions: Sequence[str]) -> Iterator[Diagnostic]:
    """A tension that names passages rests on those that its sides cite, all of them and no other."""
    graph = content.graph
    own = graph.iris(tension, DERIVED)
    cited = {passage for position in positions for passage in graph.iris(position, DERIVED)}
    if not own or not cited:
        return
    for passage in own:
        if passage not in cited:
            yield content.diagnose("silent-position", "passage-of-no-side", tension, DERIVED, passage)
    of = {"tension": shorten(tension)}
    for position in positions:
        for passage in graph.iris(position, DERIVED):
            if passage not in own:
                yield content.diagnose("silent-position", "passage-of-a-side-alone", position, DERIVED, passage, terms=of)


def _positions(content: Content) -> Iterator[Diagnostic]:
    """Positions of which no recommendation, or that of another side, is shown with its verdict; passages that do not agree.

    A settled tension is shown to nobody: its positions need no recommendation, unless one of them names one.
    """
    graph = content.graph
    for tension in graph.of_class("core:Tension"):
        positions = graph.iris(tension, "core:position")
        yield from _passages_of_sides(content, tension, positions)
        takers = [taker for position in positions if (taker := graph.iri(position, "core:recommendation"))]
        shown = graph.iri(tension, "core:resolution") == expand("core:exposed")
        if not shown and not takers:
            continue
        if shown and len(takers) > 1 and len(set(takers)) == 1:
            last = [position for position in positions if graph.iri(position, "core:recommendation")][-1]
            yield content.diagnose(
                "silent-position", "all-the-same", last, "core:recommendation", takers[0], tension=shorten(tension)
            )
        for position in positions:
            label = graph.text(position, "rdfs:label")
            if not graph.iri(position, "core:recommendation") and not graph.text(position, RATIONALE):
                yield content.diagnose(
                    "silent-position", "none", position, "rdfs:label", position=label, tension=shorten(tension)
                )
