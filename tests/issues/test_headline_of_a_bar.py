"""A patient's headline never names what is advised against as if it were advised."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine import Case, Engine, load_knowledge

from tests.small import write_small


def test_what_is_advised_against_is_told_in_the_words_of_the_bar(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path)))
    case = Case(
        present=("sore_throat",), absent=("strep_sign", "drooling"), measurements={"age_months": 240.0}, audience="patient"
    )
    brief = engine.decide(case).brief
    barred = {id_ for line in brief.avoid for id_ in line.recommendations}
    assert "no-antibiotic" in barred
    assert "You: no-antibiotic." in brief.headline
    assert "an antibiotic" not in brief.headline.casefold()
