"""Every resource that we write, as far as the validators of `make foreign` do not see it; and that none is kept from them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.exchange.fhir.reading.resources import CONTEXT, READ, UNREAD

from tests.exchange.fhir.written import HL7, faults
from tests.foreign.faults import GOOD
from tests.foreign.panel import Json, with_inner
from tests.foreign.producers import RESOURCES

ROOT = Path(__file__).resolve().parent.parent.parent.parent
WRITING = ("engine/exchange/fhir", "engine/exchange/cds_hooks", "api/http")
"""Folders whose modules may write a resource."""
TYPES = frozenset((*(kind.__name__ for kind in READ), *CONTEXT, *UNREAD))
"""The types of resource of R4 (section 5.1)."""
NAMED: dict[str, str] = {
    "Location": "the header of HTTP",
    "Binary": "files, which are sent as they are",
}
"""Type that is named in these folders and not written → what it is named for."""


@pytest.fixture(scope="module")
def written(engine: Engine) -> list[tuple[str, Json]]:
    """Every resource, with the name of its producer."""
    return [(name, one) for name, make in RESOURCES.items() for one in make(engine)]


def test_nothing_is_wrong_in_what_we_write(written: list[tuple[str, Json]]) -> None:
    assert [f"{name}: {fault}" for name, one in written for fault in faults(one)] == []


def test_every_producer_writes(written: list[tuple[str, Json]]) -> None:
    assert {name for name, _ in written} == set(RESOURCES)


def test_no_type_is_kept_from_the_validators(written: list[tuple[str, Json]]) -> None:
    types = {one["resourceType"] for _, resource in written for _, one in with_inner(resource)}
    named = {kind: where for folder in WRITING for kind, where in _named_types(ROOT / folder)}
    assert {kind: where for kind, where in named.items() if kind not in types | set(NAMED)} == {}
    assert not set(NAMED) & types


def _named_types(folder: Path) -> Iterator[tuple[str, str]]:
    """Types of resource that modules name as text, and where."""
    for path in sorted(folder.rglob("*.py")):
        if "reading" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in TYPES:
                yield str(node.value), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_the_resources_that_faults_are_planted_in_are_right() -> None:
    assert [fault for one in GOOD.values() for fault in faults(one)] == []


STRENGTH, UNIT = f"{HL7}cqf-strengthOfRecommendation", f"{HL7}questionnaire-unit"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"extension": [{"url": STRENGTH, "valueCode": "strong"}]}, "has the value types ['Code']"),
        ({"extension": [{"url": STRENGTH}]}, "has the value types []"),
        ({"extension": [{"url": UNIT, "valueCoding": {}, "valueCode": "Cel"}]}, "has the value types ['Coding', 'Code']"),
        ({"code": {"coding": [{"extension": [{"url": "https://example.org/x", "valueCode": "a"}]}]}}, "there is no extension"),
        ({"subject": {"reference": "#anna"}}, "#anna is not contained"),
        ({"resourceType": "Questionnaire", "item": [{"linkId": "a", "item": [{"linkId": "a"}]}]}, "two items have the linkId a"),
        (
            {"resourceType": "Questionnaire", "item": [{"linkId": "a", "enableWhen": [{"question": "b"}]}]},
            "there is no item b",
        ),
    ],
)
def test_what_others_do_not_see_is_seen_here(wrong: dict[str, Any], fault: str) -> None:
    for resource in (
        {"resourceType": "Observation", **wrong},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Observation", **wrong}}]},
    ):
        (found,) = faults(resource)
        assert fault in found


def test_a_reference_inside_a_bundle_leads_somewhere() -> None:
    entry = {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Observation", "subject": {"reference": "urn:uuid:2"}}}
    assert [*faults({"resourceType": "Bundle", "entry": [entry]})] == ["Bundle.entry[0].subject: urn:uuid:2 is not in the Bundle"]
