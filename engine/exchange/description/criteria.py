"""Criteria as nested lists in words, each named shape with its link and each leaf with its passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spinegraph.engine.criteria import clause_of, words_of
from spinegraph.engine.criteria.words import PAGE, leads_of, names_of
from spinegraph.engine.exchange.description.links import href_of
from spinegraph.engine.exchange.description.model import CriterionInWords, LinkedText
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Criterion, Knowledge, Score, Scored, Tension, units


class CriterionWriter:
    """Writes the criteria of one knowledge; `shapes` has each named one that a rule uses."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._names = names_of(knowledge, units.in_words)
        shapes: dict[str, Criterion] = {}
        for rule in knowledge.rules.values():
            for criterion in filter(None, (rule.scope, rule.criterion)):
                for node in criterion.walk():
                    if node.iri:
                        shapes.setdefault(node.iri, node)
        self.shapes: Mapping[str, Criterion] = shapes

    def tree(self, criterion: Criterion, expand_named: bool = False) -> CriterionInWords:
        """A criterion in words. Below the first named shape others are only linked, unless `expand_named`."""
        return self._tree(criterion, 0, 2 if expand_named else 1)

    def positions(self, tension: Tension) -> CriterionInWords:
        """The sides of a tension, each with the rule that takes it and its passages."""
        rules = self._knowledge.rules
        return CriterionInWords(
            text=f"{len(tension.positions)} positions",
            children=tuple(
                CriterionInWords(
                    text=position.label,
                    passages=_marks(position.passages),
                    children=(CriterionInWords(text=rules[position.recommendation].label, href=href_of(position.recommendation)),)
                    if position.recommendation
                    else (),
                )
                for position in tension.positions
            ),
        )

    def items(self, score: Score) -> CriterionInWords:
        """The items of a score, each with its points."""
        return self._tree(Scored(score=score), 0, 1)

    def _tree(self, criterion: Criterion, depth: int, most: int, lead: str = "") -> CriterionInWords:
        named = bool(criterion.iri)
        below = depth + named
        children = criterion.parts
        words = self.words(criterion)
        leads = zip(children, leads_of(criterion), strict=False)  # a leaf has a lead, and no part
        items = [self._tree(child, below, most, before) for child, before in leads] if below <= most else []
        if named and not children:  # the shape has a page of its own, and so has what it asks
            items = [CriterionInWords(text=words, href=self._href(criterion))]
        return CriterionInWords(
            text=lead + (criterion.label or words),
            href=href_of(criterion.iri) if named else self._href(criterion),
            joint=self.joint(criterion) if children else "",
            passages=_marks(criterion.passages),
            children=tuple(items),
        )

    def joint(self, criterion: Criterion) -> str:
        """How the parts of a criterion are joined; of one without parts, nothing."""
        return clause_of(criterion, self._names).joint

    @staticmethod
    def _href(criterion: Criterion) -> str:
        return href_of(criterion.subject) if criterion.subject else ""

    def words(self, criterion: Criterion) -> str:
        """What a criterion asks, in one line; of one with parts, how they are joined."""
        return words_of(criterion, self._names, PAGE)


def _marks(passages: Iterable[str]) -> tuple[LinkedText, ...]:
    return tuple(LinkedText(text=passage, href=href_of(expand(f"passage:{passage}"))) for passage in passages)
