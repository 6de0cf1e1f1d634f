"""The terms that statements may use: of the standard vocabularies, and of our own schema as the content declares it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date

from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES, Text, expand, local_name, shorten
from spinegraph.engine.validation.content import Content

OA = (
    "Annotation", "FragmentSelector", "RangeSelector", "SpecificResource", "TextPositionSelector", "TextQuoteSelector",
    "end", "exact", "hasBody", "hasEndSelector", "hasSelector", "hasSource", "hasStartSelector", "hasTarget",
    "motivatedBy", "prefix", "refinedBy", "start", "suffix",
)  # fmt: skip
"""What documents are pointed at with (W3C Web Annotation Vocabulary); rdflib has no list of it."""

CORE = PREFIXES["core"]
XSD = PREFIXES["xsd"]
PROPERTY_CLASSES = frozenset(
    map(
        expand,
        (
            "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "owl:OntologyProperty",
            "owl:FunctionalProperty", "rdf:Property", "core:Measurement", "core:CodedProperty",
        ),
    )
)  # fmt: skip


class Vocabulary:
    """What is known of each namespace. A namespace that is in no list is unknown."""

    def __init__(self, content: Content) -> None:
        from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD

        closed = {
            space._NS: frozenset((*space.__annotations__, *space._extras))
            for space in (DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD)
        }
        self._closed: Mapping[str, frozenset[str]] = {
            **{str(namespace): terms for namespace, terms in closed.items()},
            PREFIXES["oa"]: frozenset(OA),
        }
        graph = content.graph
        self._core = {
            iri: {term for term in graph.terms(iri, "rdf:type") if isinstance(term, str)}
            for iri in graph.all_subjects()
            if iri.startswith(CORE)
        }
        self._declared = {iri for kind in sorted(PROPERTY_CLASSES) for iri in graph.of_class(shorten(kind))}
        self._extra = tuple(content.vocabulary)

    def knows(self, iri: str) -> bool:
        """Whether a term of a closed vocabulary exists; true of what lies in none."""
        if iri.startswith(CORE):
            return iri in self._core
        namespace, name = split(iri)
        return namespace not in self._closed or name in self._closed[namespace] or not name

    def is_closed(self, iri: str) -> bool:
        return split(iri)[0] in self._closed or iri.startswith(CORE)

    def is_property(self, iri: str) -> bool:
        """Whether something may be used as predicate: a standard term, one that is declared, or one of a further vocabulary."""
        if iri.startswith(CORE):
            return bool(self._core.get(iri, set()) & PROPERTY_CLASSES)
        return self.is_closed(iri) or iri in self._declared or iri.startswith(self._extra)

    def is_class(self, iri: str) -> bool:
        return not iri.startswith(CORE) or expand("owl:Class") in self._core.get(iri, set())

    def nearest(self, iri: str) -> str:
        """CURIE of the term that may be meant, or "": the same name in another vocabulary, or the most similar in its own."""
        namespace, name = split(iri)
        same = [space + name for space, terms in self._closed.items() if space != namespace and name in terms]
        same += [CORE + name] if namespace != CORE and CORE + name in self._core else []
        own = self._closed.get(namespace, frozenset(map(local_name, self._core)) if namespace == CORE else frozenset())
        near = difflib.get_close_matches(name, sorted(own), n=1, cutoff=0.7)
        near = near or [term for term in sorted(own) if term.lower() == name.lower()]
        found = [namespace + term for term in near] + same
        return shorten(found[0]) if found else ""


def split(iri: str) -> tuple[str, str]:
    """Namespace and local name."""
    name = local_name(iri)
    return iri[: len(iri) - len(name)], name


def is_ours(iri: str) -> bool:
    """Whether an IRI lies in the namespaces of the content (all but the schema)."""
    return iri.startswith(BASE) and not iri.startswith(CORE)


# Literals ------------------------------------------------------------------------------------

_ZONE = r"(?:Z|[+-]\d\d:\d\d)?"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d+)?"
_INTEGER = r"[+-]?\d+"
_FORMS = {
    **dict.fromkeys(
        ("integer", "long", "int", "short", "byte", "nonPositiveInteger", "negativeInteger"), _INTEGER
    ),
    **dict.fromkeys(
        ("nonNegativeInteger", "positiveInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"), r"\+?\d+|-0+"
    ),
    "decimal": r"[+-]?(?:\d+\.?\d*|\.\d+)",
    **dict.fromkeys(("double", "float"), r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN"),
    "boolean": "true|false|0|1",
    "date": rf"-?\d{{4,}}-\d\d-\d\d{_ZONE}",
    "dateTime": rf"-?\d{{4,}}-\d\d-\d\dT{_TIME}{_ZONE}",
    "dateTimeStamp": rf"-?\d{{4,}}-\d\d-\d\dT{_TIME}(?:Z|[+-]\d\d:\d\d)",
    "time": _TIME + _ZONE,
    "gYear": rf"-?\d{{4,}}{_ZONE}",
    "gYearMonth": rf"-?\d{{4,}}-(?:0[1-9]|1[0-2]){_ZONE}",
    "gMonthDay": rf"--(?:0[1-9]|1[0-2])-\d\d{_ZONE}",
    "gMonth": rf"--(?:0[1-9]|1[0-2]){_ZONE}",
    "gDay": rf"---\d\d{_ZONE}",
    "duration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "anyURI": r"[^\s<>\"{}|\\^`]*",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    **dict.fromkeys(
        (
            "string", "normalizedString", "token", "Name", "NCName", "NMTOKEN", "base64Binary", "dayTimeDuration",
            "yearMonthDuration",
        ),
        r"(?s:.*)",
    ),
}  # fmt: skip
_COMPILED = {name: re.compile(form, re.ASCII) for name, form in _FORMS.items()}
"""Lexical forms of the XSD datatypes (XML Schema 1.1 part 2)."""

_OTHER_DATATYPES = frozenset(map(expand, ("rdf:langString", "rdf:HTML", "rdf:XMLLiteral", "rdf:JSON")))


def is_datatype(iri: str) -> bool:
    """Whether a literal may have this datatype."""
    return iri in _OTHER_DATATYPES or (iri.startswith(XSD) and iri[len(XSD) :] in _COMPILED)


def nearest_datatype(iri: str) -> str:
    """The CURIE of a datatype that may be meant, or ""."""
    near = difflib.get_close_matches(local_name(iri).lower(), {name.lower(): name for name in _COMPILED}, n=1)
    named = {name.lower(): name for name in _COMPILED}
    return f"xsd:{named[near[0]]}" if near else ""


def is_well_typed(literal: Text) -> bool:
    """Whether the text of a literal is one of its datatype; true where the datatype is not known."""
    form = _COMPILED.get(literal.datatype[len(XSD) :]) if literal.datatype.startswith(XSD) else None
    if form is None:
        return True
    if not form.fullmatch(literal.value):
        return False
    if literal.datatype in (XSD + "date", XSD + "dateTime", XSD + "dateTimeStamp") and literal.value[:1].isdigit():
        try:
            date.fromisoformat(literal.value[:10])
        except ValueError:
            return False
    return True
