"""`/fhir/Questionnaire`: what the screens ask, as forms; `$populate`: what a record answers; `$next`: what is asked next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from msgspec import Meta
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
from spinegraph.api.http.fhir.exchange import Asked, answer_resource, answer_unless_unchanged, read_asked
from spinegraph.api.http.fhir.parameters import TEXTS, Declared, Given, read_operation
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine import CaseError, CaseFile, Engine
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.fhir.elements import Reference
from spinegraph.engine.exchange.fhir.questionnaire.populate import populate
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.reading.record import RecordOptions
from spinegraph.engine.exchange.fhir.writing.codings import Json, canonical
from spinegraph.engine.model import doc
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

WHICH = ("Id of a form: `all`, a package, or `screen-` and the id of a screen.", "all")
PATH = f"{FHIR_ROOT}/Questionnaire"
TAGGED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
"""Says of a resource that it is not whole (R4, 3.1.1.5.7)."""
NO_RECORDS = "no records are kept here; send what is known as data"
SUBJECT = Declared(("valueReference", *TEXTS), repeats=False)
PARAMETERS: Mapping[str, Declared] = {
    "subject": SUBJECT,
    "data": Declared(("resource",), required=True),
    "local": Declared(("valueBoolean",)),
    "as_of": Declared(("valueDate", "valueDateTime", "valueInstant", "valueString")),
    "context": Declared(unsupported=NO_RECORDS),
    "launchContext": Declared(unsupported=NO_RECORDS),
    "identifier": Declared(unsupported="the form is named in the URL"),
    "canonical": Declared(unsupported="the form is named in the URL"),
    "questionnaire": Declared(unsupported="the form is named in the URL"),
    "questionnaireRef": Declared(unsupported="the form is named in the URL"),
}
"""What the operations read: `$populate` of HL7 SDC, and the moment of the case, which no clock gives."""


class SearchAsked(Asked, frozen=True, kw_only=True, rename={"id": "_id"}):
    """What forms are searched by."""

    id: Annotated[str, doc("The id of a form.")] = ""
    url: Annotated[str, doc("The canonical URL of a form, with or without its version.")] = ""
    count: Annotated[int, Meta(description="So many at most.", ge=0, le=1000)] = 1000


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
        if id_ not in self.names:
            what, mend = f"There is no Questionnaire {shortened(id_)}.", f"GET {PATH} lists them."
            raise UnknownResourceError(what, mend=mend)
        return self.names[id_]


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
        (PATH, _search(forms), "GET", _operation("search_questionnaires", "Search forms", "The forms found.", read, SearchAsked)),
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
            _operation("populate_questionnaire", "What a record answers", "The answers.", sent, body=body, path=WHICH),
        ),
        (
            f"{PATH}/{{name}}/$next",
            _operated(forms, _next),
            "POST",
            _operation("next_questionnaire", "What is asked next", "The Questionnaire.", sent, body=body, path=WHICH),
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
        """The forms by `_id` or `url`; without either, what there is, each without its items."""
        asked = read_asked(request, SearchAsked)
        url = asked.url.partition("|")
        found = [
            (id_, name)
            for id_, name in forms.names.items()
            if asked.id in ("", id_) and url[0] in ("", canonical("Questionnaire", id_))
        ]
        whole = bool(asked.id or asked.url)
        written = [forms.write(name) if whole else _head_of(forms.questionnaires, name) for _, name in found]
        if url[2]:
            written = [one for one in written if one["version"] == url[2]]
        entries = [{"fullUrl": one["url"], "resource": one, "search": {"mode": "match"}} for one in written[: asked.count]]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(written), **({"entry": entries} if entries else {})}
        return answer_unless_unchanged(request, bundle, asked, forms.engine.knowledge.digest)

    return questionnaires


def _head_of(questionnaires: Questionnaires, name: FormName) -> Json:
    """A form without its items."""
    return {**questionnaires.write_head(name), "meta": {"tag": [TAGGED]}}


Answering = Callable[[Forms, FormName, CaseFile, str], Json]


def _operated(forms: Forms, answering: Answering) -> Callable[[Request], Any]:
    """The handler of an operation on one form, which reads a record."""

    async def operated(request: Request) -> Response:
        asked = read_asked(request, Asked)
        name = forms.named(request.path_params["name"])
        media_type_of(request, (FHIR, JSON), "A record")
        limits = forms.records.limits
        given = read_operation(await read_body(request, limits, too_large_case(limits)), PARAMETERS, whole="data")
        if given.get("local", (False,))[0]:
            raise ParameterError(f"'local' cannot be true: {NO_RECORDS}.", where="/parameter", mend="Leave it out.")
        read = partial(read_record, forms.records.reader, bytes(given["data"][0]), _options(given, name))
        file = await run_in_threadpool(read)
        answer = await run_in_threadpool(answering, forms, name, file, _subject(given))
        return answer_resource(request, answer, asked)

    operated.__doc__ = answering.__doc__
    return operated


def _options(given: Given, name: FormName) -> RecordOptions:
    return RecordOptions(_subject(given), given.get("as_of", ("",))[0], name.audience, name.language)


def _subject(given: Given) -> str:
    """Whose form it is, as the record names them."""
    subject = given.get("subject", ("",))[0]
    return (subject.reference or "") if isinstance(subject, Reference) else str(subject)


def _populated(forms: Forms, name: FormName, file: CaseFile, subject: str) -> Json:
    """What a record answers of a form, and nothing else: Parameters with `response`, and with `issues` where there are any."""
    whose = subject or (file.account.patient if file.account else "")
    return populate(file, forms.write(name), forms.responder(name.language), whose)


def _next(forms: Forms, name: FormName, file: CaseFile, _subject: str) -> Json:
    """What is still asked of the patient of a record, the most pressing first: a form; one without items, if nothing is open."""
    asked = forms.engine.of_packages(name.packages)
    screens = [one for one in asked.open_screens(asked.known_part(file.case)) if name.screen in ("", one.id)]
    return forms.questionnaires.write_next(screens, name)
