"""Paragraphs cut into sentences: whole statements, whatever full stops stand in them."""

from __future__ import annotations

import pytest
from spinegraph.engine.knowledge.sentences import goes_on, sentence_spans
from spinegraph.engine.knowledge.statements import read_statements

ONE = (
    "Give a statin, e.g. Atorvastatin 20 mg, at night.",
    "Leave it out in the elderly (i.e. Over 65).",
    "Compare A vs. B first.",
    "Wait approx. 3 days.",
    "Ask Dr. Who, Prof.  Miller and Mrs. Jones.",
    "See No. 5, Nos. 5 and 6, Fig. 3, Figs. 3 and 4 and Tbl. 2.",
    "See sect. 4, ch. 2, p. 17, pp. 3-5, vol. 2, ref. 6, eq. 4, tab. 3 first.",
    "Smith et al. (2019) found nothing.",
    "Smith et al. found nothing.",
    "Give 2.5 mg, then 0.5 mL.",
    "Give max. 5 g daily, min. 1 g, incl. Paracetamol, excl. Ibuprofen, resp. Water.",
    "Treat where temp. is above 38.5 °C.",
    "J. R. Smith and A.B. Jones wrote this.",
    "If SpO2 < 92 % or CRP > 5 or age ≥ 65.5 or eGFR <30 mL/min/1.73 m2, refer.",
    "Treat where it is >3.5 or <= 2.",
    "Use M. tuberculosis tests.",
)
SEVERAL = (
    "Treat if CRP > 5. | Otherwise wait.",
    "Treat if eGFR <30 mL/min/1.73 m2. | Otherwise not.",
    "If SpO2 ≤ 92. | Wait.",
    "Is it >= 3? | Yes. | No!",
    "Give up to 5 g max. | Then stop.",
    "Rest first. | 2. Then walk. | 3. Then run.",
    "Give 2.5 mg. | Give 0.5 mL.",
    "Smith et al. found it. | Go on.",
    "Score of 3. | Treat.",
)


@pytest.mark.parametrize("sentence", ONE)
def test_one_sentence_stays_one(sentence: str) -> None:
    assert list(sentence_spans(sentence)) == [(0, len(sentence))]


@pytest.mark.parametrize("marked", SEVERAL)
def test_several_are_cut_where_they_end(marked: str) -> None:
    parts = marked.split(" | ")
    text = " ".join(parts)
    assert [text[start:end].strip() for start, end in sentence_spans(text)] == parts


def test_nothing_has_no_sentence() -> None:
    assert list(sentence_spans("")) == []


def test_what_is_cut_at_a_sign_goes_on() -> None:
    assert goes_on("where CRP is >", "5 mg/L.")
    assert not goes_on("Where CRP is 5.", "Wait.")


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("Refer people with a CRP\n> 100 mg/L at once.\n", ["Refer people with a CRP\n> 100 mg/L at once."]),
        ("- >65 years: half.\n- >= 80 years: none.\n", [">65 years: half.", ">= 80 years: none."]),
        ("1. > .5 mg: stop.\n", ["> .5 mg: stop."]),
        ("| age | dose |\n|---|---|\n| >65 | <5 mg |\n", ["age", "dose", ">65", "<5 mg"]),
        ("> Never pull.\n> 5 mg is enough.\n", ["Never pull.", "5 mg is enough."]),
        ("> Never pull.\n", ["Never pull."]),
    ],
)
def test_a_sign_that_compares_is_no_quotation(text: str, statements: list[str]) -> None:
    assert [text[one.start : one.end] for one in read_statements(text)] == statements
