"""Knowledge + Case → Decision: a verdict for every recommendation, with its proof (design sections 5 and 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import msgspec
from spinegraph.engine.collector import collector_paused
from spinegraph.engine.criteria.node import TRUE, Explanation
from spinegraph.engine.decide.applicability import Applicability, ApplicabilityResult, evaluate_all
from spinegraph.engine.decide.assignments import Assignments
from spinegraph.engine.decide.batch_layout import BatchLayout
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.condition import Assessed, assess, suspected_condition
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.decide.level import LevelIf, level_rules
from spinegraph.engine.decide.memory import Memory
from spinegraph.engine.decide.notices import notice_rules, notices_of
from spinegraph.engine.decide.position import position_of, settled
from spinegraph.engine.decide.questions import Open, QuestionIndex
from spinegraph.engine.decide.recommendation import PreparedRecommendation, decided_recommendation, prepare_recommendation
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import (
    QUIET,
    URGENCIES,
    VERDICTS,
    Case,
    DecidedRecommendation,
    Decision,
    Knowledge,
    KnowledgeVersion,
    Question,
    Recommendation,
    ShownPosition,
    ShownTension,
    Tension,
    Verdict,
)
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.linking import Linker
from spinegraph.engine.program.program import Program

ASSESSING_RANK = len(URGENCIES)
"""Questions that settle no recommendation for something, only a suspicion or a bar, come after those that do."""
ACTING_RANK = len(URGENCIES) + 1
"""Questions that can only displace a recommendation, exclude the patient or leave something open come last."""

MAX_ENGINES = 64
"""So many sets of packages are kept compiled; to compile one again costs what it costs alone."""


class _Parts(NamedTuple):
    """A decision before it is put together."""

    explained: Explanation
    results: list[tuple[PreparedRecommendation, ApplicabilityResult]]
    conditions: list[Assessed]
    include_all: bool
    for_patient: bool
    excluded: frozenset[str]


class Engine:
    """The compiled knowledge, ready to decide cases. Safe to share between threads: it only ever remembers answers."""

    def __init__(self, knowledge: Knowledge, stale: Iterable[str] = ()) -> None:
        """`stale`: ids of passages whose text has changed since they were paraphrased."""
        self.knowledge = knowledge
        self._stale = frozenset(stale)
        self._of_packages = lru_cache(maxsize=MAX_ENGINES)(self._linked)
        with collector_paused():
            self._prepare(knowledge)

    def _prepare(self, knowledge: Knowledge) -> None:
        rules = knowledge.rules.values()
        self.program: Program = compile_program(knowledge)
        self.graph = CriterionGraph(Facts(self.program))
        self._layout = BatchLayout(self.graph.facts)
        self._assignments = Assignments(self._layout)
        self._memory: Memory[bytes] = Memory()
        self._encoder = CaseEncoder(self.program)
        self._question_index = QuestionIndex(self.graph.facts)
        self._notice_rules = notice_rules(self.graph, knowledge, self._stale)
        self._disclaimer = disclaimer_of(knowledge.sources.values())
        self._version = KnowledgeVersion(version=knowledge.version, digest=knowledge.digest)
        self._recommendations = self._prepared_recommendations()
        self._places = {entry.rule.id: self.program.place_of_verdict(entry.rule.iri) for entry in self._recommendations}
        self._level_rules = level_rules(knowledge, self.graph)
        self._conditions = [
            suspected_condition(concept, self.graph)
            for iri, concept in knowledge.conditions.items()
            if self.program.relations.assessing(iri)
        ]
        self._tensions = [rule for rule in rules if isinstance(rule, Tension) and (rule.scope or rule.criterion)]

    @cached_property
    def _apart(self) -> list[PreparedRecommendation]:
        """For cases in which something is performed: it does recommendations of its own intervention alone."""
        return self._prepared_recommendations(apart=True)

    def _prepared_recommendations(self, apart: bool = False) -> list[PreparedRecommendation]:
        """All recommendations, most urgent first; those of equal position share one Applicability.

        `apart`: only if the same performed intervention does them.
        """
        passages = {passage.id: passage for passage in self.knowledge.passages.values()}
        shared: dict[object, Applicability] = {}
        prepared = []
        for rule in self.knowledge.rules.values():
            if isinstance(rule, Recommendation):
                position = position_of(rule, self.graph)
                identity = (position.identity, position.performable if apart else "")
                if identity not in shared:
                    shared[identity] = Applicability(position, self._layout, self._assignments)
                prepared.append(prepare_recommendation(rule, shared[identity], self.knowledge, passages))
        return sorted(prepared, key=lambda entry: (entry.rank, entry.rule.modality != "must", entry.rule.id))

    def of_packages(self, packages: Iterable[str]) -> Engine:
        """The engine of some packages alone (see `linking`); of none, this one. The last ones asked for are kept.

        Raises VocabularyError where there is no package of a name.
        """
        asked = frozenset(packages)
        return self._of_packages(asked) if asked else self

    def _linked(self, packages: frozenset[str]) -> Engine:
        return Engine(self._linker.linked(packages), self._stale)

    @cached_property
    def _linker(self) -> Linker:
        return Linker(self.knowledge, self.program.relations)

    def known_part(self, case: Case) -> Case:
        """What of a record the knowledge can see: facts whose codes it has."""
        return self._encoder.known_part(case)

    def verdicts(self, case: Case, packages: Iterable[str] = ()) -> dict[str, Verdict]:
        """Recommendation id → verdict: the program alone, without explanations; of some packages, or of all."""
        engine = self.of_packages(packages)
        if engine is not self:
            return engine.verdicts(engine.known_part(case))
        planes, certain = self._encoder.run(case)
        found = self.program.all_verdicts(planes)
        if certain is not planes:
            found = tuple(map(settled, found, self.program.all_verdicts(certain)))
        return {rule: found[place] for rule, place in self._places.items()}

    def explain(self, case: Case) -> Explanation:
        """The planes of a case, for those who need more than a Decision holds."""
        return Explanation(self.graph.facts, self.graph.size, case, *self._encoder.run(case))

    def decide(self, case: Case, include_all: bool = False, packages: Iterable[str] = ()) -> Decision:
        """Decide and explain one case.

        By default recommendations that are not indicated or out of scope are left out; `include_all` gives every rule a
        verdict. `packages`: names of those that are asked, by default all: what they do not speak of is left out of account.
        Same case, same knowledge and same packages give the same Decision.
        Raises VocabularyError where there is no package of a name.
        """
        engine = self.of_packages(packages)
        if engine is not self:
            found = engine.decide(engine.known_part(case), include_all)
            return msgspec.structs.replace(found, id=self._id(case, packages), case=case)
        parts = self._work_out(case, include_all)
        live = [(entry.rule, result.verdict) for entry, result in parts.results if result.verdict not in QUIET]
        return Decision(
            id=self._id(case),
            knowledge=self._version,
            case=case,
            urgency=self._level_rules.level(parts.results, parts.explained, parts.excluded),
            assessments=tuple([entry.condition for entry in parts.conditions if entry.condition]),
            recommendations=tuple(_in_order(parts)),
            questions=self._questions(parts),
            tensions=tuple(self._shown_tensions(parts)),
            notices=tuple(notices_of(self._notice_rules, parts.explained, live)),
            disclaimer=self._disclaimer,
        )

    def _id(self, case: Case, packages: Iterable[str] = ()) -> str:
        named = "".join(f"\n{package}" for package in sorted(set(packages)))
        return hashlib.sha256(msgspec.json.encode(case) + f"{self.knowledge.digest}{named}".encode()).hexdigest()

    def decide_json(self, case: Case, include_all: bool = False, packages: Iterable[str] = ()) -> bytes:
        """The same as JSON, byte for byte what encoding the Decision gives; the last answers are remembered."""
        asked = frozenset(packages)
        key = (msgspec.json.encode(case), include_all, asked)
        return self._memory.get(key, lambda: msgspec.json.encode(self.decide(case, include_all, asked)))

    def _work_out(self, case: Case, include_all: bool) -> _Parts:
        explained = self.explain(case)
        recommendations = self._apart if self._encoder.performed(case) else self._recommendations
        applicabilities = {id(entry.applicability): entry.applicability for entry in recommendations}
        results = evaluate_all(applicabilities.values(), explained, include_all, self._layout)
        return _Parts(
            explained,
            [(entry, results[id(entry.applicability)]) for entry in recommendations],
            [assess(condition, explained, include_all, self._assignments) for condition in self._conditions],
            include_all,
            case.audience == "patient",
            self._notice_rules.excluded_packages(explained),
        )

    def level_if(self, case: Case) -> tuple[LevelIf, ...]:
        """The higher levels that a case would have, did the sources agree: what only a tension or a reading leaves open."""
        return self._level_rules.level_if(self._work_out(case, False).results)

    def _questions(self, parts: _Parts) -> tuple[Question, ...]:
        opens = [Open(entry.rule.id, result.own, entry.rank) for entry, result in parts.results if result.own]
        opens += [Open(entry.rule.id, result.others, ACTING_RANK) for entry, result in parts.results if result.others]
        for assessed in parts.conditions:
            opens += [Open(rule, facts, ASSESSING_RANK) for rule, facts in assessed.opens]
        return self._question_index.ranked(opens, parts.for_patient)

    def _shown_tensions(self, parts: _Parts) -> Iterator[ShownTension]:
        verdicts = {entry.rule.iri: result.verdict for entry, result in parts.results}
        for tension in self._tensions:
            covered = self.program.relations.package(tension) not in parts.excluded
            if covered and self.graph.rule(tension).truth(parts.explained) & TRUE:
                yield ShownTension(
                    id=tension.id,
                    iri=tension.iri,
                    label=tension.label,
                    handling=tension.handling,
                    positions=tuple(
                        ShownPosition(
                            label=position.label,
                            recommendation=local_name(position.recommendation),
                            verdict=verdicts.get(position.recommendation, ""),
                            passages=position.passages,
                        )
                        for position in tension.positions
                    ),
                )


def _in_order(parts: _Parts) -> list[DecidedRecommendation]:
    """What is shown of the recommendations, by verdict, then most urgent first."""
    by_verdict: dict[str, list[DecidedRecommendation]] = {verdict: [] for verdict in VERDICTS}
    for entry, result in parts.results:
        if parts.include_all or result.verdict not in QUIET:
            by_verdict[result.verdict].append(decided_recommendation(entry, result, parts.for_patient))
    return [shown for verdict in VERDICTS for shown in by_verdict[verdict]]
