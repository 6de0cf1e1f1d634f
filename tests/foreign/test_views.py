"""A table that a runner of others makes of our ViewDefinitions is decided as the resources are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages

from tests.foreign.views import MODULES, Maker, differences, rows_of, shipped

needs_node = pytest.mark.skipif(not MODULES.is_dir(), reason="needs Node and tests/foreign/node_modules: `make foreign` has them")


def test_patients_are_made_with_every_type_and_answer() -> None:
    one = shipped(Engine(load_knowledge(named_paths(*shipped_packages()["sore-throat"]))))
    resources = [*Maker(one, 2).patients(60)]
    assert {view.resource.__name__ for view in one.views} == {resource["resourceType"] for resource in resources}
    assert len({resource["id"] for resource in resources}) == len(resources)
    text = json.dumps(resources)
    assert all(
        f'"{name}"' in text for name in ("modifierExtension", "abatementDateTime", "bodySite", "focus", "comparator", "end")
    )


@needs_node
@pytest.mark.slow
def test_a_table_of_views_is_decided_as_the_resources_are(tmp_path: Path) -> None:
    one = shipped(Engine(load_knowledge(named_paths(*shipped_packages()["sore-throat"]))))
    rows = rows_of(one, [*Maker(one, 3).patients(80)])
    assert [view.name for view in one.views if not rows[view.name]] == []
    assert [*differences(one, 20, 3, tmp_path)] == []
