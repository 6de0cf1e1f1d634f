"""In the short view a proof that was asked for came in the words of clinicians, also to patients."""

from __future__ import annotations

from spinegraph.engine import Codebook, Engine, Proof, make_case

RULE = "lumbar-mri-in-suspected-cauda-equina"


def test_a_proof_in_the_short_view_is_that_of_the_full_one(engine: Engine, codebook: Codebook) -> None:
    case = make_case({"present": ["back_pain", "urinary_retention"], "audience": "patient"}, codebook)
    short = next(entry for entry in engine.answer(case, [RULE]).recommendations if entry.id == RULE)
    full = next(entry for entry in engine.decide(case, include_all=True).recommendations if entry.id == RULE)
    assert short.explanation == full.explanation
    assert isinstance(short.explanation, Proof)
    assert "retention" not in str(short.explanation).replace("urinary_retention", "")
