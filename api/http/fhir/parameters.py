"""The body of an operation (FHIR R4, 3.2.0): a Parameters resource, of which nothing is ignored, or the one resource alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw
from spinegraph.api.arguments import require_known
from spinegraph.api.http.errors import UnreadableBodyError
from spinegraph.api.problems import ParameterError
from spinegraph.engine.errors import UNDECODABLE, shortened
from spinegraph.engine.exchange.fhir.elements import CodeableConcept, Reference

KINDS: Mapping[str, Any] = {
    **dict.fromkeys(
        (
            "valueString", "valueCode", "valueUri", "valueUrl", "valueCanonical", "valueId", "valueDate", "valueDateTime",
            "valueInstant",
        ),
        str,
    ),
    "valueBoolean": bool,
    "valueReference": Reference,
    "valueCodeableConcept": CodeableConcept,
    "resource": Raw,
}  # fmt: skip
"""Member of a parameter that has its value → what is read of it."""
TEXTS = tuple(name for name, kind in KINDS.items() if kind is str)
ASIDE = frozenset({"id", "extension"})
"""What a parameter may have besides name and value."""


class Declared(NamedTuple):
    """A parameter of an operation: the members in which its value may stand; whether it has to be there, and may be repeated.

    `unsupported`: why it cannot be used, of one that the specification has and we do not.
    """

    values: tuple[str, ...] = TEXTS
    required: bool = False
    repeats: bool = False
    unsupported: str = ""


class _Head(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    parameter: tuple[Raw, ...] = ()


Given = Mapping[str, Sequence[Any]]
"""Values by the name of the parameter, in the order in which they stand."""


def read_operation(body: bytes, declared: Mapping[str, Declared], whole: str = "") -> Given:
    """The values that a body gives. `whole`: the parameter whose value a body is that is no Parameters, such as a
    Bundle: then it is the only one.

    Raises UnreadableBodyError where it is no JSON, ParameterError for all that is not declared, or not as it is declared.
    """
    head = _head(body)
    if head.resource_type != "Parameters":
        if not whole or not head.resource_type:
            what = f"The body is {f'a {shortened(head.resource_type)}' if head.resource_type else 'no resource'}."
            raise ParameterError(what, where="/resourceType", mend=_mend(declared))
        return {whole: [Raw(body)]}
    given: dict[str, list[Any]] = {}
    for number, raw in enumerate(head.parameter):
        name, value = _parameter(raw, declared, f"/parameter/{number}")
        if given.setdefault(name, []) and not declared[name].repeats:
            raise ParameterError(f"{name!r} is given twice.", where=f"/parameter/{number}", mend="Give it once.")
        given[name].append(value)
    return _complete(given, declared)


def _complete(given: dict[str, list[Any]], declared: Mapping[str, Declared]) -> Given:
    for name, one in declared.items():
        if one.required and name not in given:
            raise ParameterError(f"{name!r} is missing.", where="/parameter", mend=_mend(declared))
    return given


def _head(body: bytes) -> _Head:
    try:
        return msgspec.json.decode(body, type=_Head)
    except msgspec.ValidationError as error:
        what = f"The body is no resource: {error}."
        raise ParameterError(what, where="/", mend='Send {"resourceType": "Parameters", "parameter": […]}.') from error
    except UNDECODABLE as error:
        raise UnreadableBodyError(f"The body is no JSON: {error}.", mend="Send a resource in JSON.") from error


def _parameter(raw: Raw, declared: Mapping[str, Declared], where: str) -> tuple[str, Any]:
    """Name and value of one parameter."""
    try:
        members = msgspec.json.decode(raw, type=dict[str, Raw])
        name = msgspec.json.decode(members.pop("name"), type=str)
    except (*UNDECODABLE, KeyError) as error:
        raise ParameterError("A parameter has no name.", where=where, mend=_mend(declared)) from error
    require_known(name, declared, "parameter", f"{where}/name")
    one = declared[name]
    if one.unsupported:
        raise ParameterError(f"{name!r} cannot be used here: {one.unsupported}.", where=where, mend="Leave it out.")
    values = [member for member in members if member not in ASIDE]
    if len(values) != 1 or values[0] not in one.values:
        what = f"{name!r} has {', '.join(map(shortened, values)) or 'no value'}."
        raise ParameterError(what, where=where, mend=f"Give it one of {', '.join(one.values)}.")
    (member,) = values
    try:
        return name, msgspec.json.decode(members[member], type=KINDS[member])
    except UNDECODABLE as error:
        raise ParameterError(
            f"{name!r} cannot be: {error}.", where=f"{where}/{member}", mend=f"See {member} in FHIR R4."
        ) from error


def _mend(declared: Mapping[str, Declared]) -> str:
    names = [f"{name}{'!' if one.required else ''}" for name, one in declared.items() if not one.unsupported]
    return f'Send {{"resourceType": "Parameters", "parameter": [{{"name": …}}]}} with {", ".join(names)} (! has to be there).'
