"""Queries that reach out, change, never end or nest without measure. `TRAP` stands for an address that nobody may touch."""

from __future__ import annotations

EX = "PREFIX e: <http://e/> "

FEDERATED = {
    "service": "SELECT * { SERVICE <TRAP> { ?s ?p ?o } }",
    "service in ask": "ASK { SERVICE <TRAP> { ?s ?p ?o } }",
    "service silent": "SELECT * { SERVICE SILENT <TRAP> { ?s ?p ?o } }",
    "service nested": "SELECT * { { { { OPTIONAL { SERVICE <TRAP> { ?s ?p ?o } } } } } }",
    "service in subselect": "SELECT * { { SELECT * { { SELECT ?s { SERVICE <TRAP> { ?s ?p ?o } } } } } }",
    "service in exists": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <TRAP> { ?s ?p ?o } } }",
    "service in not exists": "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <TRAP> { ?s ?p ?o } } }",
    "service in select expression": "SELECT (EXISTS { SERVICE <TRAP> { ?s ?p ?o } } AS ?x) { }",
    "service in minus": "SELECT * { ?s ?p ?o MINUS { SERVICE <TRAP> { ?s ?p ?o } } }",
    "service by variable": "SELECT * { VALUES ?where { <TRAP> } SERVICE ?where { ?s ?p ?o } }",
    "service by prefix": "PREFIX t: <TRAP> SELECT * { SERVICE t: { ?s ?p ?o } }",
    "service behind a comment": "SELECT * { SERVICE # <http://e/> {\n <TRAP> { ?s ?p ?o } }",
    "service without spaces": "SELECT*{SERVICE<TRAP>{?s?p?o}}",
    "service in odd case": "select * { sErViCe <TRAP> { ?s ?p ?o } }",
    "service escaped": "SELECT * { \\u0053\\u0045RVICE <TRAP> { ?s ?p ?o } }",
    "service behind an escaped quote": 'ASK { ?s ?p "\\u0022 . # " . SERVICE <TRAP> { ?s ?p ?o }\n }',
    "service in construct": "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <TRAP> { ?s ?p ?o } }",
    "service in describe": "DESCRIBE ?s { SERVICE <TRAP> { ?s ?p ?o } }",
    "service with a dotless i": "SELECT * { SERV\u0131CE <TRAP> { ?s ?p ?o } }",
    "service with a long s": "SELECT * { \u017fERVICE <TRAP> { ?s ?p ?o } }",
    "service in full width": "SELECT * { \uff33ERVICE <TRAP> { ?s ?p ?o } }",
    "service in lateral": "SELECT * { ?s ?p ?o LATERAL { SERVICE <TRAP> { ?s ?p ?o } } }",
}
NO_KEYWORDS = ("service escaped", "service with a dotless i", "service with a long s", "service in full width")
"""Not SPARQL in the first place."""

UPDATES = {
    "load": "LOAD <TRAP>",
    "load silent": "LOAD SILENT <TRAP> INTO GRAPH <http://e/>",
    "load of a file": "LOAD <file:///etc/passwd>",
    "insert": "INSERT DATA { <http://e/> <http://e/> 1 }",
    "insert behind a prologue": "BASE <http://e/> # x\nPREFIX e: <http://e/#> INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "delete where": "DELETE WHERE { ?s ?p ?o }",
    "drop": "drop silent all",
    "clear": "CLEAR DEFAULT",
    "create": "CREATE GRAPH <http://e/>",
    "copy": "COPY DEFAULT TO <http://e/>",
    "with": "WITH <http://e/> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "update behind a query": "ASK { } ; DROP ALL",
    "update in a query": "SELECT * { ?s ?p ?o . INSERT DATA { <http://e/> <http://e/> 1 } }",
}
EMPTY = {
    "from a file": "ASK FROM <file:///etc/passwd> { ?s ?p ?o }",
    "from http": "ASK FROM <TRAP> { ?s ?p ?o }",
    "from named http": "ASK FROM NAMED <TRAP> { GRAPH ?g { ?s ?p ?o } }",
    "from twice": "ASK FROM <TRAP> FROM <file:///etc/passwd> { ?s ?p ?o }",
    "graph http": "ASK { GRAPH <TRAP> { ?s ?p ?o } }",
}
EXPENSIVE = {
    "cross join": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cross join, all rows": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "cross join, sorted": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "cross join, grouped": "SELECT ?c ?f (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?c ?f",
    "cross join, distinct": "SELECT DISTINCT ?a ?d ?f { ?a ?b ?c . ?d ?e ?f }",
    "cross join, constructed": "CONSTRUCT { ?a ?e ?f } { ?a ?b ?c . ?d ?e ?f }",
    "everything, sorted": "SELECT * { ?a ?b ?c } ORDER BY ?c ?b ?a",
    "paths of everything": EX + "SELECT * { ?a (!e:x)* ?b . ?b (!e:y)* ?c }",
    "paths in paths": EX + "SELECT (COUNT(*) AS ?n) { ?a ((!e:x)*/(!e:y)*)* ?b }",
    "paths back and forth": EX + "SELECT (COUNT(*) AS ?n) { ?a (!e:x|^e:y)+ ?b . ?c (!e:x|^e:y)+ ?d }",
    "paths nested in stars": EX + "SELECT (COUNT(*) AS ?n) { ?a " + "(" * 60 + "!e:x" + ")*" * 60 + " ?b }",
    "nothing but a long list": EX + "SELECT (COUNT(*) AS ?n) { ?a !(" + "|".join(f"e:p{i}" for i in range(15000)) + ") ?b }",
    "a star of patterns": "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?s ?p{i} ?o{i}" for i in range(3000)) + " }",
    "a chain of patterns": "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?s{i} ?p{i} ?s{i + 1}" for i in range(20)) + " }",
    "not exists in not exists": "ASK { ?s ?p ?o "
    + " ".join(f"FILTER NOT EXISTS {{ ?s{i} ?p{i} ?o{i}" for i in range(50)) + " }" * 50 + " }",
    "distinct of a cross join": "SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?f))) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "a random order": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND() LIMIT 1",
    "digests of everything": "SELECT (MAX(SHA512(CONCAT(STR(?a), STR(?f)))) AS ?m) { ?a ?b ?c . ?d ?e ?f }",
    "new names for everything": "SELECT (COUNT(DISTINCT ?u) AS ?n) { ?a ?b ?c . ?d ?e ?f BIND(UUID() AS ?u) }",
    "blank nodes constructed": "CONSTRUCT { [] ?p [ ?p ?o ] } { ?s ?p ?o . ?a ?b ?c }",
    "everything described": "DESCRIBE ?a ?d { ?a ?b ?c . ?d ?e ?f }",
    "a table of very many columns": "SELECT " + " ".join(f"?v{i}" for i in range(15000)) + " { ?s ?p ?o }",
    "replacements that grow": "SELECT (STRLEN(?e) AS ?n) { BIND('" + "a" * 24 + "' AS ?a) "
    + " ".join(f"BIND(REPLACE(?{old}, 'a', '{'a' * 300}') AS ?{new})" for old, new in ("ab", "bc", "cd", "de")) + " }",
    "regex of all letters": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER(REGEX(STR(?c), '"
    + r"[\\p{L}\\p{N}]{1,99}" * 60 + "$')) }",
    "regex with nested repeats": "SELECT * { ?a ?b ?c . ?d ?e ?f "
    "FILTER(REGEX(CONCAT(STR(?c), STR(?f)), '^(([a-z])+.)+[A-Z]([a-z])+$')) }",
    "regex that is huge": "SELECT * { ?a ?b ?c FILTER(REGEX(STR(?c), '((a{0,50}){0,50}){0,50}$')) ?d ?e ?f . ?g ?h ?i }",
    "strings that grow": 'SELECT (STRLEN(?x6) AS ?n) { BIND("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" AS ?x0) '
    + " ".join(f"BIND(CONCAT({', '.join([f'?x{i}'] * 32)}) AS ?x{i + 1})" for i in range(6)) + " }",
    "group_concat of everything": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "values, 10000 cubed": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{i} {{ {'1 ' * 10000} }}" for i in range(3)) + " }",
    "exists for every pair": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER EXISTS { ?c ?g ?h . ?h ?i ?f } }",
    "optional upon optional": "SELECT * { ?a ?b ?c " + " ".join(f"OPTIONAL {{ ?x{i} ?y{i} ?z{i} }}" for i in range(9)) + " }",
    "a union of unions": "SELECT (COUNT(*) AS ?n) { " + " ".join("{ ?a ?b ?c } UNION { ?d ?e ?f }" for _ in range(8)) + " }",
}  # fmt: skip
DEEP = {
    "braces": "SELECT * " + "{" * 5000 + "}" * 5000,
    "brackets": "SELECT (" + "(" * 5000 + "1" + ")" * 5000 + " AS ?x) { }",
    "blank nodes": "SELECT * { ?s ?p " + "[ ?p " * 5000 + "1" + " ]" * 5000 + " }",
    "negations": "SELECT * { FILTER(" + "!" * 50000 + "true) }",
    "sums": "SELECT (" + "1+" * 50000 + "1 AS ?x) { }",
    "unions": "SELECT * { " + "{ } UNION " * 20000 + "{ } }",
    "sequences": "SELECT * { ?s " + "<a:b>/" * 20000 + "<a:b> ?o }",
    "optionals": "SELECT * { " + "OPTIONAL { " * 190 + "?s ?p ?o" + " }" * 190 + " }",
    "subselects": "SELECT * { " + "{ SELECT * { " * 90 + "?s ?p ?o" + " } }" * 90 + " }",
    "paths": "ASK { ?s " + "(" * 150 + "<a:b>" + ")*" * 150 + " ?o }",
    "inverse paths": "ASK { ?s " + "^(" * 190 + "<a:b>" + ")" * 190 + " ?o }",
    "alternatives": "ASK { ?s (" + "|".join(f"<a:{i}>" for i in range(15000)) + ")* ?o }",
    "quoted triples": "ASK { " + "<< " * 150 + "?s ?p ?o" + " >> ?p ?o" * 150 + " }",
    "conditions": "SELECT (" + "IF(true, " * 190 + "1" + ", 2)" * 190 + " AS ?x) { }",
    "many prefixes": "".join(f"PREFIX p{i}: <a:>\n" for i in range(12000)) + "ASK { x:y ?p ?o }",
    "a prologue without end": "PREFIX " * 30000,
    "quotes without end": "ASK { ?s ?p " + '"""a""' * 35000,
    "comments without end": "#\n" * 120000 + "ASK { ",
    "a long name": "ASK { <http://e/" + "a" * 250000 + "> ?p ?o }",
    "unclosed with the word": "SELECT * { ?s ?p 'service' " + "{" * 180,
}
