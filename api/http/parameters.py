"""Parameters of the URL: a struct declares them with bounds and descriptions; nothing else in a URL is ignored."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qsl

from spinegraph.api.arguments import converted, properties_of, require_known
from spinegraph.api.problems import ParameterError
from spinegraph.engine.model import Frozen

S = TypeVar("S", bound=Frozen)


def read_parameters(query: bytes, model: type[S]) -> S:
    """A query string → its parameters. Raises ParameterError for what the struct does not have, and for what cannot be."""
    return converted(given_parameters(query, model), model, "?", strict=False)


def given_parameters(query: bytes, model: type[Frozen]) -> dict[str, Any]:
    """The values that a query string gives, by name: texts, or where the struct has a list, lists of them.

    Items of a list stand in one value, with commas, or in several. Raises ParameterError.
    """
    properties = properties_of(model)
    given: dict[str, Any] = {}
    for name, value in parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True):
        require_known(name, properties, "parameter", f"?{name}")
        if properties[name].get("type") == "array":
            given.setdefault(name, []).extend(value.split(","))
        elif name in given:
            raise ParameterError(f"{name!r} is given twice.", where=f"?{name}", mend="Give it once.")
        else:
            given[name] = value
    return given
