"""Named values of a request → a struct that declares them with bounds and descriptions; what it does not have is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from spinegraph.api.problems import ParameterError
from spinegraph.engine.errors import shortened
from spinegraph.engine.model import Frozen

S = TypeVar("S", bound=Frozen)


@lru_cache
def properties_of(model: type[Frozen]) -> Mapping[str, Any]:
    """The JSON schema of each member of a struct."""
    (schema,), components = msgspec.json.schema_components((model,))
    properties: dict[str, Any] = components[schema["$ref"].rpartition("/")[2]]["properties"]
    return properties


def converted(given: Mapping[str, Any], model: type[S], place: str, *, strict: bool) -> S:
    """Values by name → the struct; `place` leads to a member: `?` or `/`. Raises ParameterError."""
    properties = properties_of(model)
    for name, value in given.items():
        schema = properties[name]
        items = schema.get("items", {})
        for item in value if items and isinstance(value, list) else [value]:
            if choices := items.get("enum") or schema.get("enum"):
                require_known(item, choices, items.get("title") or name, f"{place}{name}")
    try:
        return msgspec.convert(given, model, strict=strict)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`").partition("[")[0]
        if name not in given:  # one that has to be there is not
            raise ParameterError(f"{error}.", where=place, mend="See the description of the interface.") from error
        what = f"{name}={shortened(_written(given[name]))} cannot be."
        raise ParameterError(what, where=f"{place}{name}", mend=f"Give {_allowed(properties[name])}, or leave it out.") from error


def require_known(name: Any, known: Iterable[str], what: str, where: str) -> None:
    """Refuse a name that is not one of the known ones, with the nearest. Raises ParameterError."""
    names = tuple(known)
    if name in names:
        return
    near = get_close_matches(str(name), names, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    raise ParameterError(
        f"There is no {what} {shortened(_written(name))}{meant}", where=where[:80], mend=f"Use {', '.join(names)}."
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _allowed(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"a whole number from {least} to {most}"
        case {"type": "string", "maxLength": most}:
            return f"at most {most} characters"
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "array"}:
            return "a list of names"
        case _:
            return f"what is described: {schema.get('description', '')}"
