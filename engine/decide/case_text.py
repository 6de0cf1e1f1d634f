"""JSON, YAML or RDF text → plain data; what is not well formed is refused with line and column."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Container, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from spinegraph.engine.errors import LONGEST_ECHO, CaseTooLargeError, MalformedCaseError, MeasurementError, shortened
from spinegraph.engine.knowledge.numbers import NUMERIC, STRING, read_number
from spinegraph.engine.knowledge.turtle.reader import not_turtle_1_1
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, expand, shorten
from spinegraph.engine.knowledge.yaml_text import CASE, DEEP, YamlText, read_yaml, too_many_values

LONGEST_MESSAGE = 200
"""So many characters of what a parser says are repeated: it may quote what it read."""
MAX_NAMED = 10
"""So many keys that stand twice are named."""
SIDES = {
    "present": "present",
    "absent": "absent",
    "performed": "performed",
    "taking": "taking",
    "not_performed": "notPerformed",
    "not_taking": "notTaking",
}
"""Member of a case → the local name of the property by which a case graph says so."""
DATES = frozenset((STRING, *(PREFIXES["xsd"] + name for name in ("date", "dateTime", "gYear", "gYearMonth"))))
"""Datatypes of a moment."""
ENTRY, AT = expand("core:entry"), expand("core:at")
"""An entry of a case, and its date."""
MAX_BYTES = 1 << 20
"""The largest case that is read, in bytes."""


def parse_json(body: bytes) -> Any:
    """Bytes → plain data. Raises MalformedCaseError with line and column, CaseTooLargeError."""
    _check_size(body)
    _check_there(body)
    if body.count(b"]") + body.count(b"}") > CASE.values:  # before any is made, which alone takes long
        raise too_many_values(CASE)
    try:
        data = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_some_members)
    except MalformedCaseError as error:
        error.where = _second_place(body.decode("utf-8-sig"), str(error.details["key"]))
        raise
    except json.JSONDecodeError as error:
        raise MalformedCaseError(
            f"This is not JSON: {error.msg}.",
            where=f"line {error.lineno}, column {error.colno}",
            mend='Send {"present": […], "absent": […], "measurements": {…}}.',
        ) from error
    except UnicodeDecodeError as error:
        raise MalformedCaseError("This is not UTF-8.", where=f"byte {error.start}", mend="Save or send it as UTF-8.") from error
    except RecursionError as error:
        raise MalformedCaseError("This is nested too deeply.", mend=DEEP) from error
    except ValueError as error:
        raise MalformedCaseError(f"This cannot be read: {error}.", mend="Shorten the number.") from error
    if isinstance(data, dict) and sum(len(held) for held in data.values() if isinstance(held, (list, dict))) > CASE.values:
        raise too_many_values(CASE)
    return data


def _second_place(text: str, key: str) -> str:
    """Line and column at which a key of a JSON text stands for the second time."""
    written = json.dumps(key)
    at = text.find(written, text.find(written) + 1)
    if at < 0:
        return ""
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def _some_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs as a dict. Raises MalformedCaseError where a key stands twice, CaseTooLargeError where there are too many."""
    if len(pairs) > CASE.values:
        raise too_many_values(CASE)
    return unique_members(pairs)


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs as a dict. Raises MalformedCaseError where a key stands twice."""
    seen = dict(pairs)
    if len(seen) < len(pairs):
        times = Counter(name for name, _ in pairs)
        double = sorted(str(name) for name, count in times.items() if count > 1)
        raise MalformedCaseError(
            f"{', '.join(map(shortened, double[:MAX_NAMED]))} stands more than once in one object.",
            mend="Join the entries: nothing is dropped.",
            details={"key": double[0][:LONGEST_ECHO]},
        )
    return seen


def parse_yaml(body: bytes) -> Any:
    """Bytes → plain data. Raises MalformedCaseError with line and column, CaseTooLargeError."""
    return read_yaml_case(body).data


def read_yaml_case(body: bytes) -> YamlText:
    """Bytes → plain data with the place of each member. Raises as `parse_yaml` does."""
    _check_there(body)
    return read_yaml(body)


def parse_text(body: bytes) -> Any:
    """JSON or YAML without a name that says which. JSON's escapes of emoji are none in YAML, so what begins as JSON is tried
    as that first. Raises as `parse_yaml` does."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        try:
            return parse_json(body)
        except MalformedCaseError as error:
            if not isinstance(error.__cause__, json.JSONDecodeError):
                raise
    return parse_yaml(body)


def parse_turtle(body: bytes) -> Any:
    """A Turtle case graph (one core:Case) → plain data. Raises MalformedCaseError, CaseTooLargeError."""
    _check_size(body)
    try:
        read = ox.parse(body.removeprefix(codecs.BOM_UTF8), format=ox.RdfFormat.TURTLE)
        triples = list(islice(read, CASE.values + 1))
    except SyntaxError as error:
        raise MalformedCaseError(
            f"This is not Turtle: {error.msg[:LONGEST_MESSAGE]}.",
            where=f"line {error.lineno}, column {error.offset}",
            mend="Mend the Turtle.",
        ) from error
    if len(triples) > CASE.values:
        raise too_many_values(CASE)
    if any(getattr(part, "direction", None) or isinstance(part, ox.Triple) for triple in triples for part in triple):
        newer = not_turtle_1_1(Path("case"), body)
        raise MalformedCaseError(newer.what, where=f"line {newer.line}, column {newer.column}", mend=newer.mend)
    cases = {
        t.subject for t in triples if t.predicate.value == expand("rdf:type") and t.object == ox.NamedNode(expand("core:Case"))
    }
    if len(cases) != 1:
        raise MalformedCaseError(f"The graph holds {len(cases)} cases.", mend="Give exactly one subject the type core:Case.")
    (case,) = cases
    entries = {t.object for t in triples if t.subject == case and t.predicate.value == ENTRY}
    strangers = sorted(str(triple.subject) for triple in triples if triple.subject not in {case, *entries})
    if strangers:
        raise MalformedCaseError(
            f"The graph also speaks about {shortened(strangers[0])}, which is not the case.",
            mend="Send the one case alone: nothing is dropped.",
        )
    kept = [triple for triple in triples if triple.predicate.value not in (expand("rdf:type"), ENTRY)]
    data = _members(triple for triple in kept if triple.subject == case)
    for entry in sorted(entries, key=str):
        _add_entry(data, [triple for triple in kept if triple.subject == entry])
    return data


def _add_entry(data: dict[str, Any], triples: list[ox.Triple]) -> None:
    """Put one dated entry among the members of a case. Raises MalformedCaseError where it does not say one thing and its date."""
    sides = {expand(f"core:{name}"): member for member, name in SIDES.items()}
    moments = [triple.object for triple in triples if triple.predicate.value == AT]
    told = [triple for triple in triples if triple.predicate.value != AT]
    if len(moments) != 1 or len(told) != 1:
        what = f"A core:entry has {len(told)} statements and {len(moments)} dates"
        mend = 'Write core:entry [ core:present finding:F ; core:at "2026-03-01" ], one for each.'
        raise MalformedCaseError(f"{what}.", mend=mend)
    at, about = _name(moments[0], DATES), told[0].predicate.value
    if about in sides:
        data[sides[about]].append({"code": _name(told[0].object), "at": at})
        return
    values = data["measurements"].setdefault(about, [])
    if not isinstance(values, list):
        raise MeasurementError(f"{shorten(about)} has more than one value.", mend="Date each of them, as a core:entry.")
    values.append({"value": _number(told[0].object), "at": at})


def _members(triples: Iterable[ox.Triple]) -> dict[str, Any]:
    """What a graph says of a case, as plain data: codes are IRIs. Raises MeasurementError where something has two values."""
    sides = {expand(f"core:{name}"): member for member, name in SIDES.items()}
    moments = {expand("core:asOf"): "as_of", expand("core:birthDate"): "birth_date"}
    data: dict[str, Any] = {**{side: [] for side in sides.values()}, "measurements": {}, "coded": {}}
    for triple in triples:
        if triple.predicate.value in sides:
            data[sides[triple.predicate.value]].append(_name(triple.object))
        elif triple.predicate.value in moments and moments[triple.predicate.value] not in data:
            data[moments[triple.predicate.value]] = _name(triple.object, DATES)
        elif triple.predicate.value in {**moments, **data["measurements"], **data["coded"]}:
            raise MeasurementError(
                f"{shorten(triple.predicate.value)} has more than one value.", mend="A case is one moment: give one value."
            )
        elif isinstance(triple.object, ox.Literal) and triple.object.datatype.value == STRING:
            data["coded"][triple.predicate.value] = triple.object.value
        else:
            data["measurements"][triple.predicate.value] = _number(triple.object)
    return data


def _name(term: object, datatypes: Container[str] = (STRING,)) -> str:
    """An IRI, or a text of one of the datatypes. Anything else stands as it is written, with its datatype or language."""
    plain = isinstance(term, ox.NamedNode) or (isinstance(term, ox.Literal) and term.datatype.value in datatypes)
    return str(getattr(term, "value", term)) if plain else str(term)


def _number(term: object) -> Any:
    """A number of a datatype of numbers in JSON's grammar. Anything else stands as it is written, and is no number."""
    if not isinstance(term, ox.Literal) or term.datatype.value not in NUMERIC:
        return _name(term)
    number = read_number(term.value)
    return term.value if number is None else float(number)


def _check_there(body: bytes) -> None:
    if not body.strip():
        raise MalformedCaseError(
            "This is empty.",
            mend='Give {"present": […], "absent": […], "measurements": {…}}; {} is a case of which nothing is known.',
        )


def _check_size(body: bytes) -> None:
    if len(body) > MAX_BYTES:
        raise CaseTooLargeError(
            f"The case has {len(body):,} bytes; the limit is {MAX_BYTES:,}.", mend="Send only codes and measurements."
        )
