"""A request to validate: files and how they are to be judged, from a body of Turtle, of JSON or of form parts, and the URL."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

from spinegraph.api.http.errors import ParameterError, UnreadableBodyError
from spinegraph.api.http.negotiation import parse_media_type
from spinegraph.engine.errors import shortened
from spinegraph.engine.validation.diagnostics import Severity
from spinegraph.engine.validation.reports import Format
from spinegraph.engine.validation.service.messages import Beside, Question
from spinegraph.engine.validation.validate import CHECKS
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

TURTLE, JSON, FORM = "text/turtle", "application/json", "multipart/form-data"
BODIES = (TURTLE, JSON, FORM)
PARAMETERS = ("name", "beside", "only", "owl", "fail_on")
MEMBERS = ("files", "beside", "only", "owl", "profile")
BESIDE = ("shipped", "alone")
FAIL_ON = ("error", "warning")
NAME = "content.ttl"
"""What a body of Turtle is called if the URL does not say."""
MOST_FIELDS = 100
FORM_PARTS = "Send multipart/form-data as RFC 7578 has it."


class Options(NamedTuple):
    """How files are to be judged; None where nothing was said."""

    name: str | None = None
    beside: str | None = None
    only: tuple[str, ...] | None = None
    owl: bool | None = None
    profile: str | None = None
    fail_on: str | None = None


def read_parameters(query: bytes) -> Options:
    """The options in a query string. Raises ParameterError."""
    pairs = parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        _check_known(name, PARAMETERS, "parameter", f"?{name}")
        values.setdefault(name, []).append(value)
    for name, given in values.items():
        if name != "only" and len(given) > 1:
            raise ParameterError(f"{name} stands {len(given)} times.", where=f"?{name}", mend="Give it once.")
    one = {name: given[0] for name, given in values.items()}
    for name, allowed in (("beside", BESIDE), ("owl", ("true", "false")), ("fail_on", FAIL_ON)):
        if name in one:
            _check_known(one[name], allowed, f"{name}", f"?{name}")
    only = tuple(check for given in values.get("only", ()) for check in given.split(","))
    return Options(
        name=one.get("name"),
        beside=one.get("beside"),
        only=_checks(only, "?only") if only else None,
        owl=one["owl"] == "true" if "owl" in one else None,
        fail_on=one.get("fail_on"),
    )


def make_question(files: Mapping[str, bytes], options: Options, form: Format) -> Question:
    """The question to the service."""
    return Question(
        files=dict(files),
        beside=cast("Beside", options.beside or "shipped"),
        only=options.only or (),
        owl=bool(options.owl),
        profile=options.profile or "",
        form=form,
        fail_on=cast("Severity", options.fail_on or "error"),
    )


# JSON ------------------------------------------------------------------------------------------


def read_json(body: bytes, said: Options) -> tuple[dict[str, bytes], Options]:
    """Files and options of a JSON body, together with what the URL said. Raises UnreadableBodyError, ParameterError."""
    data = _parse_json(body)
    if not isinstance(data, dict):
        raise ParameterError("The body is no object.", where="/", mend='Send {"files": {"name.ttl": "…"}}.')
    for name in data:
        _check_known(name, MEMBERS, "member", f"/{name}")
    for name in ("beside", "only", "owl"):
        if name in data and getattr(said, name) is not None:
            raise ParameterError(f"{name} stands in the URL and in the body.", where=f"/{name}", mend="Give it once.")
    if said.name is not None:
        raise ParameterError("name is for a body of Turtle.", where="?name", mend="Name files in the body.")
    if "beside" in data:
        _check_known(data["beside"], BESIDE, "beside", "/beside")
    if not isinstance(data.get("owl", False), bool):
        raise ParameterError("owl is no truth value.", where="/owl", mend="Write true or false.")
    options = said._replace(
        beside=data.get("beside", said.beside),
        only=_checks(data["only"], "/only") if "only" in data else said.only,
        owl=data.get("owl", said.owl),
        profile=_profile(data.get("profile")),
    )
    return _files(data.get("files")), options


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


def _files(data: Any) -> dict[str, bytes]:
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


def _profile(data: Any) -> str | None:
    if data is None or isinstance(data, str):
        return _encodable(data)
    if isinstance(data, dict):
        return _encodable(json.dumps(data, ensure_ascii=False))
    raise ParameterError("The profile is neither an object nor YAML as text.", where="/profile", mend="See docs/validation.md.")


def _encodable(text: str | None) -> str | None:
    try:
        (text or "").encode()
    except UnicodeEncodeError as error:
        what = "The profile has half a character (a lone surrogate)."
        raise ParameterError(what, where="/profile", mend="Send whole characters.") from error
    return text


# Form parts --------------------------------------------------------------------------------------


async def read_form(body: bytes, content_type: str, said: Options, most_files: int) -> tuple[dict[str, bytes], Options]:
    """Files and options of a multipart body. Raises UnreadableBodyError, ParameterError.

    Each part with a file name is a file of that name; `profile` is a part without one.
    """

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    if said.name is not None:
        raise ParameterError("name is for a body of Turtle.", where="?name", mend="Name files in their parts.")
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
    profile = None
    for field, part in parts.multi_items():
        if isinstance(part, UploadFile):
            name = part.filename or ""
            if name in files:
                raise ParameterError(
                    f"{shortened(name)} stands more than once.", where="/files", mend="Nothing is dropped: join them."
                )
            files[name] = await _whole(part)
        else:
            _check_known(field, ("profile",), "part without a file name", f"/{field}")
            profile = _profile(part)
    return files, said._replace(profile=profile)


async def _whole(part: UploadFile) -> bytes:
    content = await part.read()
    await part.close()
    return content


# What is known -----------------------------------------------------------------------------------


def _checks(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(name, str) for name in given):
        raise ParameterError("only is no list of checks.", where=where, mend='Write ["syntax", "vocabulary"].')
    for name in given:
        _check_known(name, tuple(check.name for check in CHECKS), "check", where)
    return tuple(given)


def _check_known(name: Any, known: Sequence[str], what: str, where: str) -> None:
    if name in known:
        return
    near = get_close_matches(str(name), known, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    shown = shortened(name) if isinstance(name, str) else shortened(json.dumps(name))
    raise ParameterError(f"There is no {what} {shown}{meant}", where=where[:80], mend=f"Use {', '.join(known)}.")
