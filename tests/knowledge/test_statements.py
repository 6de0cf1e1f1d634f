"""A document cut into statements: exact characters, none lost, sentences as a reader sees them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spinegraph.engine.knowledge.statements import read_statements

LEAFLET = (
    "\ufeff# Sore knee\r\n"
    "\r\n"
    "For adults. See e.g. Fig. 3 of\r\n"
    "  Dr. Gray first.\r\n"
    "\r\n"
    "## What to do\r\n"
    "\r\n"
    "- Rest it\r\n"
    "  for 2.5 days. Then walk!\r\n"
    "1. Cool it.\r\n"
    "\r\n"
    "> Never pull\r\n"
    "> on it.\r\n"
    "\r\n"
    "### When\r\n"
    "| sign | step |\r\n"
    "|---|---|\r\n"
    "| warm \\| red | Refer. Soon. |\r\n"
    "\r\n"
    "    an indented line\r\n"
)


def test_sentences_items_cells_and_headings_are_statements() -> None:
    assert [LEAFLET[one.start : one.end] for one in read_statements(LEAFLET)] == [
        "Sore knee",
        "For adults.",
        "See e.g. Fig. 3 of\r\n  Dr. Gray first.",
        "What to do",
        "Rest it\r\n  for 2.5 days.",
        "Then walk!",
        "Cool it.",
        "Never pull\r\n> on it.",
        "When",
        "sign",
        "step",
        "warm \\| red",
        "Refer.",
        "Soon.",
        "an indented line",
    ]


def test_a_statement_knows_its_line_and_its_section() -> None:
    found = {LEAFLET[one.start : one.end]: one for one in read_statements(LEAFLET)}
    assert [
        (found[words].line, found[words].section, found[words].heading) for words in ("Sore knee", "Then walk!", "Soon.")
    ] == [
        (1, "Document head", True),
        (9, "What to do", False),
        (18, "What to do > When", False),
    ]


def test_a_second_heading_of_the_first_level_names_a_section() -> None:
    (*_, last) = read_statements("# Title\n\n# First part\n\nText.\n")
    assert last.section == "First part"


@pytest.mark.parametrize("text", ["", " \n\n\t\n", "---\n\n***\n", "- \n- \n"])
def test_where_no_word_is_there_is_no_statement(text: str) -> None:
    assert read_statements(text) == ()


FRAGMENTS = (
    "# ", "## ", "- ", "* ", "1. ", "> ", "a b. ", "C d", "e | f", "| g | h |\n|---|---|\n| i. J | k |", "\n", "\r\n", "\r",
    "\n\n", "    ", "\t", "|", r"\|", "---", "===", "```", "~~~", "**x**", "E.g. ", "<b>", "<div>\n", "[1]: y", "é. Z", "`q`",
    "&amp;", "\\", "\0", "\ufeff", "😀", "\u2028", "\x0b",
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@example("| g | h |\n|---|---|\n| i. J | k |a b. ")
@example("\r\r# a b. \r- C d")
@settings(max_examples=1000)
def test_no_word_of_any_text_is_lost_or_told_twice(text: str) -> None:
    outside, reached = [], 0
    for one in read_statements(text):
        said = text[one.start : one.end]
        assert reached <= one.start < one.end
        assert said == said.strip()
        assert one.line == len(re.findall(r"\r\n|\r|\n", text[: one.start])) + 1
        outside.append(text[reached : one.start])
        reached = one.end
    outside.append(text[reached:])
    assert re.findall(r"[^\W\d]", "".join(outside)) == []
