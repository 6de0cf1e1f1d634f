"""`POST /fhir/PlanDefinition/{id}/$apply`: a record in, what is proposed out.

As CPG-on-FHIR and R5 have it, the answer is a Bundle; the CarePlan that R4's own operation returns is in it. No clock is read, so
without `asOf` no age and no time follow from dates, and what rests on them is asked for.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec
from fastapi import APIRouter
from msgspec import Raw
from spinegraph.api.audit.record import Asked as AskedOfCase
from spinegraph.api.audit.record import Told
from spinegraph.api.http.auditing import NO_AUDIT, Auditing
from spinegraph.api.http.bodies import FHIR, media_type_of, read_body
from spinegraph.api.http.decisions import RecordBodies, read_record, too_large_case
from spinegraph.api.http.errors import (
    FHIR_ROOT,
    BodyTimeoutError,
    MediaTypeError,
    NotAcceptableError,
    UnreadableBodyError,
    UnreadableCaseError,
)
from spinegraph.api.http.fhir.definitions import require_plan, require_plan_called
from spinegraph.api.http.fhir.exchange import Asked, answer_resource, media_type_asked, read_asked
from spinegraph.api.http.fhir.parameters import TEXTS, Declared, Given, read_operation
from spinegraph.api.http.fhir.served import A_RULE
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.problems import AuditUnavailableError, ParameterError, UnknownResourceError
from spinegraph.engine import CaseError, CaseFile, Engine
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.errors import UNDECODABLE, PublicationError
from spinegraph.engine.exchange.fhir.elements import CodeableConcept, Reference
from spinegraph.engine.exchange.fhir.reading.record import RecordOptions
from spinegraph.engine.exchange.fhir.writing.applied import Applied, applied_bundle
from spinegraph.engine.exchange.fhir.writing.codings import Json
from spinegraph.engine.exchange.fhir.writing.definitions import Definitions
from spinegraph.engine.exchange.provenance.wanted import Wanted, read_wanted
from spinegraph.engine.model import Knowledge, Recommendation, doc
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

SUBJECT = (*TEXTS, "valueReference")
CODED = ("valueCodeableConcept", *TEXTS)
ASIDE = ("encounter", "practitioner", "organization", "userTaskContext", "setting", "settingContext")
"""Parameters of the specification that change nothing here; the answer says that they were left aside."""
ELSEWHERE = "data are taken from the request alone"
APPLY = {
    "subject": Declared(SUBJECT, required=True),
    "data": Declared(("resource",), required=True),
    "asOf": Declared(),
    "madeAt": Declared(),
    "madeBy": Declared(SUBJECT),
    "userType": Declared(CODED),
    "userLanguage": Declared(CODED),
    "useServerData": Declared(("valueBoolean",)),
    **dict.fromkeys(ASIDE, Declared((*CODED, "valueReference"))),
    **dict.fromkeys(
        ("dataEndpoint", "contentEndpoint", "terminologyEndpoint", "prefetchData", "planDefinition", "parameters"),
        Declared(unsupported=ELSEWHERE),
    ),
}
"""The parameters of the operation: those of R4, `data` and `useServerData` of R5, and of ours `asOf`, `madeAt`, `madeBy`."""
APPLY_NAMED = {**APPLY, "planDefinition": Declared((*SUBJECT, "resource"), required=True)}
"""The same where no plan is named by the path: by its canonical URL or id, or as the resource that it is."""


class Applying(Asked, frozen=True, kw_only=True):
    """What the URL says where the body is a record alone, and not a Parameters resource."""

    subject: Annotated[str, doc("Whose record it is, by id, reference or URL, where there are several patients.")] = ""
    as_of: Annotated[str, doc("The moment of the case, a date or `timestamp` for that of the Bundle.")] = ""


class _Plan(msgspec.Struct, frozen=True, tag_field="resourceType", tag="PlanDefinition"):
    id: str | None = None
    url: str | None = None


class ApplyRequest(NamedTuple):
    """What was asked: the record, what is said beside it, and what was left aside."""

    data: bytes
    options: RecordOptions
    provenance: Wanted
    aside: tuple[str, ...]


def applying_router(engine: Engine, definitions: Definitions, records: RecordBodies, auditing: Auditing = NO_AUDIT) -> APIRouter:
    """The router of the operation."""
    router = APIRouter(tags=["fhir"], route_class=OpenRoute)
    spoken = tuple(engine.knowledge.languages)
    too_large = too_large_case(records.limits)

    async def apply(request: Request) -> Response:
        """What a guideline, or one recommendation of it, proposes for a patient: drafts, and the data that it waits for.

        The body is a Parameters resource with `subject`, `data` (a Bundle), and where they matter `asOf`, `userType` and
        `userLanguage`; or a Bundle alone.
        """
        asked = opened(request)
        plan = require_plan(definitions, request.path_params["name"])
        given = read_operation(await read_body(request, records.limits, too_large), APPLY, "data")
        return await answered(request, asked, plan, given)

    async def apply_named(request: Request) -> Response:
        """The same for the guideline or recommendation that the parameter `planDefinition` of the body names."""
        asked = opened(request)
        given = read_operation(await read_body(request, records.limits, too_large), APPLY_NAMED)
        return await answered(request, asked, require_plan_called(definitions, _plan_named(given)), given)

    def opened(request: Request) -> Applying:
        asked = read_asked(request, Applying)
        media_type_asked(request, asked)
        media_type_of(request, (FHIR, JSON), "An operation")
        return asked

    async def answered(request: Request, asked: Applying, plan: Json, given: Given) -> Response:
        wanted = read_request(given, asked, spoken)
        file = await run_in_threadpool(read_record, records.reader, wanted.data, wanted.options)
        scope = scope_of(engine.knowledge, plan)
        answer = answer_resource(request, await run_in_threadpool(applied, engine, file, plan, scope, wanted), asked)
        told = Told(file, scope.asked, bytes(answer.body), str(answer.media_type))
        answer.headers.update(await auditing.recorded(request, "apply", told))
        return answer

    operation = Operation(
        "apply_plan_definition",
        "Apply a guideline, or one recommendation",
        "A Bundle of GuidanceResponse, CarePlan, RequestGroup, drafts of orders, OperationOutcome and Provenance (FHIR R4).",
        {FHIR: None, JSON: None},
        (
            UnreadableCaseError,
            UnreadableBodyError,
            BodyTimeoutError,
            NotAcceptableError,
            MediaTypeError,
            CaseError,
            ParameterError,
            UnknownResourceError,
            AuditUnavailableError,
        ),
        Applying,
        body={name: {"schema": {"type": "object", "required": ["resourceType"]}} for name in (FHIR, JSON)},
        path=("Name of a package, or id of a recommendation.", A_RULE),
    )
    add_operation(router, f"{FHIR_ROOT}/PlanDefinition/{{name}}/$apply", apply, operation, method="POST")
    named = operation._replace(id="apply_named_plan_definition", summary="Apply the guideline that the body names", path=None)
    add_operation(router, f"{FHIR_ROOT}/PlanDefinition/$apply", apply_named, named, method="POST")
    return router


class PlanScope(NamedTuple):
    """What a PlanDefinition is about: some packages, or one recommendation alone."""

    packages: tuple[str, ...]
    alone: Recommendation | None

    @property
    def asked(self) -> AskedOfCase:
        """The same, as it is recorded."""
        return AskedOfCase(guideline=self.packages, explain=(self.alone.id,) if self.alone else ())


def scope_of(knowledge: Knowledge, plan: Json) -> PlanScope:
    """What the PlanDefinition of a package, or of a recommendation, is about."""
    rule = next((one for one in knowledge.rules.values() if isinstance(one, Recommendation) and one.id == plan["id"]), None)
    alone = rule if rule and plan["type"]["coding"][0]["code"] == "eca-rule" else None
    package = knowledge.package_of.get(alone.iri, "") if alone else plan["id"]
    return PlanScope((package,) if package in knowledge.package_of.values() and package else (), alone)


def applied(engine: Engine, file: CaseFile, plan: Json, scope: PlanScope, asked: ApplyRequest) -> Json:
    """The Bundle of one record. `plan`: the PlanDefinition, and what it is about."""
    knowledge, alone = engine.knowledge, scope.alone
    decision = engine.decide(file.case, alone is not None, scope.packages, flips=alone is None)
    wanted = Applied(plan["url"], alone.id if alone else "", asked.provenance, asked.aside)
    return applied_bundle(with_account(decision, file.account), knowledge.in_language(file.case.language), wanted)


def _plan_named(given: Given) -> str:
    """How a body names its plan: by canonical URL, reference or id; of the resource itself the first of these that it has."""
    (value,) = given["planDefinition"]
    if isinstance(value, Raw):
        value = _url_of(value)
    return (value.reference or "") if isinstance(value, Reference) else str(value)


def _url_of(raw: Raw) -> str:
    where = "/parameter"
    try:
        plan = msgspec.json.decode(raw, type=_Plan)
    except UNDECODABLE as error:
        mend = "Send the canonical URL of a plan of this service, or the plan as it was read here."
        raise ParameterError(f"'planDefinition' is no PlanDefinition: {error}.", where=where, mend=mend) from error
    return plan.url or plan.id or ""


def read_request(given: Given, asked: Applying, spoken: tuple[str, ...]) -> ApplyRequest:
    """The parameters of a body, and what the URL says beside it. `spoken`: languages besides English. Raises ParameterError."""
    subject, as_of = said_of_record(given, asked)
    if given.get("useServerData", [False])[0]:
        what = "'useServerData' cannot be true: this service has no patients."
        raise ParameterError(what, where="/parameter", mend="Send the record as 'data', and leave useServerData out.")
    language, kind = _text(given, "userLanguage"), _text(given, "userType")
    said = language.partition("-")[0].lower()
    options = RecordOptions(
        subject,
        as_of,
        "patient" if kind == "patient" else "",
        said if said in spoken else "",
    )
    aside = [f"{name}: it changes nothing here." for name in ASIDE if name in given]
    if said and said not in (*spoken, "en"):
        aside.append(f"userLanguage {language}: the guideline is written in {', '.join(('en', *spoken))}.")
    return ApplyRequest(bytes(given["data"][0]), options, _provenance(given), tuple(aside))


def said_of_record(given: Given, asked: Applying) -> tuple[str, str]:
    """Whose record it is, and the moment of the case: in the body, or in the URL. Raises ParameterError where it is in both."""
    beside = {"subject": asked.subject, "asOf": asked.as_of}
    for name, value in beside.items():
        if value and name in given:
            raise ParameterError(f"{name!r} stands in the URL and in the body.", where=f"?{name}", mend="Give it once.")
    subject, as_of = (_text(given, name) or value for name, value in beside.items())
    return subject, as_of


def _provenance(given: Given) -> Wanted:
    """When and by whom it is decided, as far as the caller says so. Raises ParameterError."""
    try:
        return read_wanted("full", _text(given, "madeAt"), _text(given, "madeBy"))
    except PublicationError as error:
        raise ParameterError(error.what, where="/parameter", mend=error.mend) from error


def _text(given: Given, name: str) -> str:
    """A value as text: of a reference what it refers to, of a coded one its code."""
    match given.get(name, ("",))[0]:
        case Reference() as reference:
            return reference.reference or ""
        case CodeableConcept() as concept:
            return next((one.code for one in concept.codings if one.code), "") or concept.text or ""
        case text:
            return str(text)
