"""What the check of a query refuses, and what it lets pass."""

from __future__ import annotations

import pytest
from spinegraph.engine.errors import QueryRefusedError, QuerySyntaxError, QueryTooLargeError
from spinegraph.engine.query.algebra import check, may_name_graphs, unescape
from spinegraph.engine.query.syntax import syntax_error

FEDERATED = [
    "SELECT * { SERVICE <http://x> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://x> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE ?where { ?s ?p ?o } }",
    "SELECT * { SERVICE # <http://innocent>\n <http://x> { ?s ?p ?o } }",
    "SELECT * { SERVICE<http://x>{} }",
    "PREFIX e: <http://x/> SELECT * { SERVICE e:e { ?s ?p ?o } }",
    "SELECT * { { SELECT * { { SELECT * { SERVICE <http://x> { ?s ?p ?o } } } } } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <http://x> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { { SERVICE <http://x> { ?s ?p ?o } } } }",
    "SELECT (EXISTS { SERVICE <http://x> { ?s ?p ?o } } AS ?e) { }",
    "SELECT * { ?s ?p ?o BIND(EXISTS { SERVICE <http://x> { ?s ?p ?o } } AS ?e) }",
    "SELECT * { ?s ?p ?o } HAVING (EXISTS { SERVICE <http://x> { ?a ?b ?c } })",
    "SELECT * { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <http://x> { ?a ?b ?c } })",
    "SELECT * { OPTIONAL { MINUS { SERVICE <http://x> { ?s ?p ?o } } } }",
    "SELECT * { { } UNION { GRAPH ?g { SERVICE <http://x> { ?s ?p ?o } } } }",
    "ASK { SERVICE <http://x> { } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <http://x> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <http://x> { ?s ?p ?o } }",
    # rdflib ends the string at the escaped quote and sees a comment behind it; Oxigraph sees SERVICE
    'ASK { ?s ?p "\\u0022 . # " . SERVICE <http://x> { ?s ?p ?o }\n }',
    "SELECT * { ?s ?p 1SERVICE<http://x>{ ?s ?p ?o } }",
    'SELECT * { ?s ?p "service" . SERVICE <http://x> { } }',
    "SELECT * { LATERAL { SERVICE <http://x> { ?s ?p ?o } } }",
]

UPDATES = [
    "INSERT DATA { <a:a> <a:b> 1 }",
    "insert { ?s ?p 1 } where { ?s ?p ?o }",
    "# SELECT\nDELETE WHERE { ?s ?p ?o }",
    "PREFIX a: <http://x/#> # DROP\n BASE <http://y/> DELETE DATA { a:a a:b 1 }",
    "LOAD <file:///etc/passwd>",
    "LOAD SILENT <http://x> INTO GRAPH <http://y>",
    "CLEAR ALL",
    "DROP SILENT GRAPH <http://y>",
    "CREATE GRAPH <http://y>",
    "COPY DEFAULT TO <http://y>",
    "MOVE DEFAULT TO <http://y>",
    "ADD DEFAULT TO <http://y>",
    "WITH <http://y> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
]

INNOCENT = [
    "SELECT * { ?s ?p 'service' }",
    'PREFIX service: <http://x/service/> SELECT ?service { ?service service:service "service"@en # service\n }',
    "SELECT * { <http://x/SERVICE> ?p ?o }",
    "# SERVICE <http://x> { }\nASK { }",
    "SELECT * { ?s ?p ?o FILTER(CONTAINS(?o, 'self-service { SERVICE <http://x> { } }')) }",
    "SELECT * { ?s ?p '''\nSERVICE <http://x> { '\n''' }",
    "SELECT * { ?s ?p ?insert . ?delete ?load 'DROP ALL' }",
]


@pytest.mark.parametrize("query", FEDERATED)
def test_service_is_refused_wherever_it_stands(query: str) -> None:
    with pytest.raises(QueryRefusedError, match="SERVICE asks another machine") as refused:
        check(query, max_depth=50)
    assert refused.value.where.startswith("line ")


@pytest.mark.parametrize("query", FEDERATED)
def test_service_is_refused_for_another_service_too(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        check(query, max_depth=50, thorough=True)


@pytest.mark.parametrize("query", UPDATES)
def test_updates_are_refused_by_name(query: str) -> None:
    with pytest.raises(QueryRefusedError, match="is an update"):
        check(query, max_depth=50)


@pytest.mark.parametrize("query", INNOCENT)
@pytest.mark.parametrize("thorough", [False, True])
def test_words_are_not_deeds(query: str, thorough: bool) -> None:
    check(query, max_depth=50, thorough=thorough)


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { }", "SELECT"),
        ("PREFIX a: <http://x/> ASK { a:b ?p ?o }", "ASK"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <http://x>", "DESCRIBE"),
    ],
)
def test_the_form_is_found_for_another_service(query: str, form: str) -> None:
    assert check(query, max_depth=50, thorough=True) == form


def test_an_escaped_service_does_not_reach_another_service() -> None:
    with pytest.raises((QueryRefusedError, QuerySyntaxError)):
        check(r"SELECT * { \u0053ERVICE <http://x> { ?s ?p ?o } }", max_depth=50, thorough=True)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s <java:java.lang.Runtime> ?o }",
        "PREFIX p: <http://jena.hpl.hp.com/ARQ/prop> SELECT * { ?s p:erty\\#splitIRI ?o }",
        "SELECT * { FILTER(<java:com.evil.Function>(1)) }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "PREFIX j: <java:x.> SELECT * { ?s ?p ?o FILTER NOT EXISTS { { SELECT ?s { ?s j:y ?o } } } }",
    ],
)
def test_code_does_not_reach_another_service(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        check(query, max_depth=50, thorough=True)


@pytest.mark.parametrize(
    ("query", "may"),
    [
        ("PREFIX g: <https://w3id.org/spinegraph/finding/> SELECT * { g:Fever ?p ?o }", False),
        ("SELECT * { ?s <http://www.w3.org/ns/prov#wasDerivedFrom> ?o }", False),
        ("# a graph, from here\nSELECT * { ?s ?p ?o }", False),
        ("# a graph\rSELECT * FROM <http://x> { ?s ?p ?o }", True),
        ('SELECT * { ?s ?p """\n# """ . GRAPH ?g { ?s ?p ?o } }', True),
        ("SELECT ('''\n# ''' AS ?x) FROM <http://x> { ?s ?p ?o }", True),
        (r"SELECT ('\u000A# ' AS ?x) ?s FROM <http://x> { ?s ?p ?o }", True),
        ("SELECT * { graph ?g { ?s ?p ?o } }", True),
        ("SELECT*FROM<http://x>{?s?p?o}", True),
        (r"SELECT * { \u0047RAPH ?g { ?s ?p ?o } }", True),
        ("SELECT * { { ?s ?p 1}GrApH<https://w3id.org/spinegraph/graph/x>{ } }", True),
    ],
)
def test_a_query_that_names_a_graph_is_known(query: str, may: bool) -> None:
    assert may_name_graphs(query) is may


def test_what_rdflib_cannot_read_does_not_reach_another_service() -> None:
    query = "SELECT * { ?s ?p ?o . LATERAL { SELECT * { ?s ?q ?x } LIMIT 1 } }"
    check(query, max_depth=50)
    with pytest.raises(QueryRefusedError, match="cannot be checked"):
        check(query, max_depth=50, thorough=True)


def test_depth_is_limited_but_not_in_strings() -> None:
    check(f"SELECT * {{ ?s ?p '{'(' * 99}' }}", max_depth=50)
    with pytest.raises(QueryTooLargeError, match="More than 50 brackets"):
        check("SELECT * " + "{" * 51 + "}" * 51, max_depth=50)


def test_escapes_are_read_as_the_recommendation_says() -> None:
    assert unescape(r"\u0053\U00000045RVICE \uD800 \U00110000") == r"SERVICE \uD800 \U00110000"


@pytest.mark.parametrize(
    ("query", "where", "what"),
    [
        (
            "SELECT ?x WHERE {\n  ?s a ?x .\n  FILTR(?x = 1)\n}",
            "line 3, column 3",
            "What begins with 'FILTR(?x = 1)' cannot be read.",
        ),
        ("SELECT *\n{ ?s foo:x ?o }", "line 2, column 6", "The prefix foo: is not declared."),
        ("SELECT *\n{ FILTER(foo:is(1)) }", "line 2, column 10", "The prefix foo: is not declared."),
        ('SELECT * {\r\n\t?s\t?p "ä😀" ?o }', "line 2, column 13", "What begins with '?o }' cannot be read."),
        ("SELECT * {\u2028 ?s }", "line 1, column 11", "What begins with '?s }' cannot be read."),
        ("SELECT * {\r ?s\r}", "line 1, column 13", "What begins with '?s' cannot be read."),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", "line 1, column 34", "SELECT * cannot stand with GROUP BY or an aggregate."),
        ("SELECT (1 AS ?o) { ?s ?p ?o }", "line 1, column 30", "SELECT … AS names a variable that has a value already."),
        ("ASK { ?s ?p 'a'@toolonglanguage }", "line 1, column 32", "This is no language tag."),
        (
            "ASK { BIND(1 AS ?x) BIND(2 AS ?x) }",
            "line 1, column 36",
            "The grammar is kept, but not a rule beside it, before this place.",
        ),
        ("SELECT * {", "line 1, column 11", "The query ends too early."),
        ("", "line 1, column 1", "The query ends too early."),
    ],
)
def test_a_syntax_error_is_located(query: str, where: str, what: str) -> None:
    import pyoxigraph as ox

    with pytest.raises(SyntaxError) as said:
        ox.Store().query(query)
    error = syntax_error(query, said.value)
    assert (error.where, error.what) == (where, what)
    assert error.where == f"line {error.details['line']}, column {error.details['column']}"
