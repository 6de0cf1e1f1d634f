"""`/fhir/Questionnaire`: what the screens ask, as forms; `$populate`: what a record answers; `$next`: what is asked next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from fastapi import APIRouter
from spinegraph.api.http.access import root_of
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
from spinegraph.api.http.fhir.applying import SUBJECT, Applying, said_of_record
from spinegraph.api.http.fhir.definitions import CanonicalSearch, id_among, matching, search_set
from spinegraph.api.http.fhir.exchange import Asked, answer_resource, answer_unless_unchanged, media_type_asked, read_asked
from spinegraph.api.http.fhir.parameters import Declared, read_operation
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine import CaseError, CaseFile, Engine
from spinegraph.engine.exchange.fhir.questionnaire.populate import populate
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.reading.record import RecordOptions
from spinegraph.engine.exchange.fhir.writing.codings import Json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

WHICH = ("Id of a form: `all`, a package, or `screen-` and the id of a screen.", "all")
PATH = f"{FHIR_ROOT}/Questionnaire"
TAGGED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
"""Says of a resource that it is not whole (R4, 3.1.1.5.7)."""
NO_RECORDS = "no records are kept here; send what is known as data"
PARAMETERS: Mapping[str, Declared] = {
    "subject": Declared(SUBJECT),
    "data": Declared(("resource",), required=True),
    "local": Declared(("valueBoolean",)),
    "asOf": Declared(),
    "context": Declared(unsupported=NO_RECORDS),
    "launchContext": Declared(unsupported=NO_RECORDS),
    "identifier": Declared(unsupported="the form is named in the URL"),
    "canonical": Declared(unsupported="the form is named in the URL"),
    "questionnaire": Declared(unsupported="the form is named in the URL"),
    "questionnaireRef": Declared(unsupported="the form is named in the URL"),
}
"""What the operations read: `$populate` of HL7 SDC, and the moment of the case, which no clock gives."""


class Forms(NamedTuple):
    """What the handlers need: the engine, the forms by id, how one is written, and how records are read."""

    engine: Engine
    names: Mapping[str, FormName]
    questionnaires: Questionnaires
    write: Callable[[FormName], Json]
    responder: Callable[[str], Responder]
    records: RecordBodies

    def named(self, id_: str) -> FormName:
        """The form of an id. Raises UnknownResourceError."""
        return self.names[id_among(self.names, "Questionnaire", id_, "Questionnaire")]


def questionnaires_router(engine: Engine, records: RecordBodies) -> APIRouter:
    """The router of the forms. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["fhir"], route_class=OpenRoute)
    questionnaires = Questionnaires(engine.knowledge)
    forms = Forms(
        engine,
        {name.id: name for name in questionnaires.names()},
        questionnaires,
        lru_cache(maxsize=32)(questionnaires.write),
        lru_cache(maxsize=4)(lambda language: Responder(engine.knowledge.in_language(language))),
        records,
    )
    read = (ParameterError, NotAcceptableError)
    sent = (*read, UnreadableCaseError, UnreadableBodyError, BodyTimeoutError, MediaTypeError, CaseError, UnknownResourceError)
    body = {FHIR: {"schema": {"type": "object"}}}
    for path, handler, method, operation in (
        (
            PATH,
            _search(forms),
            "GET",
            _operation("search_questionnaires", "Search forms", "The forms found.", read, CanonicalSearch),
        ),
        (
            f"{PATH}/{{name}}",
            _read(forms),
            "GET",
            _operation("get_questionnaire", "A form", "The Questionnaire.", (*read, UnknownResourceError), path=WHICH),
        ),
        (
            f"{PATH}/{{name}}/$populate",
            _operated(forms, _populated),
            "POST",
            _operation("populate_questionnaire", "What a record answers", "The answers.", sent, Applying, body=body, path=WHICH),
        ),
        (
            f"{PATH}/{{name}}/$next",
            _operated(forms, _next),
            "POST",
            _operation("next_questionnaire", "What is asked next", "The Questionnaire.", sent, Applying, body=body, path=WHICH),
        ),
    ):
        add_operation(router, path, handler, operation, method=method)
    return router


def _operation(
    name: str, title: str, says: str, errors: tuple[Any, ...], parameters: type[Asked] = Asked, **more: Any
) -> Operation:
    return Operation(name, title, f"{says} FHIR R4.", {FHIR: None, JSON: None}, errors, parameters, **more)


def _read(forms: Forms) -> Callable[[Request], Response]:
    def questionnaire(request: Request) -> Response:
        """What the screens ask, as a form: of all packages, of one, or one screen."""
        asked = read_asked(request, Asked)
        form = forms.write(forms.named(request.path_params["name"]))
        return answer_unless_unchanged(request, form, asked, forms.engine.knowledge.digest)

    return questionnaire


def _search(forms: Forms) -> Callable[[Request], Response]:
    def questionnaires(request: Request) -> Response:
        """The forms that are named by `_id` or `url`; without either, what there is, each without its items."""
        asked = read_asked(request, CanonicalSearch)
        found = [*matching({id_: _head_of(forms.questionnaires, name) for id_, name in forms.names.items()}, asked)]
        if asked.ids or asked.url:
            found = [forms.write(forms.names[one["id"]]) for one in found]
        bundle = search_set("Questionnaire", found, asked, f"{root_of(request).rstrip('/')}{FHIR_ROOT}")
        return answer_unless_unchanged(request, bundle, asked, forms.engine.knowledge.digest)

    return questionnaires


def _head_of(questionnaires: Questionnaires, name: FormName) -> Json:
    """A form without its items."""
    return {**questionnaires.write_head(name), "meta": {"tag": [TAGGED]}}


Answering = Callable[[Forms, FormName, CaseFile, str], Json]


def _operated(forms: Forms, answering: Answering) -> Callable[[Request], Any]:
    """The handler of an operation on one form, which reads a record."""

    async def operated(request: Request) -> Response:
        asked = read_asked(request, Applying)
        media_type_asked(request, asked)
        name = forms.named(request.path_params["name"])
        media_type_of(request, (FHIR, JSON), "A record")
        limits = forms.records.limits
        given = read_operation(await read_body(request, limits, too_large_case(limits)), PARAMETERS, whole="data")
        if given.get("local", (False,))[0]:
            raise ParameterError(f"'local' cannot be true: {NO_RECORDS}.", where="/parameter", mend="Leave it out.")
        subject, as_of = said_of_record(given, asked)
        options = RecordOptions(subject, as_of, name.audience, name.language)
        file = await run_in_threadpool(read_record, forms.records.reader, bytes(given["data"][0]), options)
        answer = await run_in_threadpool(answering, forms, name, file, subject)
        return answer_resource(request, answer, asked)

    operated.__doc__ = answering.__doc__
    return operated


def _populated(forms: Forms, name: FormName, file: CaseFile, subject: str) -> Json:
    """What a record answers of a form, and nothing else: Parameters with `response`, and with `issues` where there are any."""
    whose = subject or (file.account.patient if file.account else "")
    return populate(file, forms.write(name), forms.responder(name.language), whose)


def _next(forms: Forms, name: FormName, file: CaseFile, _subject: str) -> Json:
    """What is still asked of the patient of a record, the most pressing first: a form; one without items, if nothing is open."""
    asked = forms.engine.of_packages(name.packages)
    screens = [one for one in asked.open_screens(asked.known_part(file.case)) if name.screen in ("", one.id)]
    return forms.questionnaires.write_next(screens, name)
