"""The faults that show what the panel sees: five of each of eight kinds, each in one place of a resource."""

from __future__ import annotations

import copy
from collections import Counter

from tests.foreign import faults, hooks
from tests.foreign.fhir import is_false
from tests.foreign.panel import with_inner


def test_there_are_five_faults_of_each_of_eight_kinds() -> None:
    kinds = Counter(fault.kind for fault in faults.FAULTS)
    assert set(kinds.values()) == {5}
    assert len(kinds) == 8
    assert len({fault.name for fault in faults.FAULTS}) == 40


def test_a_fault_changes_its_resource_and_leaves_the_right_one_alone() -> None:
    before = copy.deepcopy(dict(faults.GOOD))
    for fault in faults.FAULTS:
        assert fault.planted() != faults.GOOD[fault.type], fault.name
    for name, path, instead in hooks.FAULTS:
        assert hooks.planted(name, path, instead) != hooks.GOOD[name], path
    assert before == faults.GOOD


def test_a_known_false_alarm_is_narrow() -> None:
    says = "Questionnaire.item[1].enableWhen[0].answer[x]: Missing property"
    for answer, wrong in ({"answerBoolean": False}, True), ({"answerBoolean": True}, False), ({}, False):
        resource = {"resourceType": "Questionnaire", "item": [{}, {"enableWhen": [answer]}]}
        assert is_false("fhir (npm)", says, resource) is wrong
        assert not is_false("@medplum/core", says, resource)
        assert not is_false("fhir (npm)", says.replace("answer[x]", "operator"), resource)


def test_what_stands_in_a_bundle_is_put_to_the_panel_by_itself() -> None:
    inner = {"resourceType": "Task", "id": "b", "contained": [{"resourceType": "Patient", "id": "c"}]}
    bundle = {"resourceType": "Bundle", "id": "a", "entry": [{"resource": inner}]}
    assert [name for name, _ in with_inner(bundle)] == ["Bundle/a", "Bundle/a > Task/b", "Bundle/a > Task/b > Patient/c"]
