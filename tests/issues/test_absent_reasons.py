"""What makes a case urgent may be that something is not there: the brief named it as if it were (improvement of pain)."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import SHIPPED, named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Case
from spinegraph.engine.validation.cases.files import case_paths, read_cases

from tests.decide.deciding import patient

ROOT = Path(__file__).parents[1]


def test_a_reason_that_is_absent_is_said_so(engine: Engine) -> None:
    case = patient("back_pain palpable_knots", "pain_improved", duration_weeks=8)
    for audience, labels in (("clinician", {"improvement of pain: no"}), ("patient", {"pain that has become better: no"})):
        brief = engine.brief(structs.replace(case, audience=audience)).brief
        assert {marker.label for marker in brief.because if marker.code == "pain_improved"} == labels


@pytest.mark.parametrize("package", shipped_packages())
def test_no_shipped_case_names_what_is_absent_as_if_it_were_there(package: str) -> None:
    folders = shipped_packages()[package]
    engine = Engine(load_knowledge(named_paths(*folders)))
    names = {concept.code: concept.label for concept in engine.knowledge.findings.values()}
    cases = read_cases(case_paths([ROOT / "cases" if package == SHIPPED else folders[0] / "cases"]), engine.knowledge)
    for name, case in ((one.name, one.case) for one in cases if one.case.audience == "clinician"):
        for marker in engine.brief(case).brief.because:
            if _is_denied(marker.code, case):
                assert marker.label == f"{names[marker.code]}: no", name


def _is_denied(code: str, case: Case) -> bool:
    """Whether a finding is recorded absent, and nothing contradicts that (retention is narrower than dysfunction)."""
    return code in case.absent and code not in case.present and "urinary_retention" not in case.present
