"""If you choose A, take B: B is as far on as A and no further, in every case there is, with what would change it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import VERDICTS, Case
from spinegraph.engine.program.program import FURTHEST

from tests.decide.deciding import STREP, decided, patient
from tests.decide.test_counterfactuals import SMALL_VALUES, applied
from tests.random_cases import random_cases
from tests.small import write_small

CHOICE = "rule:give-macrolide core:ifChosen rule:gargle , rule:give-penicillin . rule:examine-throat core:ifChosen rule:gargle ."
WITHIN = {"give-macrolide": ("gargle", "give-penicillin"), "examine-throat": ("gargle",)}
LADDER = ("out-of-scope", "conflicting", "not-indicated", "undetermined", "overridden", "provisional", "done", "indicated")


@pytest.fixture(scope="module")
def choosing(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("choosing")
    return Engine(load_knowledge(write_small(folder, more={"ontology/more.ttl": CHOICE})))


def cases(engine: Engine, number: int) -> list[Case]:
    return list(itertools.islice(random_cases(engine.program, seed=7), number))


def test_a_choice_is_as_far_on_as_what_it_is_within(choosing: Engine, small: Engine) -> None:
    seen = set()
    for case in cases(choosing, 1500):
        planes, own = (engine.program.run(engine._encoder.planes(case)) for engine in (choosing, small))
        found = {rule: choosing.program.verdict(expand(f"rule:{rule}"), planes) for rule in choosing.verdicts(case)}
        alone = {rule: small.program.verdict(expand(f"rule:{rule}"), own) for rule in found}
        for rule, within in WITHIN.items():
            furthest = min((found[wider] for wider in within), key=FURTHEST.index)
            expected = min(alone[rule], furthest, key=LADDER.index)
            assert found[rule] == expected, (case, rule, alone[rule], furthest)
            seen.add(expected)
        others = {rule: verdict for rule, verdict in found.items() if rule not in WITHIN}
        assert others == {rule: verdict for rule, verdict in alone.items() if rule not in WITHIN}
    assert seen >= set(VERDICTS) - {"done", "provisional"}


def test_what_displaces_the_whole_displaces_the_choice(choosing: Engine) -> None:
    case = patient("sore_throat fever", "drooling strep_sign")
    assert decided(choosing, case, "gargle").verdict != "indicated"
    entry = decided(choosing, patient(f"{STREP} drooling penicillin_allergy", "fever", temperature_c=37), "give-macrolide")
    assert entry.verdict == "overridden"
    assert "refer-at-once" in entry.overridden_by
    assert entry.if_chosen == ("gargle", "give-penicillin")


def test_every_flip_alters_the_verdict(choosing: Engine) -> None:
    tried = 0
    for case in cases(choosing, 60):
        for entry in choosing.decide(case, include_all=True).recommendations:
            if entry.id in WITHIN:
                for flip in entry.flips:
                    after = {choosing.verdicts(changed)[entry.id] for changed in applied(case, flip, SMALL_VALUES)}
                    assert entry.verdict not in after, (case, entry.id, flip)
                    tried += 1
    assert tried > 50


def test_what_is_missing_of_the_whole_is_missing_of_the_choice(choosing: Engine) -> None:
    case = patient("sore_throat", "drooling")  # whether there is a fever keeps gargling open
    whole, choice = (decided(choosing, case, rule) for rule in ("gargle", "examine-throat"))
    assert choice.verdict == whole.verdict
    if whole.verdict == "undetermined":
        assert set(whole.missing) <= set(choice.missing)


def test_the_brief_words_it_as_a_choice(tmp_path: Path) -> None:
    more = "rule:give-macrolide core:ifChosen rule:gargle ."
    engine = Engine(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": more})))
    case = patient("sore_throat tender_nodes tonsillar_exudate penicillin_allergy", "fever drooling", temperature_c=37)
    assert engine.verdicts(case)["give-macrolide"] == "indicated"
    brief = engine.decide(case).brief
    (line,) = (line for line in brief.do if line.recommendations == ("give-macrolide",))
    assert line.text == "If gargling is chosen: Do: give-macrolide."


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("rule:gargle core:ifChosen rule:gargle .", "each is a choice within the next"),
        (
            "rule:gargle core:ifChosen rule:give-penicillin . rule:give-penicillin core:ifChosen rule:gargle .",
            "rule:gargle → rule:give-penicillin → rule:gargle",
        ),
        ("rule:gargle core:ifChosen rule:no-antibiotic .", "advises against"),
        ("rule:no-antibiotic core:ifChosen rule:gargle .", "advises against"),
        ("rule:gargle core:ifChosen rule:nothing .", "does not exist"),
        ("rule:gargle core:ifChosen rule:nodes-alone .", "is no recommendation"),
        ('rule:gargle core:ifChosen "give-penicillin" .', "names no rule"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(stated: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": stated}))
    assert said in str(refused.value)
