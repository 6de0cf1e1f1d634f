"""Whatever of ours writes FHIR R4 or CDS Hooks, as functions from an engine to what they write: the panel is put to all of it.

`tests/exchange/fhir/test_written.py` refuses a type of resource that our code names and no producer here writes.
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
from spinegraph.engine import Case, CaseFile, Codebook, Engine, make_case, make_codebook
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
RATED = "advanced_imaging"
"""Orders for this are rated by the packages that have it."""
CASES = 5
"""So many random cases are decided for each producer that writes decisions."""


def example_records(_engine: Engine) -> Iterable[Json]:
    """The records that the documents show."""
    for path in sorted(EXAMPLES.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if "resourceType" in content:
            yield content


def cases(engine: Engine) -> Iterator[Case]:
    """A case that knows nothing, one with every kind of entry, and random ones."""
    yield Case()
    yield _with_every_entry(make_codebook(engine.knowledge))
    yield from itertools.islice(random_cases(engine.program, seed=14), CASES)


def _with_every_entry(book: Codebook) -> Case:
    """A case whose findings, acts and measurements are the first that the codebook has, with dates and without."""
    findings = sorted({*book.findings.values()} - {*book.derived_only})
    acts = sorted({*book.interventions.values()})
    code, (least, most, _) = next(iter(sorted((code, range_) for code, range_ in book.ranges.items() if code != book.age)))
    data: Json = {
        "present": [findings[0], {"code": findings[1], "at": "2026-03-01"}],
        "absent": [findings[2], {"code": findings[3], "at": "2026-02"}],
        "performed": [{"code": acts[0], "at": "2026-03-02T08:30:00Z"}],
        "not_performed": [acts[1]],
        "taking": [acts[2]],
        "not_taking": [acts[3]],
        "measurements": {code: {"value": (least + most) / 2, "at": "2026-03-02"}},
        "as_of": "2026-03-03T10:00:00Z",
    }
    return make_case({**data, **({"birth_date": "1972-05-01"} if book.age else {})}, book)


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


def forms(engine: Engine) -> Iterator[Json]:
    """All that is asked, in each language and for both audiences; what is asked next of somebody; and answers."""
    questionnaires, responder = Questionnaires(engine.knowledge), Responder(engine.knowledge)
    yield from map(questionnaires.write, questionnaires.names())
    whole = questionnaires.write(FormName())
    for case in cases(engine):
        yield questionnaires.write_next(engine.open_screens(case), FormName())
        yield populate(CaseFile(case), whole, responder, "Patient/anna")


def case_bundles(engine: Engine) -> Iterator[Json]:
    """Cases as Bundles."""
    bundles = CaseBundles(engine.knowledge, Codings(engine.knowledge))
    yield from (bundles.write(case).resource for case in cases(engine))


def definitional(engine: Engine) -> Iterator[Json]:
    """All that follows from the knowledge alone."""
    definitions = Definitions(engine.knowledge)
    for kind in MAKERS:
        yield from definitions.of(kind).values()


def decided(engine: Engine) -> Iterator[Json]:
    """Decisions as Bundles: of a contradiction, of patients for whom everything can be ordered, and of others."""
    codebook = make_codebook(engine.knowledge)
    findings = [one.code for iri, one in engine.knowledge.stated_findings.items() if not one.derived_only]
    told: list[Json] = [{"as_of": "2026-03-03T10:15", "present": findings[:1], "absent": findings[:1]}]
    told += [{"present": findings[::number], "absent": findings[1 :: number + 1]} for number in range(1, 6)]
    for case in (*(make_case(one, codebook) for one in told), *cases(engine)):
        decision = engine.decide(case, include_all=True, flips=False)
        yield applied_bundle(decision, engine.knowledge, Applied(provenance=Wanted(made_at="2026-03-03T10:15:00Z")))
        yield applied_bundle(decision, engine.knowledge)


def served(engine: Engine) -> Iterator[Json]:
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
    rated = any(one.code == RATED for one in knowledge.interventions.values())
    ratings = RatingOptions((RATED,), "G1234") if rated else RatingOptions()
    answering = HookAnswering(engine, make_codebook(knowledge), order_writer(knowledge), ratings)
    for request in hook_requests(engine):
        hook = parse_hook(json.dumps(request).encode(), request["hook"])
        known = gather(hook, {}, {}, {})
        options = LinkOptions("https://guidelines.example/", smart=True)
        answer = answering.answer(hook, known, answering.read(hook, known), options)
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
