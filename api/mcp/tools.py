"""The tools: what each is called, takes and answers, and how a call becomes an answer or an error.

Arguments are read by the readers of the HTTP service, not by the SDK's, so that what is wrong is told in the same words.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import anyio.to_thread
import msgspec
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from spinegraph.api.arguments import converted, properties_of, require_known
from spinegraph.api.case_body import CaseBody
from spinegraph.api.mcp import deciding, looking_up, proof
from spinegraph.api.mcp.answers import Comparison, Explanation, FoundCodes, NextScreen, QueryAnswer, Tensions
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.recording import asked_by
from spinegraph.api.mcp.words import DESCRIPTIONS, TITLES
from spinegraph.api.problems import RequestError, fault_members, members_of
from spinegraph.engine import CaseError
from spinegraph.engine.errors import QueryError
from spinegraph.engine.model import BriefAnswer, Frozen

logger = logging.getLogger("spinegraph")
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
ANSWERED = (CaseError, QueryError, RequestError)
"""Errors of whoever asks; all others are faults of the service."""


class Signature(NamedTuple):
    """A tool: names of the arguments that are cases, the struct of the others, the struct that it answers, and its function.

    The function takes the guidelines, the options and the cases; what it gives is that struct, or JSON of it, maybe with more.
    """

    cases: tuple[str, ...]
    options: type[Frozen]
    answer: type[Frozen]
    run: Callable[..., Frozen | bytes | Awaitable[Frozen]]


SIGNATURES: Mapping[str, Signature] = {
    "find_codes": Signature((), looking_up.FindCodes, FoundCodes, looking_up.find_codes),
    "decide": Signature(("case",), deciding.Decide, BriefAnswer, deciding.decide),
    "next_screen": Signature(("case",), deciding.OfPackages, NextScreen, deciding.next_screen),
    "explain": Signature(("case",), proof.Explain, Explanation, proof.explain),
    "what_if": Signature(("case", "other"), deciding.OfPackages, Comparison, deciding.what_if),
    "tensions": Signature(("case",), deciding.OfPackages, Tensions, deciding.tensions),
    "query": Signature((), looking_up.Query, QueryAnswer, looking_up.query),
}


def make_tools(guidelines: Guidelines) -> list[Tool]:
    """Every tool on one knowledge; that which asks SPARQL only where there is any."""
    offered = {name: signature for name, signature in SIGNATURES.items() if guidelines.queries or name != "query"}
    return [_make_tool(name, signature, guidelines) for name, signature in offered.items()]


class GuidelineTool(Tool):
    """A tool whose arguments this package reads; `fn` takes them as they came and never raises."""

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:  # noqa: ARG002
        """The result of a call, as the SDK asks for it."""
        with asked_by(_request_of(context)):
            return await self.fn(arguments)


def _request_of(context: Any) -> Any:
    """The HTTP request that brings a message, or None where none does."""
    try:
        return context.request_context.request
    except ValueError:  # called without a message, as the SDK tells that
        return None


def _make_tool(name: str, signature: Signature, guidelines: Guidelines) -> Tool:
    async def call(arguments: dict[str, Any]) -> CallToolResult:
        try:
            written = await _answer(signature, guidelines, arguments)
        except ANSWERED as error:
            return _refusal(members_of(error))
        except Exception as error:
            incident = uuid.uuid4().urn
            logger.error("%s: the tool %s failed", incident, name, exc_info=error)
            return _refusal(fault_members(incident))
        text = TextContent(type="text", text=written.decode())
        return CallToolResult(content=[text], structured_content=json.loads(written))

    return GuidelineTool(
        fn=call,
        name=name,
        title=TITLES[name],
        description=DESCRIPTIONS[name],
        parameters=input_schema(signature),
        fn_metadata=FuncMetadata(arg_model=ArgModelBase, output_schema=output_schema(signature.answer)),
        is_async=True,
        context_kwarg=None,
        annotations=READ_ONLY,
    )


async def _answer(signature: Signature, guidelines: Guidelines, arguments: Mapping[str, Any]) -> bytes:
    """The answer as JSON. What takes time is done in a thread. Raises SpinegraphError."""
    options = {name: value for name, value in arguments.items() if name not in signature.cases}
    known = (*signature.cases, *properties_of(signature.options))
    for name in options:
        require_known(name, known, "argument", f"/{name}")
    asked = converted(options, signature.options, "/", strict=True)

    def work() -> Any:
        cases = [guidelines.read_case(arguments, name) for name in signature.cases]
        return signature.run(guidelines, asked, *cases)

    answer = await anyio.to_thread.run_sync(work)
    if isinstance(answer, Awaitable):
        answer = await answer
    return answer if isinstance(answer, bytes) else msgspec.json.encode(answer)


def _refusal(problem: Mapping[str, Any]) -> CallToolResult:
    """A problem as JSON; a lone surrogate, which UTF-8 cannot carry, goes back as the escape that it came as."""
    text = json.dumps(problem, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


# Schemas -------------------------------------------------------------------------------------


def input_schema(signature: Signature) -> dict[str, Any]:
    """JSON schema of the arguments; a case is what `POST /v1/decisions` takes."""
    schema = _inlined(msgspec.json.schema(signature.options))
    case = msgspec.json.schema(CaseBody)
    members = {name: {"description": CASES[name], "$ref": case["$ref"]} for name in signature.cases}
    definitions = {**schema.get("$defs", {}), **(case["$defs"] if members else {})}
    return {
        "type": "object",
        "properties": {**members, **schema["properties"]},
        "required": [*members, *schema["required"]],
        "additionalProperties": False,
        **({"$defs": definitions} if definitions else {}),
    }


CASES = {
    "case": "The patient as told so far. What is left out is unknown, never absent.",
    "other": "The same patient, whole, with the facts that are to be otherwise; its audience is that of `case`.",
}


def output_schema(answer: type[Frozen]) -> dict[str, Any]:
    """JSON schema of an answer, an object at its root, as the protocol asks. Further members are allowed.

    Without descriptions: a client checks answers by it, and an assistant, which has all of it before its eyes, reads answers.
    """
    return dict(_undescribed(_inlined(msgspec.json.schema(answer))))


def _undescribed(schema: Any) -> Any:
    if isinstance(schema, dict):
        words = ("title", "description")
        return {key: _undescribed(part) for key, part in schema.items() if key not in words or not isinstance(part, str)}
    return list(map(_undescribed, schema)) if isinstance(schema, list) else schema


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that is only a reference into its own definitions, with that definition at its root."""
    definitions = dict(schema.get("$defs", {}))
    name = schema["$ref"].rpartition("/")[2]
    root = definitions.pop(name)
    return {**root, **({"$defs": definitions} if definitions else {})}
