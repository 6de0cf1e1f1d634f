"""Gates as flat conditions of FHIR: a form hides nothing that the engine would ask."""

from __future__ import annotations

import pytest
from spinegraph.engine.exchange.fhir.form.gates import EnableWhen, Given, is_met, unless_refuted
from spinegraph.engine.exchange.fhir.form.link_ids import NO, UNKNOWN, YES
from spinegraph.engine.model import Absent, And, Bound, Criterion, Measured, OneOf, Or, Present, Suspected
from spinegraph.engine.model.criteria import NotTaking, Taking

ASKED = {"f:fever": "fever", "f:chills": "chills", "m:weeks": "weeks", "c:sex": "sex", "i:nsaid#taking": "taking:nsaid"}
FEVER, CHILLS = Present(finding="f:fever"), Present(finding="f:chills")


def weeks(lower: Bound | None = None, upper: Bound | None = None) -> Measured:
    return Measured(measurement="m:weeks", unit="wk", lower=lower, upper=upper)


FOUR = Bound(value=4, inclusive=True)
SHUT: dict[str, tuple[Criterion, dict[str, Given], bool]] = {
    "nothing answered": (FEVER, {}, False),
    "yes": (FEVER, {"fever": YES}, False),
    "not asked": (FEVER, {"fever": UNKNOWN}, False),
    "no": (FEVER, {"fever": NO}, True),
    "not understood": (FEVER, {"fever": None}, False),
    "absent: yes": (Absent(finding="f:fever"), {"fever": YES}, True),
    "absent: no": (Absent(finding="f:fever"), {"fever": NO}, False),
    "taking: no": (Taking(intervention="i:nsaid"), {"taking:nsaid": NO}, True),
    "not taking: no": (NotTaking(intervention="i:nsaid"), {"taking:nsaid": NO}, False),
    "either: one no": (Or(children=(FEVER, CHILLS)), {"fever": NO}, False),
    "either: both no": (Or(children=(FEVER, CHILLS)), {"fever": NO, "chills": NO}, True),
    "either: a suspicion": (Or(children=(FEVER, Suspected(condition="c:x"))), {"fever": NO}, False),
    "both: the first no": (And(children=(FEVER, CHILLS)), {"fever": NO}, True),
    "a suspicion": (Suspected(condition="c:x"), {"fever": NO}, False),
    "not in the form": (Present(finding="f:cough"), {"fever": NO}, False),
    "at least: less": (weeks(FOUR), {"weeks": 3.0}, True),
    "at least: the bound": (weeks(FOUR), {"weeks": 4.0}, False),
    "at least: the same day": (weeks(FOUR), {"weeks": 3.999}, False),
    "more than: the bound": (weeks(Bound(value=4, inclusive=False)), {"weeks": 4.0}, True),
    "a band: inside": (weeks(Bound(value=6, inclusive=True, other=4)), {"weeks": 5.0}, False),
    "a band: below": (weeks(Bound(value=6, inclusive=True, other=4)), {"weeks": 3.0}, True),
    "at most: more": (weeks(None, FOUR), {"weeks": 5.0}, True),
    "a range: above, which a list cannot say": (weeks(FOUR, Bound(value=8, inclusive=True)), {"weeks": 9.0}, False),
    "no range is left: not known": (And(children=(weeks(FOUR), weeks(None, Bound(value=4, inclusive=False)))), {}, False),
    "no range is left": (And(children=(weeks(FOUR), weeks(None, Bound(value=4, inclusive=False)))), {"weeks": 4.0}, True),
    "a choice": (OneOf(coded="c:sex", codes=("female",), others=("male",)), {"sex": "female"}, False),
    "another choice": (OneOf(coded="c:sex", codes=("female",), others=("male",)), {"sex": "male"}, True),
}  # fmt: skip


@pytest.mark.parametrize("name", SHUT)
def test_a_gate_is_shut_where_the_answers_refute_it(name: str) -> None:
    gate, given, shut = SHUT[name]
    assert is_met(unless_refuted(gate, ASKED), given) is not shut


def test_conditions_are_those_of_fhir() -> None:
    assert unless_refuted(FEVER, ASKED) == (
        EnableWhen("fever", "exists", False), EnableWhen("fever", "=", YES), EnableWhen("fever", "=", UNKNOWN),
    )  # fmt: skip
    assert unless_refuted(None, ASKED) == ()
