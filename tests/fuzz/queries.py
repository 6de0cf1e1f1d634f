"""SPARQL that a grammar makes: nested patterns, paths, aggregates, subqueries; mostly right, now and then of what is refused."""

from __future__ import annotations

from hypothesis import strategies as st

VARIABLES = ("?a", "?b", "?c", "?label", "$this")
TERMS = (
    "finding:Fever", "rule:no-routine-imaging", "<https://w3id.org/spinegraph/core/present>", "core:present", '"fever"@en', "54",
    "-1.5e3", "true", '"2026-03-03"^^xsd:date', '"""a\nb"""', "[]", "_:x", "( ?a 1 )", "[ core:present ?b ]", "<>", "''",
    '"\\u0041"', "<< ?a core:present ?b >>",
)  # fmt: skip
VERBS = (
    "a", "rdfs:label", "core:present", "rdfs:subClassOf*", "rdfs:subClassOf+", "^rdfs:subClassOf", "(core:present|core:absent)",
    "sh:condition/(sh:or/rdf:rest*/rdf:first)?", "!(rdf:type|^rdf:type)", "?p", "skos:notation",
)  # fmt: skip
CALLS = (
    "STR({0})", "LANG({0})", "UCASE({0})", "STRLEN(STR({0}))", "BOUND(?a)", "isIRI({0})",
    "REGEX(STR({0}), \"(a+)+$\")",
    "xsd:integer({0})", "COALESCE({0}, 1/0)", "IF({0}, {1}, {0})", "{0} IN ({1}, 1)", "YEAR({0})",
    "REPLACE(STR({0}), \".\", \"x\")",
    "SHA256(STR({0}))", "BNODE()", "RAND()", "NOW()", "UUID()",
    "CONCAT(STR({0}), STR({1}))", "EXISTS {{ {0} ?p ?o }}", "<urn:f>({0})",
)  # fmt: skip
OPERATORS = ("=", "!=", "<", "+", "*", "/", "&&", "||")
AGGREGATES = (
    "COUNT(*)",
    "COUNT(DISTINCT {0})",
    "SUM({0})",
    "AVG({0})",
    "MIN({0})",
    "SAMPLE({0})",
    'GROUP_CONCAT({0}; SEPARATOR=",")',
)
REFUSED = (
    "SERVICE <http://example.org/> {{ {0} }}", "SERVICE SILENT ?a {{ {0} }}", "GRAPH <file:///etc/passwd> {{ {0} }}",
)  # fmt: skip
PREFIXES = "".join(
    f"PREFIX {name}: <{iri}>\n"
    for name, iri in {
        "core": "https://w3id.org/spinegraph/core/", "finding": "https://w3id.org/spinegraph/finding/",
        "rule": "https://w3id.org/spinegraph/rule/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)  # fmt: skip
_variables, _terms = st.sampled_from(VARIABLES), st.one_of(st.sampled_from(VARIABLES), st.sampled_from(TERMS))
_triples = st.builds("{} {} {} .".format, _terms, st.one_of(_variables, st.sampled_from(VERBS)), _terms)


def _of(shape: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda given: shape.format(*given))


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    called = st.builds(lambda call, *given: call.format(*given), st.sampled_from(CALLS), inner, inner)
    return st.one_of(called, st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner), inner.map("!{}".format))


_expressions = st.recursive(st.one_of(_variables, st.sampled_from(TERMS[:10])), _calls, max_leaves=4)


def _groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _of("{} {}", inner, inner),
        _of("OPTIONAL {{ {} }}", inner),
        _of("{{ {} }} UNION {{ {} }}", inner, inner),
        _of("MINUS {{ {} }}", inner),
        _of("{} FILTER ({})", inner, _expressions),
        _of("{} BIND ({} AS ?made)", inner, _expressions),
        _of("FILTER NOT EXISTS {{ {} }}", inner),
        _of("GRAPH ?g {{ {} }}", inner),
        _of("{} VALUES (?a ?b) {{ (UNDEF {}) }}", inner, st.sampled_from(TERMS[:8])),
        _of("{{ SELECT ?a (COUNT(*) AS ?n) WHERE {{ {} }} GROUP BY ?a }}", inner),
        st.builds(lambda shape, pattern: shape.format(pattern), st.sampled_from(REFUSED), inner),
    )


_patterns = st.recursive(_triples, _groups, max_leaves=6)
_ends = st.sampled_from(
    ["", "LIMIT 5", "ORDER BY DESC(?a) LIMIT 3 OFFSET 1", "LIMIT 0", "ORDER BY RAND()", "OFFSET 99999999999999999999", "LIMIT -1"]
)


def queries() -> st.SearchStrategy[str]:
    """Texts of queries; most of them can be asked, and few take long."""
    counted = st.builds(lambda call, name: call.format(name), st.sampled_from(AGGREGATES), _variables)
    forms = st.one_of(
        _of("SELECT * WHERE {{ {} }} LIMIT 20", _patterns),
        _of("SELECT DISTINCT {} WHERE {{ {} }} {}", _variables, _patterns, _ends),
        _of(
            "SELECT ?a ({} AS ?n) FROM <urn:g> WHERE {{ {} }} GROUP BY ?a HAVING ({}) {}", counted, _patterns, _expressions, _ends
        ),
        _of("ASK {{ {} }}", _patterns),
        _of("CONSTRUCT {{ {} }} WHERE {{ {} }} LIMIT 20", _triples, _patterns),
        _of("DESCRIBE {} WHERE {{ {} }} LIMIT 2", _variables, _patterns),
        _of("DELETE WHERE {{ {} }}", _triples),
    )
    return forms.map(lambda text: PREFIXES + text)
