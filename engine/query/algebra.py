"""The check of a query before it is run: what it asks of other machines is refused.

Two parsers judge. rdflib's gives an algebra, which is walked for SERVICE at any depth. Oxigraph, which will run the query,
parses it once more with every "service" in it spelt otherwise: what it still accepts has the word only in strings, names,
IRIs and comments. A text in which those seven letters never stand together has no SERVICE, so that there is nothing to walk;
that is why an ordinary query costs microseconds here. The two disagree about escapes and odd names, so both have to agree.

Updates, LOAD among them, never reach an update parser: Oxigraph's query parser takes none. They are recognised to be refused
by name. A query for another service (`thorough`) is always walked, and functions or properties that some services run as code
are refused too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pyoxigraph as ox
from spinegraph.engine.errors import QueryRefusedError, QueryTooLargeError
from spinegraph.engine.query.syntax import place, quieted, syntax_error

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
FORMS: dict[str, Form] = {
    "SelectQuery": "SELECT", "AskQuery": "ASK", "ConstructQuery": "CONSTRUCT", "DescribeQuery": "DESCRIBE",
}  # fmt: skip
BASE_IRI = "https://w3id.org/spinegraph/"
"""What relative IRIs in queries are relative to."""

UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH")
CODE = (
    "java:", "http://jena.hpl.hp.com/ARQ/", "http://jena.apache.org/ARQ/", "http://jena.apache.org/text#", "http://www.bigdata.com/",
    "http://www.openlinksw.com/schemas/", "http://www.ontotext.com/", "http://aws.amazon.com/neptune/vocab/", "tag:stardog:api:",
)  # fmt: skip
"""Namespaces whose properties and functions do more than look up triples in one product or another."""

_SERVICE = re.compile("service", re.IGNORECASE)
_FROM = re.compile(r"(?<![\w?$:@-])FROM(?![\w:-])", re.IGNORECASE)
_NAMES_GRAPH = re.compile(
    f"(?<!{re.escape(BASE_IRI.removesuffix('graph/'))})graph|(?<!wasDerived)(?<!wasQuoted)from", re.IGNORECASE
)
"""The letters of GRAPH and FROM, wherever they stand but in what most queries of this dataset have: its IRIs, two properties."""

_COMMENT_LINE = re.compile(r"^[ \t]*#[^\n\r]*", re.MULTILINE)
_MAY_HIDE_LINES = re.compile(r"\"\"\"|'''|\\[uU]")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PROLOGUE = re.compile(r"(?:\s+|BASE\b|PREFIX\b\s*[^\s:]*:)*", re.IGNORECASE)


def check(text: str, *, max_depth: int, thorough: bool = False) -> Form | None:
    """Refuse what must not be run; the query's form, as far as it had to be found out.

    Raises QuerySyntaxError, QueryRefusedError, QueryTooLargeError. Without `thorough` a text without the word SERVICE is not
    parsed here: whoever runs it finds its errors (`syntax_error`).
    """
    _check_depth(text, max_depth)
    _refuse_update(text)
    readings = dict.fromkeys((text, unescape(text)))
    if not thorough and not any(_SERVICE.search(reading) for reading in readings):
        return None
    for reading in readings:
        _parse_without_service(reading)
    return _walk(text, thorough)


def unescape(text: str) -> str:
    r"""`\uXXXX` and `\UXXXXXXXX` → their characters, wherever they stand (SPARQL 1.1, section 19.2)."""
    return _ESCAPE.sub(lambda found: _character(int(found[1] or found[2], 16), found[0]), text)


def _character(code: int, written: str) -> str:
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else written


def _check_depth(text: str, limit: int) -> None:
    if _depth(text) > limit and _depth(quieted(text)) > limit:
        raise QueryTooLargeError(
            f"More than {limit} brackets are open at once.", mend="Nest less.", details={"limit": "max_depth", "allowed": limit}
        )


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[][(){}]", text):
        depth = depth + 1 if bracket in "[({" else max(0, depth - 1)
        deepest = max(depth, deepest)
    return deepest


def _refuse_update(text: str) -> None:
    quiet = quieted(text)
    start = _PROLOGUE.match(quiet)
    word = re.match(r"[A-Za-z]+", quiet[start.end() if start else 0 :])
    if word and word[0].upper() in UPDATES:
        raise QueryRefusedError(
            f"{word[0].upper()} is an update; this service only reads.", mend="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE."
        )


def _walk(text: str, thorough: bool) -> Form | None:
    """The form of the query as rdflib parses it, or None if it cannot; refuses what stands in its algebra."""
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parsed = parseQuery(text)
        _refuse_service(parsed, text)
        translated = translateQuery(parsed)
    except QueryRefusedError:
        raise
    except Exception as error:  # rdflib and pyparsing raise whatever they come upon
        if thorough:
            raise QueryRefusedError(
                f"The query cannot be checked ({type(error).__name__}), and what cannot be checked is not passed on.",
                mend="Write it in plain SPARQL 1.1.",
            ) from error
        return None
    _refuse_service(translated.algebra, text)
    if thorough:
        _refuse_code(translated.algebra)
    return FORMS.get(translated.algebra.name)


def may_name_graphs(text: str) -> bool:
    """Whether a query may ask of a graph of its own choice: it has the letters of GRAPH or FROM, be it in a string.

    Lines that begin as comments are left out, unless they could stand in a string of several lines, or an escape make them.
    """
    plain = text if _MAY_HIDE_LINES.search(text) else _COMMENT_LINE.sub("", text)
    return bool(_NAMES_GRAPH.search(unescape(plain)))


def several_graphs(text: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The graphs of FROM and of FROM NAMED, if there is more than one such clause. Raises QueryRefusedError.

    Oxigraph counts a triple once for every FROM graph that it is in, where SPARQL asks for the merge of these graphs.
    """
    if len(_FROM.findall(quieted(text))) < 2:
        return None
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        clauses = translateQuery(parseQuery(text), base=BASE_IRI).algebra.datasetClause or ()
    except Exception as error:
        raise QueryRefusedError(
            "Which graphs the query is asked of cannot be read.",
            mend="Give each as default-graph-uri or named-graph-uri of the request.",
        ) from error
    default = tuple(str(clause.default) for clause in clauses if clause.default)
    return default, tuple(str(clause.named) for clause in clauses if clause.named)


def _nodes(root: object) -> Iterator[Any]:
    """Every node of a parse tree or algebra, without recursion; each once."""
    waiting: list[Any] = [root]
    seen: dict[int, Any] = {}  # holds what it names, so that no name is given twice
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen[id(node)] = node
        yield node
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif hasattr(node, "__iter__") and not isinstance(node, str):
            waiting.extend(node)


def _refuse_service(tree: object, text: str) -> None:
    for node in _nodes(tree):
        if getattr(node, "name", "") == "ServiceGraphPattern":
            raise _service_error(text)


def _service_error(text: str) -> QueryRefusedError:
    found = re.search(r"(?<![A-Za-z_?$:@-])service(?![\w:-])", quieted(text), re.IGNORECASE)
    line, column = place(text, found.start()) if found else (0, 0)
    return QueryRefusedError(
        "SERVICE asks another machine; this service asks none.",
        where=f"line {line}, column {column}" if found else "",
        mend="Ask that machine itself, and load its answer with --data.",
        details={"line": line, "column": column} if found else {},
    )


def _refuse_code(algebra: object) -> None:
    from rdflib import URIRef

    for node in _nodes(algebra):
        if isinstance(node, URIRef) and str(node).startswith((*CODE, "file:")):
            raise QueryRefusedError(
                f"<{node}> can make a service do more than look up triples.", mend="Use plain properties, functions and graphs."
            )


def _parse_without_service(text: str) -> None:
    """Raise what is wrong unless Oxigraph accepts the text with another word for "service": then SERVICE is not in it.

    Oxigraph has no parser alone: the other text is asked of nothing, which says at once whether it parses.
    """
    try:
        ox.Store().query(_SERVICE.sub("servixe", text), base_iri=BASE_IRI)
    except SyntaxError as error:
        refused = _service_error(text)
        raise (refused if refused.where else syntax_error(text, error)) from error
    except (ValueError, OSError, RuntimeError):
        return
