"""Whatever of ours writes FHIR R4 or CDS Hooks, as functions from an engine to what they write: the panel is put to all of it.

`test_producers.py` refuses a type of resource that our code names and no producer here writes.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from spinegraph.api.http.fhir.capability import capability_statement
from spinegraph.api.http.fhir.definitions import CanonicalSearch, search_set
from spinegraph.api.http.fhir.served import SERVED
from spinegraph.api.problems import fault_members, members_of
from spinegraph.engine import Case, CaseFile, Engine, make_case, make_codebook
from spinegraph.engine.errors import MalformedCaseError
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.gathering import gather
from spinegraph.engine.exchange.cds_hooks.links import LinkOptions
from spinegraph.engine.exchange.cds_hooks.order_cards import order_writer
from spinegraph.engine.exchange.cds_hooks.ratings import RatingOptions
from spinegraph.engine.exchange.cds_hooks.request import parse_hook
from spinegraph.engine.exchange.cds_hooks.services import hook_services
from spinegraph.engine.exchange.fhir.questionnaire.populate import populate
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.writing.applied import Applied, applied_bundle
from spinegraph.engine.exchange.fhir.writing.case_bundle import CaseBundles
from spinegraph.engine.exchange.fhir.writing.codings import Codings
from spinegraph.engine.exchange.fhir.writing.definitions import MAKERS, Definitions
from spinegraph.engine.exchange.fhir.writing.outcomes import outcome_of_problem
from spinegraph.engine.exchange.fhir.writing.requests import Order, draft_request, request_of
from spinegraph.engine.exchange.provenance.wanted import Wanted
from spinegraph.engine.model import Recommendation

from tests.foreign.hooks import Body
from tests.foreign.panel import Json
from tests.random_cases import random_cases

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "docs" / "examples"
CASES = 5
"""So many random cases are decided for each producer that writes decisions."""


def example_records(_engine: Engine) -> Iterable[Json]:
    """The records that the documents show."""
    for path in sorted(EXAMPLES.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if "resourceType" in content:
            yield content


def cases(engine: Engine) -> Iterator[Case]:
    """Random cases, of which one knows nothing."""
    yield Case()
    yield from itertools.islice(random_cases(engine.program, seed=14), CASES)


def drafts(engine: Engine) -> Iterator[Json]:
    """The order that each recommendation proposes."""
    knowledge, codings = engine.knowledge, Codings(engine.knowledge)
    for rule in knowledge.rules.values():
        if isinstance(rule, Recommendation):
            yield draft_request(rule, knowledge, codings, Order("Patient/anna", authored="2026-03-03"))


def requests(engine: Engine) -> Iterator[Json]:
    """The same of decisions, with reasons and doses."""
    knowledge, codings = engine.knowledge, Codings(engine.knowledge)
    for case in cases(engine):
        for decided in engine.decide(case, include_all=True).recommendations:
            yield request_of(decided, knowledge, codings)


def outcomes(_engine: Engine) -> Iterator[Json]:
    """What is said of an error, wherever it is, and of a fault of the service."""
    for where in ("", "/present/0", "?subject", "Content-Type", "line 3, column 7"):
        error = MalformedCaseError("This is no case.", where=where, mend="Send a case.")
        yield outcome_of_problem({**members_of(error), "status": 422})
    yield outcome_of_problem({**fault_members("7f3a"), "status": 500, "instance": "urn:uuid:7f3a"})


def forms(engine: Engine) -> Iterable[Json]:
    """What is asked: all of it, for clinicians and patients; one screen; what is asked next of somebody; and answers."""
    questionnaires = Questionnaires(engine.knowledge)
    whole = questionnaires.write(FormName())
    yield whole
    yield questionnaires.write(FormName(audience="patient"))
    yield questionnaires.write(FormName(screen="results"))
    for case in _cases(engine):
        yield questionnaires.write_next(engine.open_screens(case), FormName())
        yield populate(CaseFile(case), whole, Responder(engine.knowledge), "Patient/anna")


def case_bundles(engine: Engine) -> Iterable[Json]:
    """Cases as Bundles."""
    bundles = CaseBundles(engine.knowledge, Codings(engine.knowledge))
    yield from (bundles.write(case).resource for case in _cases(engine))


def _cases(engine: Engine) -> Iterable[Case]:
    """A case with every kind of entry, and what is random of all that can be recorded."""
    codebook = make_codebook(engine.knowledge)
    yield make_case(MIXED, codebook)
    yield from itertools.islice(random_cases(engine.program, 1), 3)


MIXED: Json = {
    "present": ["low_back_pain", {"code": "fever", "at": "2026-03-01"}],
    "absent": ["trauma", {"code": "night_pain", "at": "2026-02"}],
    "performed": [{"code": "mri_lumbar", "at": "2026-03-02T08:30:00Z"}],
    "not_performed": ["plain_radiograph"],
    "taking": ["nsaid"],
    "not_taking": ["antibiotic_therapy"],
    "measurements": {"duration_weeks": 5, "temperature_c": {"value": 38.4, "at": "2026-03-02"}},
    "birth_date": "1972-05-01",
    "as_of": "2026-03-03T10:00:00Z",
}


def definitional(engine: Engine) -> Iterable[Json]:
    """All that follows from the knowledge alone."""
    definitions = Definitions(engine.knowledge)
    for kind in MAKERS:
        yield from definitions.of(kind).values()


def decided(engine: Engine) -> Iterable[Json]:
    """Decisions as Bundles: of nothing, of a contradiction, and of patients for whom everything can be ordered."""
    codebook = make_codebook(engine.knowledge)
    findings = [one.code for iri, one in engine.knowledge.stated_findings.items() if not one.derived_only]
    cases: list[Json] = [{}, {"as_of": "2026-03-03T10:15", "present": findings[:1], "absent": findings[:1]}]
    cases += [{"present": findings[::number], "absent": findings[1 :: number + 1]} for number in range(1, 6)]
    for case in cases:
        decision = engine.decide(make_case(case, codebook), include_all=True, flips=False)
        yield applied_bundle(decision, engine.knowledge, Applied(provenance=Wanted(made_at="2026-03-03T10:15:00Z")))
        yield applied_bundle(decision, engine.knowledge)


def served(engine: Engine) -> Iterable[Json]:
    """What the service says of itself, and what is found."""
    yield capability_statement(engine.knowledge, SERVED, "https://example.org/fhir")
    definitions = Definitions(engine.knowledge)
    found = [*definitions.of("PlanDefinition").values()]
    yield search_set("PlanDefinition", found, CanonicalSearch(count=2), "https://example.org/fhir")


def hook_requests(_engine: Engine) -> Iterable[Json]:
    """The hooks that the documents show."""
    for path in sorted(EXAMPLES.glob("hook-*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def hook_answers(engine: Engine) -> Iterable[Json]:
    """The answers to them, with links to the SMART app, and with ratings of the orders."""
    knowledge = engine.knowledge
    answering = HookAnswering(
        engine, make_codebook(knowledge), order_writer(knowledge), RatingOptions(("advanced_imaging",), "G1234")
    )
    for request in hook_requests(engine):
        hook = parse_hook(json.dumps(request).encode(), request["hook"])
        answer = answering.answer(hook, gather(hook, {}, {}, {}), LinkOptions("https://guidelines.example/", smart=True))
        yield json.loads(msgspec.json.encode(answer))


def hook_orders(engine: Engine) -> Iterable[Json]:
    """The resources that answers to hooks create or change."""
    for answer in hook_answers(engine):
        suggestions = (suggestion for card in answer["cards"] for suggestion in card.get("suggestions", ()))
        actions = [action for suggestion in suggestions for action in suggestion["actions"]]
        for action in (*actions, *answer.get("systemActions", ())):
            if "resource" in action:
                yield action["resource"]


def hook_bodies(engine: Engine) -> Iterable[Body]:
    """Discovery, the hooks that the documents show, and the answers to them."""
    yield Body("discovery", json.loads(msgspec.json.encode(hook_services(engine.knowledge))))
    for request in hook_requests(engine):
        yield Body("request", request)
    for answer in hook_answers(engine):
        yield Body("response", answer)


RESOURCES: Mapping[str, Callable[[Engine], Iterable[Json]]] = {
    "forms and answers": forms,
    "cases as Bundles": case_bundles,
    "records of docs/examples": example_records,
    "drafts of orders": drafts,
    "drafts of orders of decisions": requests,
    "outcomes of errors": outcomes,
    "definitions": definitional,
    "decisions": decided,
    "the service": served,
    "orders of hooks": hook_orders,
}
"""What writes resources."""

BODIES: Mapping[str, Callable[[Engine], Iterable[Body]]] = {"hooks": hook_bodies}
"""What writes bodies of CDS Hooks."""
