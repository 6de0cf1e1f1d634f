"""`POST /v1/decisions`: a case in, an explained decision out (design section 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from fastapi import APIRouter
from spinegraph.api.audit.record import Asked, Told
from spinegraph.api.case_body import CaseBody
from spinegraph.api.http.auditing import NO_AUDIT, Auditing
from spinegraph.api.http.bodies import FHIR, FHIR_LINES, YAML, BodyLimits, media_type_of, read_body
from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError, NotAcceptableError, UnreadableCaseError
from spinegraph.api.http.examples import request_examples
from spinegraph.api.http.negotiation import MediaType, negotiated, preferred_language
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation, reference
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.problems import AuditUnavailableError, ParameterError
from spinegraph.engine import (
    CaseError,
    CaseFile,
    CaseTooLargeError,
    Codebook,
    Engine,
    MalformedCaseError,
    make_case_file,
    parse_json,
    parse_turtle,
    parse_yaml,
)
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.decide.decision import View
from spinegraph.engine.errors import PublicationError, VocabularyError
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from spinegraph.engine.exchange.fhir.reading.bundle import parse_record
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.exchange.formats import BY_MEDIA_TYPE, FORMATS, Answer, Format, require_provenance
from spinegraph.engine.exchange.provenance.wanted import Form, Wanted, read_wanted
from spinegraph.engine.model import Answer as ShortAnswer
from spinegraph.engine.model import BriefAnswer, Decision, Frozen, doc
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response


class AnswerParameters(Frozen, frozen=True, kw_only=True):
    """What the URL may say about how much is answered."""

    view: Annotated[
        View,
        doc("How much is answered: the brief alone; also what is asked and what it rests on; or every verdict with its proof."),
    ] = "standard"
    explain: Annotated[tuple[str, ...], doc("Ids of recommendations whose proof and flips come along.")] = ()
    guideline: Annotated[tuple[str, ...], doc("Names of the packages that are asked, or all; by default all.")] = ()
    verdicts: Annotated[bool, doc("Whether the verdict of every recommendation comes along, each in one word.")] = False
    return_signs: Annotated[bool, doc("Whether the denied signs come along that are a reason to come back.")] = False

    @property
    def asked(self) -> Asked:
        """The same, as it is recorded."""
        return Asked(**{name: getattr(self, name) for name in Asked.__struct_fields__})


class DecisionParameters(AnswerParameters, frozen=True, kw_only=True):
    """What the URL may say about an answer."""

    subject: Annotated[
        str, doc("Of a FHIR record: whose case it is, by id, reference or URL, where it has several patients.")
    ] = ""
    as_of: Annotated[str, doc("Of a FHIR record: the moment of the case, a date or `timestamp` for that of the Bundle.")] = ""
    audience: Annotated[
        Literal["", "clinician", "patient"], doc("Of a FHIR record: for whom the words of the answer are meant.")
    ] = ""
    provenance: Annotated[
        Form,
        doc("Form of the provenance: every step; what is to be done or suspected with its evidence; that as a nanopublication."),
    ] = "full"
    made_at: Annotated[
        str, doc("Of provenance: the instant of the decision, with a zone. It changes neither decision nor id.")
    ] = ""
    made_by: Annotated[str, doc("Of provenance: who made the decision, by IRI or ORCID. It changes neither decision nor id.")] = (
        ""
    )

    @property
    def of_provenance(self) -> Wanted:
        """What is asked of provenance. Raises ParameterError."""
        try:
            return read_wanted(self.provenance, self.made_at, self.made_by)
        except PublicationError as error:
            raise _parameter_error(error) from error


Parser = Callable[[bytes], Any]
Renderer = Callable[[CaseFile, DecisionParameters], bytes]

PARSERS: dict[str, Parser] = {JSON: parse_json, YAML: parse_yaml, "text/turtle": parse_turtle}
"""Media type of a request → how to read it."""
BODIES = tuple(PARSERS)
RECORDS = (FHIR, FHIR_LINES)
"""Media types of records, which are read with an account of all that stands in them."""
OF_RECORDS = ("subject", "as_of", "audience")
"""Parameters that say of a record what a case says itself."""
R4 = ("4.0", "4.0.1")
"""What the parameter `fhirVersion` of their media type may name."""

PLAIN = DecisionParameters()
VIEWS = (ShortAnswer, BriefAnswer, Decision)
"""What is answered as JSON, by view; the first is the default."""
SMALL = 32_768
"""Bytes up to which JSON is read at once; what takes longer is read in a thread, so that others are still answered."""
READERS = 1
"""How many cases are read in a thread at a time: more would only take the interpreter from small ones. The sender of one
that still waits may go away, and it is not read at all."""


class RecordBodies(NamedTuple):
    """How records of FHIR are read: by whom, and how much of one at most."""

    reader: FhirReader
    limits: BodyLimits


def renderers_of(engine: Engine, local: LocalText = NO_TEXT) -> dict[str, Renderer]:
    """Media type of a reply → how to decide a case and write the answer; the first is the default. `local`: see Settings."""

    def answer(file: CaseFile, wanted: DecisionParameters) -> bytes:
        return as_json(engine, file, wanted)

    def written(form: Format, file: CaseFile, wanted: DecisionParameters) -> bytes:
        decision = with_account(engine.decide(file.case, wanted.view == "full", wanted.guideline), file.account)
        knowledge = engine.knowledge.in_language(file.case.language)
        return form.write(Answer(knowledge, decision, file.title, file.narrative, local, wanted.of_provenance))

    return {**{form.media_type: partial(written, form) for form in FORMATS}, JSON: answer}


def as_json(engine: Engine, file: CaseFile, wanted: AnswerParameters) -> bytes:
    """An answer as JSON, in one line."""
    return wanted.asked.answer(engine, file.case, file.account)


def _parameter_error(error: PublicationError) -> ParameterError:
    return ParameterError(error.what, where=f"?{error.where}", mend=error.mend)


def _of_format(media_type: str, wanted: DecisionParameters) -> None:
    """Refuse what is asked of provenance where the answer is none. Raises ParameterError."""
    try:
        require_provenance(BY_MEDIA_TYPE[media_type], wanted.of_provenance)
    except PublicationError as error:
        raise _parameter_error(error) from error


A = TypeVar("A", bound=AnswerParameters)


def named(engine: Engine, wanted: A) -> A:
    """The parameters, if there are the recommendations and packages that they name. Raises ParameterError."""
    if wanted.explain and wanted.view == "brief":
        raise ParameterError("A brief has no proofs.", where="?explain", mend="Ask for view=standard, or leave explain out.")
    try:
        asked = engine.of_packages(wanted.guideline)
    except VocabularyError as error:
        raise ParameterError(error.what, where="?guideline", mend=error.mend) from error
    try:
        asked.known_recommendations(wanted.explain)
    except VocabularyError as error:
        raise ParameterError(error.what, where="?explain", mend=error.mend) from error
    return wanted


def decisions_router(
    engine: Engine,
    codebook: Codebook,
    limits: BodyLimits,
    records: RecordBodies | None,
    local: LocalText = NO_TEXT,
    auditing: Auditing = NO_AUDIT,
) -> APIRouter:
    """The router of decisions; without `records` those are not read. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["decisions"], route_class=OpenRoute)
    renderers = renderers_of(engine, local)
    offered = tuple(renderers)
    spoken = tuple(engine.knowledge.languages)
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="case-reader")
    read_kinds = (*BODIES, *RECORDS) if records else BODIES
    of_cases = limits, too_large_case(limits)

    async def decide(request: Request) -> Response:
        """What the guidelines say of one patient: a verdict for each recommendation, with proof, missing facts and sources.

        The same case and the same knowledge give the same decision, under the same `id`.
        """
        query = request.scope["query_string"]
        wanted = named(engine, read_parameters(query, DecisionParameters)) if query else PLAIN
        kind = media_type_of(request, read_kinds, "A case")
        media_type = negotiated(request, offered, "A decision")
        if query:
            _of_format(media_type, wanted)
        language = preferred_language(request, spoken)
        options = _record_options(kind, wanted, language)
        if records and options:
            body = await read_body(request, records.limits, too_large_case(records.limits))
            read = partial(read_record, records.reader, body, options)
        else:
            body = await read_body(request, *of_cases)
            read = partial(read_case, PARSERS[kind.name], body, codebook, language)
        if kind.name in (JSON, FHIR) and len(body) <= SMALL:
            file = read()
        else:
            file = await unless_gone(request, asyncio.get_running_loop().run_in_executor(readers, read))
        render = renderers[media_type]
        at_once = media_type == JSON and wanted.view != "full" and not wanted.explain
        answer = render(file, wanted) if at_once else await run_in_threadpool(render, file, wanted)
        headers = {"Vary": "Accept, Accept-Language" if spoken else "Accept"}
        if file.case.language:
            headers["Content-Language"] = file.case.language
        plain = answer if media_type == JSON and not file.account else b""
        headers |= await auditing.recorded(request, "decisions", Told(file, wanted.asked, answer, media_type, plain))
        return Response(answer, headers=headers, media_type=media_type)

    add_operation(
        router,
        "/v1/decisions",
        decide,
        Operation(
            "decide",
            "Decide a case",
            "The decision.",
            {name: VIEWS if name == JSON else None for name in offered},
            (
                UnreadableCaseError,
                BodyTimeoutError,
                NotAcceptableError,
                MediaTypeError,
                CaseError,
                ParameterError,
                PublicationError,
                AuditUnavailableError,
            ),
            DecisionParameters,
            body={**case_bodies(codebook), **(record_bodies() if records else {})},
        ),
        method="POST",
    )
    return router


def _record_options(kind: MediaType, wanted: DecisionParameters, language: str) -> RecordOptions | None:
    """What is said beside a record, or None for a case, which says it itself. Raises ParameterError, MediaTypeError."""
    if kind.name not in RECORDS:
        if given := next((name for name in OF_RECORDS if getattr(wanted, name)), ""):
            raise ParameterError(
                f"{given!r} goes with a FHIR record.", where=f"?{given}", mend="A case says it in its own members."
            )
        return None
    version = dict(kind.parameters).get("fhirversion", R4[0])
    if version not in R4:
        raise MediaTypeError(f"The record is of FHIR {version}.", where="Content-Type", mend="Send FHIR R4 (fhirVersion=4.0).")
    return RecordOptions(wanted.subject, wanted.as_of, wanted.audience, language, lines=kind.name == FHIR_LINES)


def too_large_case(limits: BodyLimits) -> Callable[[], CaseTooLargeError]:
    """What is wrong with a body that has more bytes than the limit."""
    what = f"The body has more than {limits.max_bytes:,} bytes."
    return partial(CaseTooLargeError, what, mend="Send only codes and measurements.")


def case_bodies(codebook: Codebook) -> dict[str, Any]:
    """The bodies that are read, as OpenAPI writes them."""
    graph = {"schema": {"type": "string", "description": "A graph with one core:Case."}}
    structured = {"schema": reference(CaseBody), "examples": request_examples(codebook)}
    return {name: graph if name == "text/turtle" else structured for name in BODIES}


def record_bodies() -> dict[str, Any]:
    """The records that are read, as OpenAPI writes them."""
    members = {"resourceType": {"type": "string"}, "entry": {"type": "array"}}
    record = {
        "type": "object",
        "required": ["resourceType"],
        "properties": members,
        "description": "FHIR R4: a Bundle, or one resource.",
    }
    return {
        FHIR: {"schema": {"anyOf": [record, {"type": "array", "items": {"type": "object"}}]}},
        FHIR_LINES: {"schema": {"type": "string", "description": "FHIR R4: one resource a line."}},
    }


def read_record(reader: FhirReader, body: bytes, options: RecordOptions) -> CaseFile:
    """Body → case, with the account of the record. Raises UnreadableCaseError where it is no FHIR, CaseError."""
    try:
        record = parse_record(body, options.lines)
    except MalformedCaseError as error:
        raise UnreadableCaseError(error.what, where=error.where, mend=error.mend) from error
    return reader.case_of(record, options)


def read_case(parse: Parser, body: bytes, codebook: Codebook, language: str = "") -> CaseFile:
    """Body → case, with its words; `language` is that of the answer where the case names none.

    Raises UnreadableCaseError where the syntax is wrong, CaseError where what it says is.
    """
    try:
        data = parse(body)
    except MalformedCaseError as error:
        raise UnreadableCaseError(error.what, where=error.where, mend=error.mend) from error
    if language and isinstance(data, dict):
        data = {"language": language, **data}
    return make_case_file(data, codebook)
