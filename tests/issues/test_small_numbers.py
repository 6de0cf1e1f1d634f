"""A number below 0.0001 was written as an xsd:decimal with an exponent, which that type does not have. rdflib mended it, unless
another library had switched that off: then other engines read nothing there.
"""

from __future__ import annotations

import pytest
import rdflib
from rdflib import Graph, Literal, URIRef
from spinegraph.engine import Engine
from spinegraph.engine.decide.case_graph import CaseGraph
from spinegraph.engine.model import Case

from tests.decide.deciding import STREP


def test_a_small_number_has_no_exponent_in_the_graph_of_a_case(small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    monkeypatch.setattr(rdflib.term, "_NORMALIZE_LITERALS", False, raising=False)
    (code,) = (one.code for one in small.knowledge.measurements.values() if one.code == "temperature_c")
    graph = Graph()
    case = Case(present=tuple(STREP.split()), measurements={code: 0.00001})
    CaseGraph(small.program).add(graph, URIRef("urn:spinegraph:case"), case)
    written = [str(value) for value in graph.objects() if isinstance(value, Literal) and value.datatype == rdflib.XSD.decimal]
    assert written == ["0.00001"]
