"""What is proposed for a name that nothing has: what people call so, in any language and with slips, and what is spelt so."""

from __future__ import annotations

import pytest
from spinegraph.engine import Engine, UnknownCodeError, make_case, make_codebook
from spinegraph.engine.decide.suggestions import MOST, nearest_codes


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Fieber", "fever"),
        ("fiever", "fever"),
        ("cannot pass urine", "urinary_retention"),
        ("pain at night", "night_pain"),
        ("sed rate", "esr_mm_h"),
        ("weightloss", "unexplained_weight_loss"),
        ("saddle_anaesthesia", "saddle_anesthesia"),
        ("cauda", "cauda_equina_marker"),
        ("cancer", "history_of_cancer"),
    ],
)
def test_what_is_meant_comes_first(engine: Engine, name: str, first: str) -> None:
    near = nearest_codes(name, "present", make_codebook(engine.knowledge))
    assert near[0] == first
    assert len(set(near)) == len(near) <= MOST


@pytest.mark.parametrize("name", ["zzzz", "foo", "blood pressure", "snomedct:999", "x" * 10_000, "", "'\"*()", "\x00"])
def test_what_is_not_known_is_not_guessed(engine: Engine, name: str) -> None:
    assert nearest_codes(name, "present", make_codebook(engine.knowledge)) == ()


def test_what_is_done_is_looked_for_among_what_can_be_done(engine: Engine) -> None:
    book = make_codebook(engine.knowledge)
    assert nearest_codes("crp", "performed", book)[0] == "c_reactive_protein"
    assert "fever" not in nearest_codes("feverr", "performed", book)


def test_the_search_is_made_once_and_only_where_a_name_is_not_known(engine: Engine) -> None:
    book = make_codebook(engine.knowledge)
    assert book.search() is book.search()
    given = make_codebook(engine.knowledge, book.search())
    assert given.search() is book.search()


def test_the_error_names_it(engine: Engine) -> None:
    with pytest.raises(UnknownCodeError, match="unknown code 'sed rate'; nearest: esr_mm_h"):
        make_case({"present": ["sed rate"]}, make_codebook(engine.knowledge))
