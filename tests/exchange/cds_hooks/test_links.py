"""The fragment of a link is what the console writes of the same case (web/src/fragment.ts)."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs

from spinegraph.engine import Codebook, Engine, make_case
from spinegraph.engine.exchange.cds_hooks.links import case_fragment

CONSOLE = (Path(__file__).parents[3] / "web" / "src" / "fragment.ts").read_text(encoding="utf-8")


def test_a_case_is_written_as_the_console_writes_it(engine: Engine, codebook: Codebook) -> None:
    units = {one.code: one.unit for one in engine.knowledge.measurements.values()}
    case = make_case(
        {
            "present": ["fever", "back_pain"], "absent": ["trauma", "fever"], "coded": {"sex": "female"},
            "measurements": {"age_years": 46, "esr_mm_h": 42.5},
        },
        codebook,
    )  # fmt: skip
    fragment = case_fragment(case, units, "a-rule")
    assert fragment == "#y=back_pain&n=trauma&c=fever&m=age_years~46.0~a*esr_mm_h~42.5~mm%2Fh&why=a-rule"
    assert parse_qs(fragment[1:])["m"] == ["age_years~46.0~a*esr_mm_h~42.5~mm/h"]


def test_the_console_reads_these_parts() -> None:
    assert "{ y: 'present', n: 'absent', c: 'both' }" in CONSOLE
    for part in ("`m${which}=${numbers.join('*')}`", "`s${which}=${choices.join('*')}`", "`why=${encodeURIComponent(why)}`"):
        assert part in CONSOLE
    number = re.search(r"/(\^\\d\{1,6\}.*?)/\.test", CONSOLE)
    assert number is not None
    assert re.fullmatch(number[1].strip("^$"), "0.714286")
