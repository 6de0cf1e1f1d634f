"""What a decision has to say besides its verdicts: contradictions, scope, gaps, review status, citations, drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.criteria.node import CONFLICTING, TRUE, Explanation
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.model import Case, Exclusion, Knowledge, Notice, Recommendation, SourceGap, Verdict


class Notifier:
    """Makes the notices of decisions about one knowledge. `stale`: ids of passages whose text has changed."""

    def __init__(self, graph: CriterionGraph, knowledge: Knowledge, stale: frozenset[str]) -> None:
        rules = knowledge.rules.values()
        self._knowledge = knowledge
        self._relations = relations = graph.facts.program.relations
        self._stale = stale
        self._exclusions = [
            (rule, graph.rule(rule), _notice("out-of-scope", rule.text, (rule.id,)))
            for rule in rules
            if isinstance(rule, Exclusion)
        ]
        self._gaps = [
            (relations.package(rule), graph.rule(rule), _notice("source-gap", rule.text, (rule.id, *rule.passages)))
            for rule in rules
            if isinstance(rule, SourceGap)
        ]
        self._findings = [(iri, finding.code) for iri, finding in knowledge.findings.items()]
        self._by_source = {iri: tuple(self._of_source(iri)) for iri in knowledge.sources}

    def excluded(self, case: Explanation) -> list[Exclusion]:
        """The exclusions that hold."""
        return [rule for rule, node, _ in self._exclusions if node.truth(case) == TRUE]

    def excluded_packages(self, case: Explanation) -> frozenset[str]:
        """The packages none of whose sources speaks about the patient."""
        return frozenset(self._relations.package(rule) for rule in self.excluded(case) if not rule.source)

    def notices(self, case: Case, explained: Explanation, live: Iterable[tuple[Recommendation, Verdict]]) -> Iterator[Notice]:
        """All notices; `live` are the recommendations with a verdict other than not-indicated and out-of-scope."""
        live = tuple(live)
        excluded = self.excluded(explained)
        yield from self._contradictions(case, explained)
        for rule, _, notice in self._exclusions:
            if rule in excluded:
                yield notice
        if not live and not excluded:
            yield _notice(
                "out-of-scope",
                "No source speaks about this patient: none of the presentations that they cover is recorded.",
                tuple(source.number for source in self._knowledge.sources.values()),
            )
        packages = self.excluded_packages(explained)
        for package, node, notice in self._gaps:
            if package not in packages and node.truth(explained) & TRUE:
                yield notice
        for source in dict.fromkeys(rule.source for rule, verdict in live if verdict != "undetermined"):
            yield from self._by_source.get(source, ())
        stale = sorted({passage for rule, _ in live for passage in rule.passages} & self._stale) if self._stale else ()
        if stale:
            yield _notice(
                "stale-passage",
                "The text of these passages has changed since the rules were written; check them before use.",
                tuple(stale),
            )

    def _contradictions(self, case: Case, explained: Explanation) -> Iterator[Notice]:
        both = sorted(set(case.present) & set(case.absent))
        for code in both:
            yield _notice("contradictory-input", f"{code} is recorded both present and absent: reconcile it.", (code,))
        if both:
            return
        clashing = tuple(code for iri, code in self._findings if explained.finding_state(iri) == CONFLICTING)
        if clashing:
            yield _notice(
                "contradictory-input",
                f"The record contradicts itself about {', '.join(clashing)}: what is recorded present implies what is "
                "recorded absent, or a derived finding says the opposite. Reconcile it.",
                clashing,
            )

    def _of_source(self, iri: str) -> Iterator[Notice]:
        source = self._knowledge.sources[iri]
        if source.review_status != "reviewed":
            yield _notice(
                "review-pending",
                f"{source.number} ({source.title}): review status is {source.review_status}. {source.review_note}",
                (source.number,),
            )
        numbers = sorted(citation.number for citation in self._knowledge.citations if citation.source == iri)
        if numbers:
            yield _notice(
                "inferred-citation",
                f"The citation numbers of {source.number} are as printed; which reference each of them means is inferred.",
                tuple(map(str, numbers)),
            )


def _notice(code: str, message: str, about: tuple[str, ...]) -> Notice:
    return Notice(code=code, message=message, about=about)  # type: ignore[arg-type]
