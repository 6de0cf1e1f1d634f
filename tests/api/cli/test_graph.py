"""`spinegraph graph`: pictures of decision pathways from the console."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.api.cli.app import main

from tests.small import write_small

Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the console script in this process: exit code, what it printed, what it said on stderr."""

    def run_it(*arguments: object) -> tuple[int, bytes, str]:
        code = main(["graph", *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return code, out, err.decode()

    return run_it


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small guideline that is drawn as it is: validation would find errors in it."""
    monkeypatch.setattr("spinegraph.engine.validation.admission._check", lambda _: False)
    write_small(tmp_path / "small")
    return tmp_path / "small"


def test_an_svg_is_printed(run: Run, small: Path) -> None:
    code, out, err = run("give-penicillin", "--knowledge", small)
    assert (code, err) == (0, "")
    assert out.startswith(b"<?xml")
    assert b'<title id="title">Recommendation: Give penicillin</title>' in out


def test_the_name_of_the_file_says_how_to_draw(run: Run, small: Path, tmp_path: Path) -> None:
    for suffix, start in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b"digraph "), ("txt", b"Condition: strep throat\n")):
        target = tmp_path / f"pathway.{suffix}"
        code, out, err = run("strep_throat", "--knowledge", small, "--output", target)
        assert (code, out) == (0, b"")
        assert target.read_bytes().startswith(start)
        assert err == f"{target}: {len(target.read_bytes()):,} bytes.\n"


def test_format_goes_before_the_name_of_the_file(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("T01", "--knowledge", small, "-o", tmp_path / "picture", "--format", "txt")[0] == 0
    assert (tmp_path / "picture").read_text().startswith("Disagreement: Treat without fever\n")


def test_without_a_name_the_whole_is_drawn(run: Run, small: Path) -> None:
    out = run("--format", "txt", "--knowledge", small)[1].decode()
    for words in (
        "Overview",
        "900 · Sore throat review status: pending",
        "901 · Gargling",
        "Of no single document",
        "not a medical",
    ):
        assert words in out


def test_the_shipped_overview_is_told_in_text(run: Run) -> None:
    code, out, _ = run("--format", "txt")
    assert code == 0
    assert len(re.findall(rb"review status: (?:pending|none)", out)) == 3


def test_depth_is_how_far_back_criteria_go(run: Run, small: Path) -> None:
    shallow, deep = (run("give-penicillin", "--format", "txt", "--depth", depth, "--knowledge", small)[1] for depth in (0, 2))
    assert b"fever: present" not in shallow
    assert b"fever: present" in deep
    assert b"temperature" in deep
    assert run("give-penicillin", "--depth", "-1")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("cauda_equina_syndrom",),
            "Nothing is called 'cauda_equina_syndrom'; nearest: cauda_equina_syndrome, cauda-equina-syndrome-from-markers, "
            "cauda-equina-syndrome-from-progressive-deficit.\n"
            "  Give the id of a rule, the code of a condition or the number of a document; `spinegraph codes` lists codes.\n",
        ),
        (
            ("cauda_equina_syndrome", "-o", "picture.gif"),
            "picture.gif does not say how to draw.\n  End the name in .svg, .png, .dot, .txt, or give --format.\n",
        ),
    ],
)
def test_mistakes_are_told_with_their_mend(run: Run, arguments: tuple[str, ...], told: str) -> None:
    assert run(*arguments) == (2, b"", told)


def test_a_png_is_not_poured_into_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, out, err = run("T01", "--format", "png")
    assert (code, out) == (2, b"")
    assert err == "A PNG cannot be shown in a terminal.\n  Name a file: --output pathway.png.\n"


@pytest.mark.parametrize("form", ["txt", "dot"])
def test_text_needs_no_program_that_draws(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sysconfig.get_path", lambda _: "")
    assert run("give-penicillin", "--knowledge", small, "--format", form)[0] == 0
    code, out, err = run("give-penicillin", "--knowledge", small)
    assert (code, out) == (2, b"")
    assert "spinegraph[drawing]" in err


def test_a_program_is_named_by_option_or_variable(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run("give-penicillin", "--knowledge", small, "--dot", "no-such-program")
    assert (code, err.splitlines()[0]) == (2, "There is no no-such-program to draw with.")
    monkeypatch.setenv("SPINEGRAPH_DOT", "nor-this-one")
    assert "nor-this-one" in run("give-penicillin", "--knowledge", small)[2]


def test_a_case_lights_the_pathway(run: Run, tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("title: Retention\npresent: [back_pain, urinary_retention]\n")
    code, out, _ = run("cauda_equina_syndrome", "--format", "txt", "--case", case)
    assert code == 0
    assert b"Case: Retention, decision" in out
    assert b"urinary retention: present 000-L032b (holds)" in out
