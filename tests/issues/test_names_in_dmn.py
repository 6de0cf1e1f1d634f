"""The code of an act, `taking:simvastatin`, stood in ids of DMN, where XML Schema takes no colon (found with DMN13.xsd)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from spinegraph.engine import Recommendation, load_knowledge
from spinegraph.engine.exchange.decision_table.dmn import NAMESPACE, write_dmn
from spinegraph.engine.exchange.decision_table.table import make_table
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.program.compiler import compile_program

NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
"""An NCName, as far as ids here go (Namespaces in XML, production 4)."""


@pytest.mark.parametrize("package", ["ankle-and-foot", "sore-throat"])
def test_every_id_of_a_table_is_one_that_xml_and_feel_can_name(package: str) -> None:
    knowledge = load_knowledge(named_paths(*shipped_packages()[package]))
    program = compile_program(knowledge)
    inputs = set()
    for rule in (rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)):
        root = ElementTree.fromstring(write_dmn(make_table(program, rule)))  # noqa: S314
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        assert [id_ for id_ in ids if not NAME.fullmatch(id_)] == []
        assert len(ids) == len(set(ids))
        data = {element.attrib["name"] for element in root.iter(f"{{{NAMESPACE}}}inputData")}
        asked = {element.findtext(f"{{{NAMESPACE}}}text") for element in root.iter(f"{{{NAMESPACE}}}inputExpression")}
        assert asked == data
        inputs |= data
    assert package != "sore-throat" or "taking__simvastatin" in inputs
