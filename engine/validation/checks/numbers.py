"""Units, possible ranges, and thresholds that can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from spinegraph.engine.criteria.measurement import BANDS, FACETS
from spinegraph.engine.errors import CheckNotRunError
from spinegraph.engine.knowledge.numbers import plain_number
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import units
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic


def check_numbers(content: Content) -> Iterator[Diagnostic]:
    """Ranges that hold no value, and thresholds outside the possible range of their measurement."""
    graph = content.graph
    for iri in graph.of_class("core:Measurement"):
        least, greatest = (_number(content, iri, name) for name in ("core:minimum", "core:maximum"))
        if least is not None and greatest is not None and least >= greatest:
            yield content.diagnose("impossible-range", "empty", iri, "core:maximum", least=least, greatest=greatest)
            continue
        for shape in graph.subjects("sh:path", iri):
            yield from _thresholds(content, shape, iri, least, greatest)
            yield from _other_range(content, shape, iri, (least, greatest))
        yield from _unit_of_code(content, iri)


def _thresholds(
    content: Content, shape: str, measurement: str, least: float | None, greatest: float | None
) -> Iterator[Diagnostic]:
    """A bound beyond what can be measured, or one that every possible value passes or fails."""
    for name in (*FACETS, *BANDS):
        value = _number(content, shape, name)
        if value is None:
            continue
        low = least is not None and (value < least or (value == least and name in ("sh:minInclusive", "sh:maxExclusive")))
        high = greatest is not None and (
            value > greatest or (value == greatest and name in ("sh:maxInclusive", "sh:minExclusive"))
        )
        if (low or high) and not _bounds_of_shape_on_case(content, shape):
            message, limit = ("below", least) if low else ("above", greatest)
            bounds = {"bound": value, "measurement": shorten(measurement), "limit": limit}
            yield content.diagnose("threshold-outside-range", message, shape, name, terms=bounds)


def _other_range(
    content: Content, shape: str, measurement: str, possible: tuple[float | None, float | None]
) -> Iterator[Diagnostic]:
    """A shape on cases that lets through other values than the measurement has."""
    if not _bounds_of_shape_on_case(content, shape):
        return
    for name, value in zip(("sh:minInclusive", "sh:maxInclusive"), possible, strict=True):
        bound = _number(content, shape, name)
        if bound is not None and value is not None and bound != value:
            bounds = {"bound": bound, "measurement": shorten(measurement), "limit": value}
            yield content.diagnose("disagreeing-range", "in-a-case", shape, name, terms=bounds)


def _unit_of_code(content: Content, measurement: str) -> Iterator[Diagnostic]:
    """A code that names another unit than the one in which values are given."""
    code, unit = (content.graph.text(measurement, name) for name in ("skos:notation", "core:unit"))
    named = units.named_in(code)
    if named and unit != named and (units.is_common(unit) or _is_ucum(unit)):  # what is no unit at all is reported elsewhere
        spoken = {"code": code, "words": units.in_words(named), "named": named, "unit": unit}
        yield content.diagnose("unit-unlike-code", "other-unit", measurement, "core:unit", terms=spoken)


def _bounds_of_shape_on_case(content: Content, shape: str) -> bool:
    """Shapes for what a case may hold repeat the possible range."""
    return bool(content.graph.terms(shape, "sh:maxCount"))


def _number(content: Content, subject: str, predicate: str) -> float | None:
    """One number; what is none is reported elsewhere."""
    values = content.graph.terms(subject, predicate)
    return plain_number(values[0]) if values else None


def check_units(content: Content) -> Iterator[Diagnostic]:
    """Units that are no UCUM codes. Raises CheckNotRunError where the grammar of UCUM is not installed."""
    try:
        from lark.exceptions import LarkError

        parser = _ucum_parser()
    except ImportError as error:
        raise CheckNotRunError(
            f"{error.name} is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'."
        ) from error
    graph = content.graph
    doses = (node for rule in graph.of_class("core:Recommendation") for node in graph.iris(rule, "core:dose"))
    for iri in (*graph.of_class("core:Measurement"), *doses):
        for unit in content.graph.texts(iri, "core:unit"):
            try:
                parser.parse(unit)
            except LarkError:
                yield content.diagnose("unknown-unit", "no-code", iri, "core:unit", unit=unit)


def _is_ucum(unit: str) -> bool:
    """Whether it is a code of UCUM; where the grammar is not installed, that is not known, and another check reports it."""
    try:
        from lark.exceptions import LarkError

        _ucum_parser().parse(unit)
    except (ImportError, LarkError):
        return False
    return True


@cache
def _ucum_parser() -> Any:
    """Made once: that takes longer than all units."""
    from ucumvert import get_ucum_parser

    return get_ucum_parser()
