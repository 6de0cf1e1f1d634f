"""A request to validate: files and how they are to be judged, from a body of Turtle, of JSON or of form parts, and the URL."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta
from msgspec.structs import replace
from spinegraph.api.arguments import converted, properties_of, require_known
from spinegraph.api.http.errors import UnreadableBodyError
from spinegraph.api.http.negotiation import parse_media_type
from spinegraph.api.problems import ParameterError
from spinegraph.engine.errors import shortened
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.validation.reports import Format
from spinegraph.engine.validation.service.messages import Beside, Question
from spinegraph.engine.validation.validate import CHECKS
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

TURTLE, JSON, FORM = "text/turtle", "application/json", "multipart/form-data"
BODIES = (TURTLE, JSON, FORM)
CheckName = Annotated[str, Meta(title="check", extra_json_schema={"enum": [check.name for check in CHECKS]})]
Part = Annotated[str, Meta(extra_json_schema={"format": "binary"})]
MOST_FIELDS = 100
FORM_PARTS = "Send multipart/form-data as RFC 7578 has it."


TURTLE_EXAMPLE = """@prefix core: <https://w3id.org/spinegraph/core/> .
@prefix finding: <https://w3id.org/spinegraph/finding/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix shape: <https://w3id.org/spinegraph/shape/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

shape:SoreMuscles a sh:NodeShape ;
    rdfs:label "sore muscles"@en ;
    core:presnt finding:MuscleSpasm .
"""
"""A misspelt predicate."""

JSON_EXAMPLES: dict[str, dict[str, Any]] = {
    "beside-what-is-shipped": {
        "summary": "A file with a misspelt predicate, beside the shipped content",
        "value": {"files": {"shapes/rules/sore-muscles.ttl": TURTLE_EXAMPLE}},
    },
    "with-a-profile": {
        "summary": "One check, judged by a profile",
        "value": {
            "files": {"shapes/rules/sore-muscles.ttl": TURTLE_EXAMPLE},
            "only": ["vocabulary"],
            "profile": {"severity": {"unknown-term": "warning"}},
        },
    },
}


class ValidationParameters(Frozen, frozen=True, kw_only=True):
    """How files are to be judged, as the URL says it."""

    name: Annotated[str, doc("What a body of Turtle is called: a relative path.")] = "content.ttl"
    beside: Annotated[
        Beside,
        doc(
            "`shipped`: beside the content of this service, where a file of the same name is replaced; `alone`: with nothing but "
            "the schema."
        ),
    ] = "shipped"
    only: Annotated[tuple[CheckName, ...], doc("Checks to run; all of them if none is named.")] = ()
    owl: Annotated[bool, doc("Also ask the OWL reasoner, where the service offers it.")] = False
    fail_on: Annotated[Literal["error", "warning"], doc("From which severity on JUnit has failures.")] = "error"


class ValidationBody(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files, and how they are to be judged."""

    files: Annotated[
        dict[str, str],
        doc(
            "Texts by name: relative paths of Turtle (.ttl), mappings (.tsv), cases (.yaml), and below documents/ of sources "
            "(.txt, .md)."
        ),
    ]
    beside: Annotated[Beside, doc("As in the URL.")] = "shipped"
    only: Annotated[tuple[CheckName, ...], doc("As in the URL.")] = ()
    owl: Annotated[bool, doc("As in the URL.")] = False
    profile: Annotated[dict[str, Any] | str, doc("As in a profile file: an object, or YAML as text.")] = ""


class ValidationParts(Frozen, frozen=True, kw_only=True):
    """Form parts (RFC 7578)."""

    file: Annotated[tuple[Part, ...], doc("Each part with a file name is a file of that name.")] = ()
    profile: Annotated[str, doc("YAML of a profile.")] = ""


class Sent(NamedTuple):
    """What is to be validated, and how."""

    files: Mapping[str, bytes]
    options: ValidationParameters
    profile: str = ""


def make_question(sent: Sent, form: Format) -> Question:
    """The question to the service."""
    options = sent.options
    return Question(
        files=dict(sent.files),
        beside=options.beside,
        only=options.only,
        owl=options.owl,
        profile=sent.profile,
        form=form,
        fail_on=options.fail_on,
    )


# JSON ------------------------------------------------------------------------------------------


def read_json(body: bytes, given: Mapping[str, Any]) -> Sent:
    """Files and options of a JSON body, together with what the URL gave. Raises UnreadableBodyError, ParameterError."""
    data = parse_object(body, ValidationBody)
    for name in data:
        if name in given:
            raise ParameterError(f"{name} stands in the URL and in the body.", where=f"/{name}", mend="Give it once.")
    _no_name(given, "the body")
    files = files_of(data)
    judged = converted({**data, "files": {}}, ValidationBody, "/", strict=True)
    url = converted(given, ValidationParameters, "?", strict=False)
    options = replace(url, **{name: getattr(judged, name) for name in ("beside", "only", "owl") if name in data})
    profile = judged.profile if isinstance(judged.profile, str) else json.dumps(judged.profile, ensure_ascii=False)
    return Sent(files, options, _encodable(profile))


def parse_object(body: bytes, struct: type[Frozen]) -> dict[str, Any]:
    """A JSON body that has no other members than a struct. Raises UnreadableBodyError, ParameterError."""
    data = _parse_json(body)
    if not isinstance(data, dict):
        raise ParameterError("The body is no object.", where="/", mend='Send {"files": {"name.ttl": "…"}}.')
    for name in data:
        require_known(name, properties_of(struct), "member", f"/{name}")
    return data


def _no_name(given: Mapping[str, Any], place: str) -> None:
    if "name" in given:
        raise ParameterError("name is for a body of Turtle.", where="?name", mend=f"Name files in {place}.")


def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise UnreadableBodyError(
            f"This is not JSON: {error.msg}.", where=f"line {error.lineno}, column {error.colno}", mend="Mend the JSON."
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableBodyError("This is not UTF-8.", where=f"byte {error.start}", mend="Send UTF-8.") from error
    except RecursionError as error:
        raise UnreadableBodyError("This is nested too deeply.", mend="Files are texts by name.") from error
    except ValueError as error:
        raise UnreadableBodyError(f"This cannot be read: {error}.", mend="Shorten the number.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise UnreadableBodyError(
            f"{shortened(double)} stands more than once in one object.", mend="Nothing is dropped: join them."
        )
    return found


def files_of(body: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a body by name. Raises ParameterError."""
    data = body.get("files")
    mend = 'Write "files": {"shapes/rules/x.ttl": "the Turtle"}.'
    if not isinstance(data, dict):
        raise ParameterError("There are no files by name.", where="/files", mend=mend)
    files = {}
    for name, text in data.items():
        if not isinstance(text, str):
            raise ParameterError(f"{shortened(name)} is no text.", where=f"/files/{name}", mend=mend)
        try:
            files[name] = text.encode()
        except UnicodeEncodeError as error:
            what = f"{shortened(name)} has half a character (a lone surrogate)."
            raise ParameterError(what, where=f"/files/{name}", mend="Send whole characters.") from error
    return files


def _encodable(profile: str) -> str:
    try:
        profile.encode()
    except UnicodeEncodeError as error:
        what = "The profile has half a character (a lone surrogate)."
        raise ParameterError(what, where="/profile", mend="Send whole characters.") from error
    return profile


# Form parts --------------------------------------------------------------------------------------


async def read_form(body: bytes, content_type: str, given: Mapping[str, Any], most_files: int) -> Sent:
    """Files and options of a multipart body. Raises UnreadableBodyError, ParameterError.

    Each part with a file name is a file of that name; `profile` is a part without one.
    """

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    _no_name(given, "their parts")
    boundary = dict(parse_media_type(content_type).parameters).get("boundary", "")
    if not boundary or f"--{boundary}--".encode() not in body:  # the parser would pass over a part that was cut off
        raise UnreadableBodyError("These are no form parts: there is no last boundary.", mend=FORM_PARTS)
    parser = MultiPartParser(
        Headers({"content-type": content_type}),
        stream(),
        max_files=most_files + 1,  # the service says what is too many
        max_fields=MOST_FIELDS,
        max_part_size=len(body) + 1,
    )
    try:
        parts = await parser.parse()
    except MultiPartException as error:
        raise UnreadableBodyError(f"These are no form parts: {error.message}", mend=FORM_PARTS) from error
    files: dict[str, bytes] = {}
    profile = ""
    for field, part in parts.multi_items():
        if isinstance(part, UploadFile):
            name = part.filename or ""
            if name in files:
                raise ParameterError(
                    f"{shortened(name)} stands more than once.", where="/files", mend="Nothing is dropped: join them."
                )
            files[name] = await _whole(part)
        else:
            require_known(field, ("profile",), "part without a file name", f"/{field}")
            profile = _encodable(part)
    return Sent(files, converted(given, ValidationParameters, "?", strict=False), profile)


async def _whole(part: UploadFile) -> bytes:
    content = await part.read()
    await part.close()
    return content
