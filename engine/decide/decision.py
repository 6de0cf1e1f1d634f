"""Knowledge + Case → Decision: a verdict for every recommendation, with its proof (design sections 5 and 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, Literal

import msgspec
from spinegraph.engine.collector import collector_paused
from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.decide.applicability import Applicability, ApplicabilityResult, evaluate_all, verdicts_alone
from spinegraph.engine.decide.assignments import Assignments
from spinegraph.engine.decide.batch_layout import BatchLayout
from spinegraph.engine.decide.brief.asking import Asking
from spinegraph.engine.decide.brief.briefing import Briefing
from spinegraph.engine.decide.brief.return_signs import return_signs
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.condition import Assessed, assess, assessed_in_short, suspected_condition
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.decide.for_patients import ForPatients
from spinegraph.engine.decide.memory import Memory
from spinegraph.engine.decide.notices import notice_rules, notices_of
from spinegraph.engine.decide.position import position_of, settled
from spinegraph.engine.decide.questions import ACTING_RANK, ASSESSING_RANK, Open, QuestionIndex
from spinegraph.engine.decide.recommendation import PreparedRecommendation, prepare_recommendation
from spinegraph.engine.decide.suggestions import require_recommendations
from spinegraph.engine.decide.views import (
    Parts,
    notices_in_short,
    number_further,
    recommendations_in_full,
    recommendations_in_short,
    shown_language,
    shown_tensions,
    tensions_in_short,
)
from spinegraph.engine.knowledge.showing import cited, show_passages
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import (
    QUIET,
    Act,
    Answer,
    Brief,
    BriefAnswer,
    Case,
    Decision,
    InputAccount,
    Knowledge,
    KnowledgeVersion,
    Notice,
    Question,
    Recommendation,
    ReturnSign,
    ShownTension,
    Tension,
    Verdict,
)
from spinegraph.engine.model.shown import CitedPassage, ShownScreen
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.linking import ALL, Linker
from spinegraph.engine.program.program import Program

MOST_CITED = 2
"""So many passages of a line of the brief stand beside it; its ids name the others."""
View = Literal["brief", "standard", "full"]
"""How much of an answer is wanted."""

MAX_ENGINES = 64
"""So many sets of packages are kept compiled; to compile one again costs what it costs alone."""


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
        self._disclaimer = disclaimer_of(knowledge.sources.values(), messages_of(knowledge.language))
        self._version = KnowledgeVersion(version=knowledge.version, digest=knowledge.digest)
        self._language = shown_language(knowledge)
        self._recommendations = self._prepared_recommendations()
        self._places = {entry.rule.id: self.program.place_of_verdict(entry.rule.iri) for entry in self._recommendations}
        self._conditions = [
            suspected_condition(concept, self.graph)
            for iri, concept in knowledge.conditions.items()
            if self.program.relations.assessing(iri)
        ]
        self._briefing = Briefing(self.graph, self._conditions, self._encoder, self._notice_rules)
        self._for_patients = ForPatients(knowledge)
        self._asking = Asking(knowledge, self._briefing.places)
        self._passages = {id_: cited(passage) for id_, passage in show_passages(knowledge).items()}
        tensions = [rule for rule in rules if isinstance(rule, Tension) and (rule.scope or rule.criterion)]
        self._tensions = [(self.program.relations.package(rule), self.graph.rule(rule), rule) for rule in tensions]

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
                asked_about = Act("performed", rule.intervention).iri in self.graph.facts.number
                identity = (position.identity, position.performable if apart or asked_about else "")
                if identity not in shared:
                    shared[identity] = Applicability(position, self._layout, self._assignments)
                prepared.append(prepare_recommendation(rule, shared[identity], self.knowledge, passages))
        return sorted(prepared, key=lambda entry: (entry.rank, entry.rule.modality != "must", entry.rule.id))

    def of_packages(self, packages: Iterable[str], language: str | None = None) -> Engine:
        """The engine of some packages alone (see `linking`), of none or of `all` this one, in a language. The last are kept.

        Raises VocabularyError where there is no package of a name.
        """
        asked = frozenset(packages)
        asked, language = frozenset() if ALL in asked else asked, self.knowledge.language if language is None else language
        return self._of_packages(asked, language) if asked or language != self.knowledge.language else self

    def _linked(self, packages: frozenset[str], language: str) -> Engine:
        if language != self.knowledge.language:
            return Engine(self.knowledge.in_language(language), self._stale).of_packages(packages)
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

    def return_signs(self, case: Case, packages: Iterable[str] = ()) -> tuple[ReturnSign, ...]:
        """The denied signs that would raise the level of a case were they there; of some packages, or of all."""
        engine = self.of_packages(packages, case.language)
        return return_signs(engine.program, engine._encoder, case if engine is self else engine.known_part(case))

    def explain(self, case: Case) -> Explanation:
        """The planes of a case, for those who need more than a Decision holds."""
        return Explanation(self.graph.facts, self.graph.size, case, *self._encoder.run(case))

    def decide(self, case: Case, include_all: bool = False, packages: Iterable[str] = (), flips: bool = True) -> Decision:
        """Decide and explain one case.

        By default recommendations that are not indicated or out of scope are left out; `include_all` gives every rule a
        verdict. `packages`: names of those that are asked, by default all: what they do not speak of is left out of account.
        `flips`: whether to search what would change a verdict, which takes most of the time; without, there are no questions
        either, which rest on that.
        Same case, same knowledge and same packages give the same Decision.
        Raises VocabularyError where there is no package of a name.
        """
        engine = self.of_packages(packages, case.language)
        if engine is not self:
            other = engine.decide(engine.known_part(case), include_all, flips=flips)
            return msgspec.structs.replace(other, id=self._id(case, packages), case=case)
        parts = self._work_out(case, include_all, flips)
        found = self._briefing.find(parts.explained)
        brief = self._briefing.brief(parts.explained, found)
        decision = Decision(
            id=self._id(case),
            knowledge=self._version,
            case=case,
            brief=brief,
            screens=self._asking.shown(found, self._briefing.outlooks.reaching(found.outlook, parts.explained), case.audience),
            assessments=tuple([entry.condition for entry in parts.conditions if entry.condition]),
            recommendations=tuple(recommendations_in_full(parts)),
            questions=self._questions(parts) if flips else (),
            passages=self._cited(brief),
            language=self._language,
            **self._surroundings(parts),
        )
        return self._for_patients.decision(decision) if parts.for_patient else decision

    def brief(self, case: Case, packages: Iterable[str] = ()) -> BriefAnswer:
        """The brief alone: what a case comes to on one screen. Raises VocabularyError where there is no package of a name."""
        engine = self.of_packages(packages, case.language)
        if engine is not self:
            other = engine.brief(engine.known_part(case))
            return msgspec.structs.replace(other, id=self._id(case, packages), case=case)
        explained = self.explain(case)
        brief = self._briefing.brief(explained, self._briefing.find(explained))
        return BriefAnswer(id=self._id(case), knowledge=self._version, case=case, brief=brief, language=self._language)

    def answer(self, case: Case, explain: Iterable[str] = (), packages: Iterable[str] = ()) -> Answer:
        """The brief with what is asked, what it rests on, and everything else that is advised.

        `explain`: ids of recommendations whose proof and flips come along, whatever their verdict.
        Raises VocabularyError where there is no package, or no recommendation, of a name.
        """
        engine = self.of_packages(packages, case.language)
        if engine is not self:
            other = engine.answer(engine.known_part(case), explain)
            return msgspec.structs.replace(other, id=self._id(case, packages), case=case)
        asked = self.known_recommendations(explain)
        explained = self.explain(case)
        entries = self._apart if self._encoder.performed(case) else self._recommendations
        results = verdicts_alone({id(entry.applicability): entry.applicability for entry in entries}.values(), explained)
        proven = [entry.applicability for entry in entries if entry.rule.id in asked]
        if proven:
            results |= evaluate_all(dict.fromkeys(proven), explained, True, self._layout)
        parts = self._parts(explained, entries, results, [], False)
        short = assessed_in_short(self._conditions, explained)
        found = self._briefing.find(explained)
        brief = self._briefing.brief(explained, found)
        reaching = self._briefing.outlooks.reaching(found.outlook, explained)
        shown = recommendations_in_short(parts, brief, asked, reaching.first, self._briefing.places.all)
        answer = Answer(
            id=self._id(case),
            knowledge=self._version,
            case=case,
            brief=brief,
            screens=self._asking.shown(found, reaching, case.audience, in_short=True),
            assessments=short,
            recommendations=tuple(shown),
            further=number_further(parts, shown),
            passages=self._cited(brief),
            language=self._language,
            **self._surroundings(parts, brief),
        )
        return self._for_patients.answer(answer) if parts.for_patient else answer

    def open_screens(self, case: Case) -> tuple[ShownScreen, ...]:
        """Every screen with something left to ask and all its items, the most dangerous first."""
        if (engine := self.of_packages((), case.language)) is not self:
            return engine.open_screens(case)
        explained = self.explain(case)
        found = self._briefing.find(explained)
        reaching = self._briefing.outlooks.reaching(found.outlook, explained)
        shown = self._asking.shown(found, reaching, case.audience)
        return self._for_patients.screens(shown) if case.audience == "patient" else shown

    def known_recommendations(self, rules: Iterable[str]) -> frozenset[str]:
        """The ids, if there are such recommendations. Raises VocabularyError."""
        asked = frozenset(rules)
        require_recommendations(asked, {entry.rule.id for entry in self._recommendations})
        return asked

    def _surroundings(self, parts: Parts, in_short: Brief | None = None) -> Mapping[str, Any]:
        """What every answer but the brief has besides its verdicts. In short, the brief itself has the state of the sources."""
        live = [(entry.rule, result.verdict) for entry, result in parts.results if result.verdict not in QUIET]
        tensions: Iterable[ShownTension] = shown_tensions(self._tensions, parts)
        notices: Iterable[Notice] = notices_of(self._notice_rules, parts.explained, live)
        if in_short is not None:
            tensions, notices = tensions_in_short(tensions, in_short), notices_in_short(notices)
        return {"tensions": tuple(tensions), "notices": tuple(notices), "disclaimer": self._disclaimer}

    def _cited(self, brief: Brief) -> dict[str, CitedPassage]:
        """The passages that a brief rests on."""
        ids = dict.fromkeys(id_ for line in (*brief.do, *brief.avoid) for id_ in line.passages[:MOST_CITED])
        return {id_: self._passages[id_] for id_ in ids if id_ in self._passages}

    def _id(self, case: Case, packages: Iterable[str] = ()) -> str:
        named = "".join(f"\n{package}" for package in sorted(set(packages)))
        return hashlib.sha256(msgspec.json.encode(case) + f"{self.knowledge.digest}{named}".encode()).hexdigest()

    def decide_json(
        self,
        case: Case,
        view: View = "standard",
        explain: Iterable[str] = (),
        packages: Iterable[str] = (),
        with_verdicts: bool = False,
        with_signs: bool = False,
        account: InputAccount | None = None,
    ) -> bytes:
        """An answer as JSON: of `decide` with every verdict, `answer` or `brief`, on demand with all verdicts; remembered, unless
        it has an `account` of the record from which the case was read."""
        asked, explained = frozenset(packages), frozenset(explain)

        def work_out() -> bytes:
            short = partial(self.brief, case, asked) if view == "brief" else partial(self.answer, case, explained, asked)
            shown: BriefAnswer = self.decide(case, True, asked) if view == "full" else short()
            if with_verdicts:
                shown = msgspec.structs.replace(shown, verdicts=self.verdicts(case, asked))
            if with_signs:
                shown = msgspec.structs.replace(shown, return_signs=self.return_signs(case, asked))
            return msgspec.json.encode(with_account(shown, account))

        key = (msgspec.json.encode(case), view, explained, asked, with_verdicts, with_signs)
        return work_out() if account else self._memory.get(key, work_out)

    def _work_out(self, case: Case, include_all: bool, flips: bool) -> Parts:
        explained = self.explain(case)
        entries = self._apart if self._encoder.performed(case) else self._recommendations
        applicabilities = {id(entry.applicability): entry.applicability for entry in entries}
        results = evaluate_all(applicabilities.values(), explained, include_all, self._layout, flips)
        conditions = [assess(condition, explained, include_all, self._assignments) for condition in self._conditions]
        return self._parts(explained, entries, results, conditions, include_all)

    def _parts(
        self,
        explained: Explanation,
        entries: Sequence[PreparedRecommendation],
        results: Mapping[int, ApplicabilityResult],
        conditions: list[Assessed],
        include_all: bool,
    ) -> Parts:
        return Parts(
            explained,
            [(entry, results[id(entry.applicability)]) for entry in entries],
            conditions,
            include_all,
            explained.case.audience == "patient",
            self._notice_rules.excluded_packages(explained),
        )

    def _questions(self, parts: Parts) -> tuple[Question, ...]:
        opens = [Open(entry.rule.id, result.own, entry.rank) for entry, result in parts.results if result.own]
        opens += [Open(entry.rule.id, result.others, ACTING_RANK) for entry, result in parts.results if result.others]
        for assessed in parts.conditions:
            opens += [Open(rule, facts, ASSESSING_RANK) for rule, facts in assessed.opens]
        return self._question_index.ranked(opens, parts.for_patient)
