"""The oracle: the same rules, run by other SHACL engines. Independent, and the judge of the compiled program.

They are run as they are exported (`portable_rules.py`): the authored rules find what *holds*, and what is *refuted* is found by
the dual of each, which De Morgan gives: `present` becomes `absent`, `and` becomes `or`, a range its opposite. pySHACL needs the
`authoring` extra, pyshifty `dev`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pyshacl import shacl_rules
from rdflib import Graph, URIRef
from rdflib.plugin import register
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Processor
from spinegraph.engine.decide.case_graph import CaseGraph
from spinegraph.engine.decide.portable_rules import background, core_rules, read_authored, sparql_rules
from spinegraph.engine.decide.shape_graph import CORE
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.model import Act, ActKind, Case, DerivedFinding, Knowledge
from spinegraph.engine.program.compiler import compile_program

Form = Literal["sparql", "core"]
SlowOrFast = Literal["pyshacl", "pyshifty"]


class Bits(NamedTuple):
    """What the oracle found for one case: rules that hold and are refuted, findings present and absent (all IRIs)."""

    holds: frozenset[str]
    refuted: frozenset[str]
    present: frozenset[str]
    absent: frozenset[str]


class _PreparedProcessor(SPARQLProcessor):
    """rdflib's SPARQL, but each query text is parsed once: pySHACL asks the same few questions thousands of times."""

    def query(self, strOrQuery: Any, initBindings: Any = None, initNs: Any = None, base: Any = None, DEBUG: bool = False) -> Any:  # type: ignore[override]  # noqa: N803
        query = strOrQuery
        if isinstance(query, str):
            query = _prepared(query, base, tuple(sorted((initNs or {}).items())))
        return super().query(query, initBindings, initNs, base, DEBUG)


@lru_cache(maxsize=256)
def _prepared(text: str, base: str | None, namespaces: tuple[tuple[str, Any], ...]) -> Query:
    return translateQuery(parseQuery(text), base, dict(namespaces))


register("sparql", Processor, __name__, "_PreparedProcessor")


class Oracle:
    """Runs the rules of one knowledge over cases. One per process: pySHACL changes rdflib's settings.

    `form`: with SPARQL as they are authored, or in SHACL Core. `engine`: pySHACL, or pyshifty, which is some fifty times as fast.
    """

    def __init__(
        self, knowledge: Knowledge, paths: Iterable[Path] | None = None, *, form: Form = "sparql", engine: SlowOrFast = "pyshacl"
    ) -> None:
        self.engine = engine
        self._knowledge = knowledge
        authored = read_authored(paths if paths is not None else shipped_paths())
        self._background = background(knowledge, authored)
        program = compile_program(knowledge)
        self.left_out: Mapping[str, str] = {}
        """Rules that are not run, and why."""
        if form == "core":
            shapes, self.left_out = core_rules(knowledge, authored)
        else:
            shapes = sparql_rules(knowledge, authored)
        self._infer: Callable[[Graph], Graph] = _WithPyshacl(shapes) if engine == "pyshacl" else _WithPyshifty(shapes)
        self._rules = frozenset(knowledge.rules) - self.left_out.keys()
        self._cases = CaseGraph(program)

    def evaluate(self, cases: Sequence[Case]) -> list[Bits]:
        """The bits of each case, by SHACL alone."""
        data = Graph()
        data += self._background
        nodes = [URIRef(f"urn:spinegraph:case:{number}") for number in range(len(cases))]
        for node, case in zip(nodes, cases, strict=True):
            self._cases.add(data, node, case)
        expanded = self._infer(data)
        return [self._bits(expanded, node) for node in nodes]

    def _stated(self, data: Graph, node: URIRef, side: str) -> set[str]:
        """The findings and acts that a case graph has on a side."""
        found = {str(finding) for finding in data.objects(node, CORE[side])}
        for kind in get_args(ActKind):
            predicate = CORE[kind if side == "present" else f"not{kind.capitalize()}"]
            found |= {Act(kind, str(done)).iri for done in data.objects(node, predicate)}
        return found

    def _bits(self, data: Graph, node: URIRef) -> Bits:
        hierarchy = self._knowledge.hierarchy
        present, absent = self._stated(data, node, "present"), self._stated(data, node, "absent")
        return Bits(
            self._rules & frozenset(map(str, data.objects(node, CORE.holds))),
            self._rules & frozenset(map(str, data.objects(node, CORE.refuted))),
            frozenset(wider for finding in present for wider in hierarchy.broader[finding] if wider in self._knowledge.findings),
            frozenset(narrower for finding in absent for narrower in hierarchy.narrower[finding]),
        )


class _WithPyshacl:
    """What pySHACL concludes: data → data with the conclusions."""

    def __init__(self, shapes: Graph) -> None:
        self._shapes = shapes

    def __call__(self, data: Graph) -> Graph:
        result: Any = shacl_rules(data, shacl_graph=self._shapes, advanced=True)
        expanded = Graph()
        for triple in result.triples((None, None, None)):
            expanded.add(triple)
        return expanded


class _WithPyshifty:
    """What pyshifty concludes, likewise. Raises RuntimeError where it tells that it left something out."""

    def __init__(self, shapes: Graph) -> None:
        import shifty

        self._shifty = shifty
        self._shapes = shapes.serialize(format="turtle", encoding="utf-8")

    def __call__(self, data: Graph) -> Graph:
        result = self._shifty.infer(data, self._shapes, on_unsupported="error")
        if result.diagnostics:
            raise RuntimeError(f"pyshifty: {'; '.join(result.diagnostics)}")
        return data + Graph().parse(data=result.inferred_ntriples, format="nt")


def program_bits(knowledge: Knowledge, planes: Sequence[int], slots: Mapping[str, Any], present: Any, absent: Any) -> Bits:
    """The same bits as the compiled program computed them, for comparison (one patient)."""
    tested = {iri: slots[iri].whole for iri, rule in knowledge.rules.items() if rule.scope or rule.criterion}
    plain = {iri: pair for iri, pair in tested.items() if not isinstance(knowledge.rules[iri], DerivedFinding)}
    return Bits(
        frozenset(iri for iri, pair in plain.items() if planes[pair.holds]),
        frozenset(iri for iri, pair in plain.items() if planes[pair.refuted]),
        frozenset(iri for iri, slot in present.items() if planes[slot]),
        frozenset(iri for iri, slot in absent.items() if planes[slot]),
    )
